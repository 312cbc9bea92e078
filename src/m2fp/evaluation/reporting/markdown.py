"""A report as Markdown that is also readable as plain text, in at most about 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from m2fp.evaluation.metrics.boundary import BoundaryScores
from m2fp.evaluation.metrics.part_ap import PartScores
from m2fp.evaluation.metrics.people import PeopleScores
from m2fp.evaluation.metrics.photos import PhotoScore
from m2fp.evaluation.metrics.semantic import SemanticScores
from m2fp.evaluation.metrics.sides import SideScore
from m2fp.evaluation.reporting.notes import rules
from m2fp.evaluation.reporting.report import Report
from m2fp.text_table import per_cent, short_name, table_lines

_COLUMNS = 100
_NAMED = 5  # photos without a prediction that are named

Row = list[str]
# A score under both rules, by threshold.
ByThreshold = tuple[str, Mapping[float, float | None], Mapping[float, float | None]]


def to_markdown(report: Report) -> str:
    """Return the report as headings and aligned tables; shares are in per cent.

    First come the figures that papers print, then what they are made of, and at the end which rule
    each of them follows.
    """
    return "\n\n".join("\n".join(section) for section in _sections(report)) + "\n"


def _sections(report: Report) -> Iterator[Iterator[str] | Sequence[str]]:
    yield [f"## {report.title}"]
    yield _what(report)
    yield table_lines(["score", "m2fp, official", "d2, strict"], list(_headline(report)))
    if len(report.tables) > 1:
        yield _summary(report.tables)
    if report.people is not None:
        yield _people(report.people)
    if report.sides:
        yield _sides(report.sides)
    yield from _thresholds(report)
    own, *coarser = report.tables
    yield _classes(own, report.boundary)
    for table in coarser:
        yield _classes(table)
    if report.part_masks is not None:
        yield _parts(report.part_masks, [score.name for score in own.classes])
    if report.worst:
        yield _worst(report.worst)
    yield _rules()


def _what(report: Report) -> Iterator[str]:
    subject, model, data = report.subject, report.subject.model, report.data
    kind, form = ("Model", model.precision) if model else ("Predictions", subject.kind)
    form = "; ".join(filter(None, (form, subject.settings)))
    time = "" if report.seconds is None else f", {report.seconds * 1000:.0f} ms per photo"
    where = f" {data.name}, split {data.split}, layout {data.layout};" if data else ""
    yield from wrap(
        f"{kind} {subject.name} ({form}), {report.photos} photos{time}. "
        f"Data:{where} labels {report.scheme}. All shares in per cent.",
        _COLUMNS,
    )
    if report.missing:
        names = ", ".join(map(short_name, report.missing[:_NAMED]))
        more = ", ..." if len(report.missing) > _NAMED else ""
        yield from wrap(
            f"Without a prediction, and scored as if nothing had been found there: "
            f"{len(report.missing)} of {report.photos} photos, {names}{more}",
            _COLUMNS,
        )


def _headline(report: Report) -> Iterator[Row]:
    """Yield what papers print, one row a score."""
    own = report.tables[0]
    rows: list[tuple[str, float | None, float | None]] = [
        ("mIoU", own.miou_m2fp, own.miou_d2),
        ("pixel accuracy", own.pixel_accuracy, own.pixel_accuracy),
        ("mean accuracy", own.accuracy_m2fp, own.accuracy_d2),
        ("mean F1", own.f1_m2fp, own.f1_d2),
        ("fwIoU", None, own.weighted_iou),
        ("boundary IoU", None, report.boundary.mean),
    ]
    if report.part_masks is not None:
        official, strict = report.part_masks.official, report.part_masks.strict
        rows += [
            ("AP^r_50", official.at[0.5], strict.at[0.5]),
            ("AP^r_vol", official.vol, strict.vol),
        ]
    if report.person_parts is not None:
        published, one_to_one = report.person_parts.official, report.person_parts.strict
        rows += [
            ("AP^p_50", published.at[0.5], one_to_one.at[0.5]),
            ("AP^p_vol", published.vol, one_to_one.vol),
            ("PCP_50", published.pcp[0.5], one_to_one.pcp[0.5]),
        ]
    if report.person_masks is not None:
        official, strict = report.person_masks.official, report.person_masks.strict
        rows += [
            ("AP^h_50", official.at[0.5], strict.at[0.5]),
            ("AP^h_vol", official.vol, strict.vol),
        ]
    for name, first, second in rows:
        yield [name, per_cent(first), per_cent(second)]


def _summary(tables: Sequence[SemanticScores]) -> Iterator[str]:
    heads = ["classes", "count", "mIoU m2fp", "mIoU d2", "pixel acc.", "mean acc. d2", "F1 d2"]
    rows = [
        [
            table.table,
            str(len(table.classes)),
            per_cent(table.miou_m2fp),
            per_cent(table.miou_d2),
            per_cent(table.pixel_accuracy),
            per_cent(table.accuracy_d2),
            per_cent(table.f1_d2),
        ]
        for table in tables
    ]
    return table_lines(heads, rows)


def _people(scores: PeopleScores) -> Iterator[str]:
    rows = [
        ["person IoU, all people as one", per_cent(scores.person_iou)],
        ["people, labelled / predicted", f"{scores.people} / {scores.predicted}"],
        ["people found (IoU > 0.5)", per_cent(scores.recall)],
        ["predicted people who are somebody", per_cent(scores.precision)],
        ["mean IoU of a person with its match", per_cent(scores.matched_iou)],
        ["photos with the right number of people", per_cent(scores.right_count)],
        [
            "mean error of that number",
            "-" if scores.count_error is None else f"{scores.count_error:.2f}",
        ],
    ]
    rows += [
        [f"right number where there are {count.people}", f"{count.right} of {count.photos}"]
        for count in scores.by_count
    ]
    return table_lines(["people", "value"], rows)


def _sides(scores: Sequence[SideScore]) -> Iterator[str]:
    rows = [[side.name, per_cent(side.share), str(side.decided)] for side in scores]
    return table_lines(["left or right", "right side", "pixels decided"], rows)


def _thresholds(report: Report) -> Iterator[Iterator[str]]:
    """Yield the scores at every IoU; AP^h has thresholds of its own."""
    of_parts: list[ByThreshold] = []
    if report.part_masks is not None:
        of_parts.append(("AP^r", report.part_masks.official.at, report.part_masks.strict.at))
    if report.person_parts is not None:
        official, strict = report.person_parts.official, report.person_parts.strict
        of_parts += [("AP^p", official.at, strict.at), ("PCP", official.pcp, strict.pcp)]
    if of_parts:
        yield _by_threshold(of_parts)
    if report.person_masks is not None:
        masks = report.person_masks
        yield _by_threshold([("AP^h", masks.official.at, masks.strict.at)])


def _by_threshold(scores: Sequence[ByThreshold]) -> Iterator[str]:
    thresholds = tuple(scores[0][1])
    rows = [
        [f"{name} {rule}", *(per_cent(values[threshold]) for threshold in thresholds)]
        for name, *both in scores
        for rule, values in zip(("official", "strict"), both, strict=True)
    ]
    return table_lines(["at IoU", *map(str, thresholds)], rows)


def _classes(table: SemanticScores, boundary: BoundaryScores | None = None) -> Iterator[str]:
    heads = [f"{table.table} class", "IoU", "recall", "precision", "F1", "pixels"]
    rows = [
        [
            score.name,
            per_cent(score.iou),
            per_cent(score.recall),
            per_cent(score.precision),
            per_cent(score.f1),
            str(score.pixels),
        ]
        for score in table.classes
    ]
    if boundary is not None:
        heads.insert(2, "boundary")
        for row, share in zip(rows, boundary.classes, strict=True):
            row.insert(2, per_cent(share))
    return table_lines(heads, rows)


def _parts(scores: PartScores, names: Sequence[str]) -> Iterator[str]:
    heads = ["part instances", "labelled", "predicted", "AP^r official", "AP^r strict"]
    rows = [
        [
            names[part.class_id],
            str(part.truths),
            str(part.predicted),
            per_cent(part.official),
            per_cent(part.strict),
        ]
        for part in scores.classes
    ]
    return table_lines(heads, rows)


def _worst(photos: Sequence[PhotoScore]) -> Iterator[str]:
    rows = [
        [
            short_name(photo.name),
            per_cent(photo.miou),
            per_cent(photo.pixel_accuracy),
            str(photo.people),
            "-" if photo.predicted is None else str(photo.predicted),
        ]
        for photo in photos
    ]
    return table_lines(["worst photos", "mIoU", "pixel acc.", "people", "predicted"], rows)


def _rules() -> Iterator[str]:
    for name, rule in rules().items():
        yield from wrap(f"- {name}: {rule}.", _COLUMNS, subsequent_indent="  ")
