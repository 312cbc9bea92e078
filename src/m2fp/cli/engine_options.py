"""The options by which several commands choose what runs the model."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import typer

ENGINES: Final = "auto, onnxruntime, openvino\\[-bf16|-per-size] or torch"

EngineOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--engine", metavar="ENGINE", help=f"{ENGINES}. \\[default: auto]"),
]
ThreadsOption: TypeAlias = Annotated[
    int | None,
    typer.Option("--threads", metavar="N", min=1, help="Threads per photo. \\[default: all]"),
]
