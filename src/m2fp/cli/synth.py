"""`m2fp synth`: pictures of people who do not exist, with perfect labels."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from m2fp.datasets import Sample

_LOG_SECONDS = 30.0


class SplitName(StrEnum):
    """The splits of a data set."""

    TRAIN = "train"
    VAL = "val"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("synth", no_args_is_help=True)(synth)


def synth(
    output: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="The set; gone on with if begun.")
    ],
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many pictures.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other pictures.")] = 1,
    *,
    assets: Annotated[
        Path | None,
        typer.Option(
            "--assets", metavar="FOLDER", help="MakeHuman's folder: clothes, shoes, hair, poses."
        ),
    ] = None,
    backgrounds: Annotated[
        Path | None,
        typer.Option(
            "--backgrounds",
            metavar="FOLDER",
            help="Set in CIHP layout with scene_id.txt; the strips beside its people are used.",
        ),
    ] = None,
    split: Annotated[SplitName, typer.Option(help="Which split to write.")] = SplitName.TRAIN,
    size: Annotated[
        int, typer.Option(min=64, max=4096, help="Longer side of the pictures, pixels.")
    ] = 512,
    from_behind: Annotated[
        float,
        typer.Option(
            metavar="SHARE", min=0, max=1, help="Scenes seen from the other side, 0 to 1."
        ),
    ] = 0.0,
    fine: Annotated[bool, typer.Option("--fine", help="Also write MHP-v2 ids.")] = False,
    depth: Annotated[bool, typer.Option("--depth", help="Also write depth, millimetres.")] = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, help="Processes. \\[default: all cores]"),
    ] = None,
) -> None:
    """Render people with perfect labels, as a data set in CIHP layout.

    Needs no display. Picture number n depends on the seed and n alone. Writes a contact sheet too
    and prints its path.
    """
    from functools import partial
    from time import monotonic

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from m2fp.cli import screen
    from m2fp.engine import cpu_quota
    from m2fp.extras import needs_extra

    with needs_extra("synth", "Drawing synthetic people"):
        from m2fp.synthesis.figure import make_figure
        from m2fp.synthesis.produce import produce
        from m2fp.synthesis.worker import Recipe, assets_stamp
    scenes = () if backgrounds is None else _scenes(backgrounds, split.value)
    recipe = Recipe(
        seed=seed,
        size=size,
        figures=partial(make_figure, assets=assets, split=split.value),
        wardrobe=assets_stamp(assets),
        scenes=scenes,
        from_behind=from_behind,
        fine=fine,
        depth=depth,
    )
    console = screen.notes()
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        bar = bars.add_task("", total=count)
        logged = monotonic()

        def show(done: int, total: int) -> None:
            nonlocal logged
            bars.update(bar, completed=done, total=total)
            if not console.is_terminal and (done == total or monotonic() - logged > _LOG_SECONDS):
                logged = monotonic()
                screen.show_note(f"{done}/{total} pictures")

        try:
            sheet = produce(
                recipe,
                output,
                count,
                split=split.value,
                workers=workers or cpu_quota(),
                progress=show,
            )
        except KeyboardInterrupt:
            code = screen.interrupted("the same command goes on from the last picture")
            raise typer.Exit(code) from None
    screen.write_line(str(sheet))


def _scenes(folder: Path, split: str) -> Sequence[Sample]:
    """Return the photos of a data set where nobody is beside the labelled people."""
    from m2fp.datasets import open_dataset
    from m2fp.errors import DataError

    scenes = open_dataset(folder, layout="cihp").scenes(split)
    if not scenes:
        raise DataError(
            f"{folder} names no photos without strangers: its split {split!r} has no "
            "scene_id.txt, or an empty one",
            path=str(folder),
        )
    return scenes
