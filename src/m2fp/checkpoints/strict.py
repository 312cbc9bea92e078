"""A network takes exactly its own tensors: none missing, none extra, all of the right shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor

from m2fp.checkpoints.sizes import Shapes
from m2fp.errors import IncompatibleModel
from m2fp.model import M2FP, ModelConfig

# As many of each fault as still make a readable message.
_SHOWN = 5
_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def empty_network(config: ModelConfig) -> M2FP:
    """Return a network whose tensors have shapes, but take no memory."""
    with torch.device("meta"):
        return M2FP(config)


def shapes_of(tensors: Mapping[str, Tensor]) -> Shapes:
    """Return the tensors' shapes by name."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def check_shapes(
    found: Shapes,
    expected: Shapes,
    *,
    strangers: Iterable[str] = (),
    spell: Callable[[str], str] = str,
) -> None:
    """Return when both have the same names with the same shapes.

    Args:
        found: what a file has, by our names.
        expected: what the network has, by our names.
        strangers: further names in the file, which have no counterpart among ours.
        spell: how to spell one of our names to the reader of the message.

    Raises:
        IncompatibleModel: they differ; the message names what is missing, extra or misshaped.
    """
    missing = [spell(name) for name in expected if name not in found]
    extra = [*(spell(name) for name in found if name not in expected), *strangers]
    misshaped = [
        f"{spell(name)} is {_times(found[name])} instead of {_times(shape)}"
        for name, shape in expected.items()
        if name in found and found[name] != shape
    ]
    faults = [
        _listed(faults, kind)
        for kind, faults in (("missing", missing), ("extra", extra), ("misshaped", misshaped))
        if faults
    ]
    if faults:
        raise IncompatibleModel(f"its tensors are not those of the network: {'; '.join(faults)}")


def check_volume(expected: Shapes, file_bytes: int) -> None:
    """Return when a file of this size can hold the network, at 16 bits a number or more.

    Tensors may share their numbers or repeat one of them over and over, so that a small file
    stands for a network that fills the memory.

    Raises:
        IncompatibleModel: the tensors are larger than the file.
    """
    numbers = sum(math.prod(shape) for shape in expected.values())
    if 2 * numbers > file_bytes:
        raise IncompatibleModel(
            f"its tensors claim {numbers:,} numbers, more than a file of {file_bytes:,} bytes holds"
        )


def to_float32(tensors: Mapping[str, Tensor], *, spell: Callable[[str], str]) -> dict[str, Tensor]:
    """Return own, contiguous copies of floating-point tensors in 32 bits.

    Raises:
        IncompatibleModel: a tensor is of another type, or has values that are not finite.
    """
    copies = {}
    for name, tensor in tensors.items():
        if tensor.dtype not in _FLOATS:
            kind = str(tensor.dtype).removeprefix("torch.")
            raise IncompatibleModel(f"{spell(name)} holds {kind} instead of floating-point numbers")
        copy = tensor.to(torch.float32, copy=True, memory_format=torch.contiguous_format)
        if not torch.isfinite(copy).all():
            raise IncompatibleModel(
                f"{spell(name)} has values that are infinite or not a number; "
                "the training failed, or the file is damaged"
            )
        copies[name] = copy
    return copies


def _listed(faults: list[str], kind: str) -> str:
    more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    return f"{len(faults)} {kind}: {', '.join(faults[:_SHOWN])}{more}"


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
