"""`m2fp benchmark`: what a photo costs here."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from m2fp.benchmark import StageReport

_DRAWN_SIZE = (1024, 768)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("benchmark")(benchmark)


def benchmark(
    photos: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PHOTO]", help="Each is measured by itself."),
    ] = None,
    *,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", metavar="MODEL", help="Name or ONNX file. \\[default: builtin]"
        ),
    ] = None,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", min=1, help="Measured runs per photo.")
    ] = 20,
    threads: Annotated[
        int | None,
        typer.Option("--threads", metavar="N", help="Threads per photo. \\[default: all]", min=1),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown tables.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure time per stage, and memory."""
    from m2fp.benchmark import StagePlan, measure_stages
    from m2fp.cli.screen import notes, show_note, write_line
    from m2fp.settings import load_settings

    settings = load_settings(model=model, threads=threads)
    reports: list[StageReport] = []
    with TemporaryDirectory(prefix="m2fp-") as folder:
        if not photos:
            show_note(
                "no photo given: measuring a drawn picture without people, for which "
                "post-processing is cheaper than for a photo"
            )
        for photo in photos or [_draw_picture(Path(folder))]:
            plan = StagePlan(photo, settings.model, threads=settings.threads, runs=runs)
            with notes().status(f"{photo.name}: {runs} runs"):
                reports.append(measure_stages(plan))
    if as_json:
        write_line(json.dumps([report.to_dict() for report in reports], indent=2))
    else:
        texts = [report.to_markdown() if markdown else report.to_text() for report in reports]
        write_line("\n\n".join(texts))


def _draw_picture(folder: Path) -> Path:
    """Return a JPEG of smooth colours, which decodes like a photo."""
    from PIL import Image

    path = folder / "drawn.jpg"
    shades = Image.linear_gradient("L").resize(_DRAWN_SIZE)
    rings = Image.radial_gradient("L").resize(_DRAWN_SIZE)
    Image.merge("RGB", (shades, rings, Image.eval(shades, lambda value: 255 - value))).save(path)
    return path
