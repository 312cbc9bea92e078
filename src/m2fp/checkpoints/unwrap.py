"""Finding the network's tensors in a checkpoint, however they are wrapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from m2fp.checkpoints.pickled_numpy import PickledArray
from m2fp.errors import IncompatibleModel
from m2fp.model.official_names import from_official, is_leftover

WRAPPINGS = ("model", "state_dict")

# Every M2FP network has this tensor, under its official and under our name.
_OFFICIAL_MARK = "sem_seg_head.predictor.class_embed.weight"
_OUR_MARK = "decoder.class_head.weight"
_COUNTER = ".num_batches_tracked"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the tensors of a network lay in a file.

    Attributes:
        wrapping: the key that held them, or None when they were the whole file.
        prefix: what stood before every name, for example "module.".
        beside: what else the file held, for example "optimizer".
        leftovers: how many more tensors there were, which only served training.
        batch_norm: the normalisation of the backbone counted batches (BatchNorm); false for
            FrozenBatchNorm. Its other four tensors are the same.
    """

    wrapping: str | None
    prefix: str
    beside: tuple[str, ...]
    leftovers: int
    batch_norm: bool


@dataclass(frozen=True, slots=True, eq=False)
class OfficialTensors:
    """A network's tensors under our names, as they are in the file.

    Attributes:
        tensors: by our names.
        strangers: names in the file that our network has no place for.
        layout: where they were.
    """

    tensors: dict[str, Tensor]
    strangers: tuple[str, ...]
    layout: Layout


def unwrap(values: Mapping[str, object]) -> OfficialTensors:
    """Return the network's tensors from a checkpoint's values.

    Raises:
        IncompatibleModel: there is no M2FP network in it, there are several, it is one of ours
            already, two names stand for one tensor, or a value is not a plain tensor.
    """
    wrapping, state = _innermost(values)
    prefix = _common_prefix(state)
    tensors: dict[str, Tensor] = {}
    strangers: list[str] = []
    leftovers: list[str] = []
    for name, value in state.items():
        official = name.removeprefix(prefix)
        if is_leftover(official):
            leftovers.append(official)
            continue
        try:
            ours = from_official(official)
        except IncompatibleModel:
            strangers.append(name)
            continue
        if ours in tensors:
            raise IncompatibleModel(f"{name!r} is there twice, under an old and a new name")
        tensors[ours] = _as_tensor(name, value)
    layout = Layout(
        wrapping=wrapping,
        prefix=prefix,
        beside=() if wrapping is None else tuple(str(key) for key in values if key != wrapping),
        leftovers=len(leftovers),
        batch_norm=any(name.endswith(_COUNTER) for name in leftovers),
    )
    return OfficialTensors(tensors, tuple(strangers), layout)


def _innermost(values: Mapping[str, object]) -> tuple[str | None, Mapping[str, object]]:
    """Return the key of the mapping that holds the tensors, and that mapping."""
    for key in WRAPPINGS:
        inner = values.get(key)
        if isinstance(inner, Mapping):
            return key, _with_text_names(inner)
    return None, _with_text_names(values)


def _with_text_names(values: Mapping[Any, object]) -> Mapping[str, object]:
    strange = [name for name in values if not isinstance(name, str)]
    if strange:
        raise IncompatibleModel(f"a tensor is named {strange[0]!r}, which is not text")
    return {str(name): value for name, value in values.items()}


def _common_prefix(names: Iterable[str]) -> str:
    """Return what stands before the names of the one M2FP network among them."""
    names = tuple(names)
    prefixes = [name.removesuffix(_OFFICIAL_MARK) for name in names if _ends(name, _OFFICIAL_MARK)]
    if len(prefixes) > 1:
        found = ", ".join(repr(prefix) for prefix in prefixes)
        raise IncompatibleModel(
            f"there are several networks in the file, under the prefixes {found}; save the tensors "
            "of one of them with torch.save({'model': tensors}, 'model.pth')"
        )
    if not prefixes and any(_ends(name, _OUR_MARK) for name in names):
        raise IncompatibleModel(
            "the tensors have m2fp's names already, so there is nothing to convert; "
            "`m2fp export` takes this file"
        )
    if not prefixes:
        first = ", ".join(repr(name) for name in names[:3]) or "nothing"
        raise IncompatibleModel(
            f"this is not an M2FP network: there is no tensor {_OFFICIAL_MARK!r}, but {first}"
        )
    return prefixes[0]


def _ends(name: str, mark: str) -> bool:
    return name == mark or name.endswith("." + mark)


def _as_tensor(name: str, value: object) -> Tensor:
    """Return a dense tensor on the CPU, of whatever type.

    Kinds of tensors that hold no numbers, or not all of them, could pass for a network.
    """
    if isinstance(value, PickledArray) and hasattr(value, "value"):
        array = value.value
        return torch.from_numpy(array.astype(array.dtype.newbyteorder("=")))
    if not isinstance(value, Tensor):
        raise IncompatibleModel(f"{name!r} is not a tensor but a {type(value).__name__}")
    if value.layout is not torch.strided or value.device.type != "cpu" or value.is_quantized:
        raise IncompatibleModel(f"{name!r} is not a plain tensor with all its numbers")
    return value.detach()
