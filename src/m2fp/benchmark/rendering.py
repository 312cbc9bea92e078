"""A benchmark's outcome for people: aligned text for a terminal, Markdown for a document."""

from __future__ import annotations

from collections.abc import Iterator

from m2fp.benchmark.report import STAGES, BenchmarkReport, PhotoReport, Row

_MEGABYTE = 1_000_000


def to_text(report: BenchmarkReport) -> str:
    """Return a title, an aligned table and notes per photo."""
    return "\n\n".join(
        "\n".join([_title(report, photo), "", *_columns(_table(photo)), "", *_notes(photo)])
        for photo in report.photos
    )


def to_markdown(report: BenchmarkReport) -> str:
    """Return the same as Markdown."""
    blocks = []
    for photo in report.photos:
        heads, *rows = _table(photo)
        marks = ["---", *["---:"] * (len(heads) - 1)]
        table = [_piped(cells) for cells in (heads, marks, *rows)]
        notes = [f"- {note}" for note in _notes(photo)]
        blocks.append("\n".join([_title(report, photo), "", *table, "", *notes]))
    return "\n\n".join(blocks)


def _title(report: BenchmarkReport, photo: PhotoReport) -> str:
    return (
        f"{photo.photo}, {photo.width} x {photo.height} pixels, "
        f"{_count(report.threads, 'thread')}, ms, medians of {_count(report.runs, 'round')}"
    )


def _table(photo: PhotoReport) -> list[list[str]]:
    """Return the cells, heads first. A contender without rivals has no speed."""
    compared = len(photo.rows) > 1
    heads = ["contender", *STAGES, "fastest", "slowest", *["speed"] * compared, "peak MB"]
    return [heads, *(_cells(row, compared=compared) for row in photo.rows)]


def _cells(row: Row, *, compared: bool) -> list[str]:
    total = row.stages["total"]
    return [
        row.name,
        *(_ms(row.stages[stage].median_s) for stage in STAGES),
        _ms(total.fastest_s),
        _ms(total.slowest_s),
        *[f"{row.speed:.2f}"] * compared,
        "-" if row.peak_bytes is None else f"{row.peak_bytes / _MEGABYTE:.0f}",
    ]


def _notes(photo: PhotoReport) -> Iterator[str]:
    if len(photo.rows) > 1:
        yield (
            f"speed: how many times as fast as {photo.reference}, the median of the ratios of the "
            "totals round by round"
        )
    for row in photo.rows:
        yield (
            f"{row.name}: {_count(row.persons, 'person')}, load {_ms(row.load_s)} ms, "
            f"first photo {_ms(row.first_s)} ms, memory {_megabytes(row.loaded_bytes)} loaded, "
            f"{_megabytes(row.peak_bytes)} peak"
        )
    for dropout in photo.dropouts:
        yield f"not measured: {dropout.name}: {dropout.reason}"


def _columns(table: list[list[str]]) -> list[str]:
    """Return the lines, the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in table
    ]


def _piped(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def _megabytes(size: int | None) -> str:
    return "unknown" if size is None else f"{size / _MEGABYTE:.0f} MB"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
