"""Which engine runs a model."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, get_args

from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.engine.openvino_engine import (
    BF16_ENGINE_NAME,
    PER_SIZE_ENGINE_NAME,
    OpenVinoEngine,
)
from m2fp.engine.processor import has_avx512
from m2fp.engine.protocol import Engine
from m2fp.errors import EngineUnavailable, IncompatibleModel, MissingExtra

EngineName = Literal[
    "auto", "onnxruntime", "openvino", "openvino-bf16", "openvino-per-size", "torch"
]

AUTO: Final = "auto"
_OPENVINO: Final = ("openvino", BF16_ENGINE_NAME, PER_SIZE_ENGINE_NAME)
_TORCH: Final = "torch"

# Below, as with m2fp-lite, OpenVINO and ONNX Runtime are equally fast.
LARGE_BYTES: Final = 32 << 20

# What only the engine `torch` reads; all others read ONNX.
_WEIGHTS_SUFFIX: Final = ".safetensors"

# The packages that an engine needs beyond the core, and the extra that brings them.
_NEEDS: Final = {
    **dict.fromkeys(_OPENVINO, (("openvino", "numba"), "openvino")),
    _TORCH: (("torch", "safetensors"), "export"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that "auto" stands for.

    Attributes:
        name: what `open_engine` takes.
        reason: why, as the second half of a sentence.
    """

    name: str
    reason: str


def engine_names() -> tuple[str, ...]:
    """Return what `open_engine` accepts."""
    return get_args(EngineName)


def check_engine_name(name: str) -> None:
    """Return when the engine exists and what it needs is installed. Nothing is imported.

    Raises:
        EngineUnavailable: there is no such engine; the message lists those there are.
        MissingExtra: a package that it needs is not installed.
    """
    if name not in engine_names():
        raise EngineUnavailable(
            f"there is no engine {name!r}; choose one of: {', '.join(engine_names())}", engine=name
        )
    if not _installed(name):
        raise MissingExtra(extra=_NEEDS[name][1], purpose=f"The engine {name}")


def choose_engine(path: Path) -> Choice:
    """Return what runs this model file fastest here; only what is installed is looked at.

    For R101, on two cores with AVX-512, OpenVINO takes a third less time in the network than ONNX
    Runtime, in float32 and in eight bits; it needs twice the memory (README, table of engines).
    """
    if _holds_weights(path):
        return Choice(_TORCH, "the only engine that runs .safetensors files")
    if not _installed(_OPENVINO[0]):
        return Choice("onnxruntime", "OpenVINO is not installed")
    if not has_avx512():
        return Choice("onnxruntime", "OpenVINO is faster only on processors with AVX-512")
    if not _is_large(path):
        return Choice("onnxruntime", "OpenVINO is no faster for small models")
    return Choice("openvino", "the fastest for large models on processors with AVX-512")


def open_engine(
    name: str,
    path: Path,
    *,
    threads: int | None = None,
    spin: bool = True,
    expected_sha256: str | None = None,
) -> Engine:
    """Return the engine of this name with the model loaded.

    Args:
        name: one of `engine_names`; "auto" stands for what `choose_engine` returns.
        path: an ONNX file; for the engine "torch" a converted `.safetensors` file.
        threads: threads per inference, at least 1; None = the processors this process may use.
        spin: see `OnnxEngine`; the other engines have no such choice.
        expected_sha256: refuse any other file, before its content is interpreted.

    Raises:
        EngineUnavailable: there is no such engine, or it does not work here.
        MissingExtra: a package that it needs is not installed.
        ModelError: the file cannot be used, or not by this engine.
        ConfigError: `threads` is below 1.
    """
    if name == AUTO:
        name = choose_engine(path).name
    check_engine_name(name)
    _check_format(name, path)
    if name == _TORCH:
        from m2fp.engine.torch_engine import TorchEngine

        return TorchEngine.open(path, threads, expected_sha256=expected_sha256)
    if name in _OPENVINO:
        return OpenVinoEngine(
            path,
            threads,
            precision="bf16" if name == BF16_ENGINE_NAME else "f32",
            per_size=name == PER_SIZE_ENGINE_NAME,
            expected_sha256=expected_sha256,
        )
    return OnnxEngine(path, threads, spin=spin, expected_sha256=expected_sha256)


def _installed(name: str) -> bool:
    packages, _ = _NEEDS.get(name, ((), ""))
    return all(find_spec(package) is not None for package in packages)


def _check_format(name: str, path: Path) -> None:
    if _holds_weights(path) == (name == _TORCH):
        return
    if name == _TORCH:
        message = (
            f"the engine torch runs .safetensors files made by `m2fp convert`, not {str(path)!r}"
        )
    else:
        message = (
            f"{str(path)!r} holds weights, which only the engine torch runs; "
            "`m2fp export` makes an ONNX file of it for the others"
        )
    raise IncompatibleModel(message, model=str(path))


def _holds_weights(path: Path) -> bool:
    return path.suffix.lower() == _WEIGHTS_SUFFIX


def _is_large(path: Path) -> bool:
    try:
        return path.stat().st_size >= LARGE_BYTES
    except OSError:  # opening it will tell
        return False
