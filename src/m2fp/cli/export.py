"""`m2fp export`: a training checkpoint becomes an ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", no_args_is_help=True)(export)


def export(
    checkpoint: Annotated[Path, typer.Argument(help="last.pt of a training run.")],
    output: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.onnx", help="The file to write.")
    ],
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
    """Turn a training checkpoint into an ONNX file."""
    from m2fp.cli.extras import needs_extra
    from m2fp.cli.models import show_bytes
    from m2fp.cli.screen import show_note, write_line

    with needs_extra("train", "Exporting a model"):
        from m2fp.export import export_checkpoint
        from m2fp.train.config import read_config
    show_note(f"exporting {checkpoint}")
    export_checkpoint(checkpoint, output, read_config(recipe) if recipe else None)
    write_line(str(output))
    show_note(f"{show_bytes(output.stat().st_size)}; try: m2fp parse photo.jpg --model {output}")
