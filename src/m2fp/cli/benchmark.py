"""`m2fp benchmark`: what a photo costs here, with one model or with several in turns."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from m2fp.cli.engine_options import ENGINES, ThreadsOption

if TYPE_CHECKING:
    from m2fp.benchmark import BenchmarkPlan, BenchmarkReport, Step

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
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="MODEL",
            help="Name or model file; may be repeated. \\[default: builtin]",
        ),
    ] = None,
    engines: Annotated[
        list[str] | None,
        typer.Option(
            "--engine",
            metavar="ENGINE",
            help=f"{ENGINES}; may be repeated. \\[default: auto]",
        ),
    ] = None,
    torch_reference: Annotated[
        str | None,
        typer.Option(
            "--torch-reference",
            metavar="FILE.safetensors",
            help="Compare with this checkpoint in plain PyTorch, naively post-processed.",
        ),
    ] = None,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", min=1, help="Measured rounds per photo.")
    ] = 20,
    threads: ThreadsOption = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown tables.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure time per stage, and memory.

    Several models or engines take turns, photo by photo, so that a noisy machine treats them alike.
    """
    from m2fp.benchmark import TORCH_REFERENCE, BenchmarkPlan, Contender
    from m2fp.cli.screen import show_note
    from m2fp.errors import ConfigError
    from m2fp.settings import load_settings

    if markdown and as_json:
        raise ConfigError("--markdown and --json exclude each other", option="markdown")
    asked: list[str | None] = [*engines] if engines else [None]
    choices = [load_settings(engine=engine, threads=threads) for engine in asked]
    settings = choices[0]
    contenders = [
        Contender(model, choice.engine)
        for model in models or [settings.model]
        for choice in choices
    ]
    if torch_reference is not None:
        contenders.insert(0, Contender(torch_reference, TORCH_REFERENCE))
    with TemporaryDirectory(prefix="m2fp-") as folder:
        if not photos:
            show_note(
                "no photo given: measuring a drawn picture without people, for which "
                "post-processing is cheaper than for a photo"
            )
        plan = BenchmarkPlan(
            photos=tuple(photos or [_draw_picture(Path(folder))]),
            contenders=tuple(contenders),
            threads=settings.threads,
            runs=runs,
            limits=settings.limits.to_intake(),
            cache_dir=settings.cache_dir,
        )
        report = _run(plan)
    _print(report, markdown=markdown, as_json=as_json)


def _run(plan: BenchmarkPlan) -> BenchmarkReport:
    import sys

    from m2fp.benchmark import run_benchmark
    from m2fp.cli.progress_line import ProgressLine

    rounds = 1 + plan.warm_up + plan.runs  # loading takes about as long as a round
    total = len(plan.photos) * len(plan.contenders) * rounds
    # Hundreds of lines that say nothing new have no place in a log.
    with ProgressLine(total, shown=sys.stderr.isatty()) as progress:
        steps = count()

        def show(step: Step) -> None:
            action = "loading" if step.round is None else f"round {step.round + 1}"
            progress.show(next(steps), f"{step.photo.name}: {step.contender}: {action}")

        return run_benchmark(plan, show)


def _print(report: BenchmarkReport, *, markdown: bool, as_json: bool) -> None:
    from m2fp.benchmark import to_markdown, to_text
    from m2fp.cli.screen import printable, write_line

    if as_json:
        write_line(json.dumps(report.to_dict(), indent=2))
        return
    text = to_markdown(report) if markdown else to_text(report)
    for line in text.split("\n"):
        write_line(printable(line))


def _draw_picture(folder: Path) -> Path:
    """Return a JPEG of smooth colours, which decodes like a photo."""
    from PIL import Image

    path = folder / "drawn.jpg"
    shades = Image.linear_gradient("L").resize(_DRAWN_SIZE)
    rings = Image.radial_gradient("L").resize(_DRAWN_SIZE)
    Image.merge("RGB", (shades, rings, Image.eval(shades, lambda value: 255 - value))).save(path)
    return path
