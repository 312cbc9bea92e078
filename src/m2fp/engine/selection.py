"""Which engine runs a model."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from m2fp.engine.onnxruntime_engine import ENGINE_NAME, OnnxEngine
from m2fp.engine.protocol import Engine
from m2fp.errors import EngineUnavailable

AUTO: Final = "auto"


def engine_names() -> tuple[str, ...]:
    """Return what `open_engine` accepts."""
    return AUTO, ENGINE_NAME


def check_engine_name(name: str) -> None:
    """Return when the engine exists.

    Raises:
        EngineUnavailable: there is no such engine; the message lists those there are.
    """
    if name not in engine_names():
        raise EngineUnavailable(
            f"there is no engine {name!r}; choose one of: {', '.join(engine_names())}", engine=name
        )


def open_engine(
    name: str,
    path: Path,
    *,
    threads: int | None = None,
    spin: bool = True,
    expected_sha256: str | None = None,
) -> Engine:
    """Return the engine of this name with the model loaded; "auto" is ONNX Runtime.

    Raises:
        EngineUnavailable: there is no such engine.
        ModelError: the file cannot be used; see `OnnxEngine`.
    """
    check_engine_name(name)
    return OnnxEngine(path, threads, spin=spin, expected_sha256=expected_sha256)
