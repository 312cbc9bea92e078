"""`m2fp convert`: a public M2FP checkpoint becomes a file that is safe to load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from m2fp.checkpoints import Conversion
    from m2fp.imaging import AnyRule


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("convert", no_args_is_help=True)(convert)


def convert(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="CHECKPOINT",
            help="ModelScope's pytorch_model.pt, its folder, or the authors' .pth.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.safetensors", help="The file to write.")
    ],
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels",
            metavar="SCHEME",
            help="Label scheme, see `m2fp labels`. \\[default: by the number of classes]",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the model in results.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option("--licence", metavar="TEXT", help="Licence of the weights.")
    ] = None,
) -> None:
    """Turn an official M2FP checkpoint into a safetensors file.

    Recognises ModelScope's and the authors' (detectron2) layout, reads all
    sizes from the tensors, and refuses a file in which one is missing, extra or
    misshaped, or that would run code. A configuration.json beside the
    checkpoint is read when there is one.
    """
    from m2fp.cli.screen import show_note, show_warning, write_line
    from m2fp.extras import needs_extra

    with needs_extra("export", "Converting a checkpoint"):
        from m2fp.checkpoints import convert_checkpoint
    output.parent.mkdir(parents=True, exist_ok=True)
    done = convert_checkpoint(checkpoint, output, labels=labels, name=name, licence=licence)
    for title, text in _summary(done):
        show_note(f"{title:<10} {text}")
    for doubt in done.doubts:
        show_warning("configuration", doubt, source=str(done.source))
    write_line(str(output))
    show_note(f"next: m2fp export {output} -o {output.with_suffix('.onnx')}")


def _summary(done: Conversion) -> list[tuple[str, str]]:
    """Return what was recognised, as (title, text) lines."""
    info, config = done.info, done.config
    encoder, decoder = config.pixel_decoder, config.decoder
    return [
        ("checkpoint", f"{done.source}, {_layout(done)}"),
        ("", f"sha256 {done.source_sha256}"),
        (
            "network",
            f"{config.backbone}, encoder of {encoder.layers} layers, decoder of {decoder.layers} "
            f"layers, {decoder.queries} queries; {done.parameters / 1e6:.1f} million parameters",
        ),
        ("heads", f"{encoder.heads} and {decoder.heads}, {_origin_of_heads(done)}"),
        ("labels", f"{info.scheme.name}, {info.scheme.class_count} classes"),
        ("input", _input(info.input)),
        ("licence", info.licence),
        ("written", f"{info.name}, {done.tensors} tensors, sha256 {info.sha256}"),
    ]


def _layout(done: Conversion) -> str:
    layout = done.layout
    norm = "BatchNorm" if layout.batch_norm else "FrozenBatchNorm"
    parts = [f"in {layout.wrapping!r}" if layout.wrapping else "bare tensors", norm]
    if layout.prefix:
        parts.append(f"names begin with {layout.prefix!r}")
    if layout.leftovers:
        parts.append(f"{layout.leftovers} that only served training left out")
    if layout.beside:
        parts.append(f"beside it: {', '.join(layout.beside)}")
    return ", ".join(parts)


def _origin_of_heads(done: Conversion) -> str:
    if done.configured:
        return "with configuration.json"
    return "the official number, as the tensors do not tell"


def _input(rule: AnyRule) -> str:
    from m2fp.imaging import InputRule

    if isinstance(rule, InputRule):
        return f"short side {rule.short_side}, long side up to {rule.long_side} pixels"
    return f"fitted into {rule.width} x {rule.height} pixels"
