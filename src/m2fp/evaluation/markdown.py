"""A report as Markdown that is also readable as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from m2fp.evaluation.people import PeopleScores
from m2fp.evaluation.report import Report
from m2fp.evaluation.semantic import SemanticScores
from m2fp.evaluation.sides import SideScore

_NOTHING = "-"


def to_markdown(report: Report) -> str:
    """Return the report as headings and aligned tables; shares are in per cent."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    model = report.model
    yield f"## {report.title}"
    yield ""
    yield (
        f"Model {model.name} ({model.precision}), {report.photos} photos, "
        f"{report.seconds * 1000:.0f} ms per photo. All shares in per cent."
    )
    yield ""
    yield from _summary(report.tables)
    yield ""
    yield from _people(report.people)
    if report.sides:
        yield ""
        yield from _sides(report.sides)
    for table in report.tables:
        yield ""
        yield from _classes(table)


def _summary(tables: Sequence[SemanticScores]) -> Iterator[str]:
    heads = ["classes", "count", "mIoU (m2fp)", "mIoU (d2)", "pixel accuracy", "mean accuracy"]
    rows = [
        [
            table.table,
            str(len(table.classes)),
            _per_cent(table.miou_m2fp),
            _per_cent(table.miou_d2),
            _per_cent(table.pixel_accuracy),
            _per_cent(table.mean_accuracy),
        ]
        for table in tables
    ]
    yield from _table(heads, rows)


def _people(scores: PeopleScores) -> Iterator[str]:
    rows = [
        ["person IoU, all people as one", _per_cent(scores.person_iou)],
        ["people, labelled / predicted", f"{scores.people} / {scores.predicted}"],
        ["people found (IoU > 0.5)", _per_cent(scores.recall)],
        ["predicted people who are somebody", _per_cent(scores.precision)],
        ["mean IoU of a person with its match", _per_cent(scores.matched_iou)],
        ["photos with the right number of people", _per_cent(scores.right_count)],
        ["mean error of that number", _number(scores.count_error)],
    ]
    rows += [
        [f"right number where there are {count.people}", f"{count.right} of {count.photos}"]
        for count in scores.by_count
    ]
    yield from _table(["people", "value"], rows)


def _sides(scores: Sequence[SideScore]) -> Iterator[str]:
    rows = [[side.name, _per_cent(side.share), str(side.decided)] for side in scores]
    yield from _table(["left or right", "right side", "pixels decided"], rows)


def _classes(table: SemanticScores) -> Iterator[str]:
    rows = [
        [
            score.name,
            _per_cent(score.iou),
            _per_cent(score.recall),
            _per_cent(score.precision),
            str(score.pixels),
        ]
        for score in table.classes
    ]
    yield from _table([f"{table.table} class", "IoU", "recall", "precision", "pixels"], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, the first column to the left and the others to the right."""
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    yield _row(heads, widths)
    marks = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    yield _row(marks, widths)
    for row in rows:
        yield _row(row, widths)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return "| " + " | ".join(padded) + " |"


def _per_cent(share: float | None) -> str:
    return _NOTHING if share is None else f"{100 * share:.1f}"


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.2f}"
