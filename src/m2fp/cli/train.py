"""`m2fp train`: a recipe and a data set become weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from m2fp.datasets import Dataset
    from m2fp.train.config import TrainConfig
    from m2fp.train.loop import Validate

_STRIDE = 32  # canvases are multiples of it, and so are the inputs of the exported file


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train", no_args_is_help=True)(train)


def train(
    config: Annotated[Path, typer.Argument(help="The recipe, a TOML file.")],
    *,
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            "-d",
            metavar="FOLDER",
            help="Data set, see `m2fp data info FOLDER`. Of several, the first one validates.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="RUN", help="Folder of the run; resumed if begun."),
    ],
    synthetic: Annotated[
        list[Path] | None,
        typer.Option(
            "--synthetic",
            metavar="FOLDER",
            help="Synthetic people, made with `m2fp synth`; several times for several sets.",
        ),
    ] = None,
    scheme: Annotated[
        str | None,
        typer.Option(
            "--scheme", metavar="NAME", help="What its ids mean. \\[default: told by the folder]"
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=0, help="Processes that prepare pictures.")
    ] = 2,
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads", metavar="N", min=1, help="Threads of the network. \\[default: all]"
        ),
    ] = None,
) -> None:
    """Train a model, or go on with a run that was stopped.

    Writes last.pt (see `m2fp export`), log.jsonl and curve.png. Under torchrun all processes work
    on one model.
    """
    from m2fp.cli.screen import interrupted, show_note, start_log, write_line
    from m2fp.cli.train_progress import TrainProgress
    from m2fp.engine import cpu_quota
    from m2fp.extras import needs_extra
    from m2fp.settings import load_settings

    settings = load_settings(threads=threads)
    start_log(settings.log_level or "warning")
    with needs_extra("train", "Training"):
        import torch

        from m2fp.train.config import read_config
        from m2fp.train.distributed import join_world
        from m2fp.train.loop import train as run_training
    recipe = read_config(config)
    datasets = [_open(folder, scheme, recipe) for folder in data]
    samples = [sample for dataset in datasets for sample in dataset.samples("train")]
    people = [
        sample
        for folder in synthetic or ()
        for sample in _open(folder, scheme, recipe).samples("train")
    ]
    torch.set_num_threads(settings.threads or cpu_quota())
    world = join_world()
    if world.is_first:
        where = f"{world.size} x {world.device.type}" if world.size > 1 else world.device.type
        show_note(f"{recipe.name}: {recipe.end:,} steps, {len(samples):,} photos, {where}")
    with TrainProgress(recipe.end, shown=world.is_first) as progress:
        try:
            run_training(
                recipe,
                samples,
                output,
                world=world,
                scenes=[scene for dataset in datasets for scene in dataset.scenes("train")],
                synthetic=people,
                workers=workers,
                validate=_validator(recipe, datasets[0]),
                progress=progress.step,
            )
        except KeyboardInterrupt:
            code = interrupted("the same command goes on from the last checkpoint")
            raise typer.Exit(code) from None
    if world.is_first:
        _draw_curve(output, recipe.name)
        write_line(str(output / "last.pt"))
        show_note(f"next: m2fp export {output / 'last.pt'} -o {recipe.name}.onnx")


def _open(data: Path, scheme: str | None, recipe: TrainConfig) -> Dataset:
    """Return the data set, whose ids must mean what the recipe's do."""
    from m2fp.datasets import open_dataset
    from m2fp.errors import DataError
    from m2fp.labels import get_scheme

    dataset = open_dataset(data, scheme=scheme)
    if dataset.scheme != get_scheme(recipe.model.scheme):
        raise DataError(
            f"{data} is read as labelled in scheme {dataset.scheme.name} (layout "
            f"{dataset.layout}), and the recipe {recipe.name} learns {recipe.model.scheme}; if the "
            f"labels are in the latter, say so with --scheme {recipe.model.scheme}",
            path=str(data),
        )
    return dataset


def _validator(recipe: TrainConfig, dataset: Dataset) -> Validate | None:
    """Return what scores the network on the way, if the recipe asks for it."""
    if not recipe.val_every:
        return None
    from m2fp.imaging import InputRule
    from m2fp.train.validate import make_validator

    published = recipe.publish
    rule = InputRule(published.short_side, published.long_side, _STRIDE)
    return make_validator(dataset.samples("val"), rule, table=recipe.model.scheme)


def _draw_curve(folder: Path, title: str) -> None:
    """Write curve.png; the training is worth keeping when that cannot be done."""
    from m2fp.cli.screen import show_error, show_m2fp_error
    from m2fp.errors import M2FPError
    from m2fp.train.curve import draw_curve
    from m2fp.train.loop import LOG

    try:
        draw_curve(folder / LOG, folder / "curve.png", title)
    except M2FPError as error:
        show_m2fp_error(error)
    except OSError as error:
        show_error("os_error", f"{folder / 'curve.png'}: {error.strerror or error}")
