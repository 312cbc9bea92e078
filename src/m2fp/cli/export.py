"""`m2fp export`: a checkpoint of ours becomes an ONNX file, in float or in eight bits."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

_CHECKPOINTS = (".pt", ".pth", ".safetensors")


class Precision(StrEnum):
    """What the file computes in."""

    FP32 = "fp32"
    INT8 = "int8"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", no_args_is_help=True)(export)


def export(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="last.pt of a training run, a .safetensors of `m2fp convert`; for int8 also "
            "a float .onnx or the name of a model.",
        ),
    ],
    *,
    output: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.onnx", help="The file to write.")
    ],
    precision: Annotated[
        Precision, typer.Option("--precision", help="int8 is smaller and faster; see --calibrate.")
    ] = Precision.FP32,
    calibrate: Annotated[
        Path | None,
        typer.Option(
            "--calibrate",
            metavar="FOLDER",
            help="For int8: a few dozen photos like those to be parsed.",
        ),
    ] = None,
    budget: Annotated[
        float,
        typer.Option(
            "--budget",
            min=0.0,
            max=1.0,
            help="For int8: largest share of the cells whose class may change; layers stay float "
            "until the rest is within it.",
        ),
    ] = 0.01,
    recipe: Annotated[
        Path | None,
        typer.Option(
            "--recipe",
            metavar="CONFIG",
            help="Take name, licence, description and input size from this recipe "
            "instead of the one it was trained with.",
        ),
    ] = None,
) -> None:
    """Turn a checkpoint of `train` or `convert` into an ONNX file.

    Beside a file in int8 lie FILE.agreement.md and FILE.agreement.json, which
    say how far it agrees with the float model.
    """
    from m2fp.cli.screen import readable_size, show_note, write_line
    from m2fp.errors import ConfigError

    if output.suffix != ".onnx":  # by which the engines know what a file holds
        raise ConfigError(
            f"the exported file must be called *.onnx, not {output.name!r}", option="out"
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    if precision is Precision.INT8:
        if calibrate is None:
            raise ConfigError("int8 needs photos: give --calibrate FOLDER", option="calibrate")
        _export_int8(source, output, calibrate, budget, recipe)
    elif calibrate is not None:
        raise ConfigError("--calibrate is for --precision int8", option="calibrate")
    else:
        _export_float(source, output, recipe)
    write_line(str(output))
    show_note(f"{readable_size(output.stat().st_size)}; try: m2fp parse photo.jpg --model {output}")


def _export_float(source: str, output: Path, recipe: Path | None) -> None:
    from m2fp.cli.screen import notes
    from m2fp.errors import ConfigError
    from m2fp.extras import needs_extra
    from m2fp.registry import find

    if Path(source).suffix == ".onnx" or find(source) is not None:
        raise ConfigError(
            f"{source} is exported already; only --precision int8 makes another file of it",
            option="source",
        )
    with needs_extra("export", "Exporting a model"):
        from m2fp.export import export_checkpoint, export_converted
        from m2fp.train.config import read_config
    checkpoint = Path(source)
    with notes().status(f"exporting {source}"):
        if checkpoint.suffix != ".safetensors":
            export_checkpoint(checkpoint, output, read_config(recipe) if recipe else None)
        elif recipe is None:
            export_converted(checkpoint, output)
        else:
            raise ConfigError("--recipe is for training checkpoints", option="recipe")


def _export_int8(
    source: str, output: Path, photos: Path, budget: float, recipe: Path | None
) -> None:
    from m2fp.cli.screen import notes, show_note
    from m2fp.errors import ConfigError
    from m2fp.extras import needs_extra
    from m2fp.parser import list_folder
    from m2fp.registry import resolve
    from m2fp.settings import load_settings

    with needs_extra("export", "Quantising a model"):
        from m2fp.export.int8 import Int8Plan, export_int8
    settings = load_settings()
    plan = Int8Plan(tuple(list_folder(photos)), budget, threads=settings.threads)
    with TemporaryDirectory(prefix="m2fp-") as folder:
        if Path(source).suffix in _CHECKPOINTS:
            exported = Path(folder) / "float.onnx"
            _export_float(source, exported, recipe)
        elif recipe is not None:
            raise ConfigError("--recipe is for training checkpoints", option="recipe")
        else:
            exported = resolve(source, settings.cache_dir)
        waiting = f"quantising with {len(plan.photos)} photos; this takes minutes"
        show_note(waiting)
        with notes().status(waiting):
            report = export_int8(exported, output, plan)
    agreement = report.agreement
    floats, eight = agreement.reference, agreement.candidate
    show_note(
        f"{len(report.sweep.kept)} of {len(report.sweep.groups)} groups of layers in eight bits: "
        f"{floats.bytes / eight.bytes:.2f} times smaller, "
        f"{floats.inference_s / eight.inference_s:.2f} times as fast; pixels with the same part as "
        f"in float: {agreement.classes.pixel_accuracy or 0:.2%}; "
        f"report: {output.with_suffix('.agreement.md')}"
    )
