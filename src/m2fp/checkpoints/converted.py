"""Converted checkpoints: a safetensors file of our names that says what network it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from m2fp.checkpoints.naming import naming_file
from m2fp.checkpoints.sizes import Heads, Shapes, network_config
from m2fp.checkpoints.strict import check_shapes, empty_network, shapes_of
from m2fp.errors import IncompatibleModel, ModelNotFound
from m2fp.model import M2FP, ModelConfig
from m2fp.registry.digest import sha256_and_size
from m2fp.registry.model_info import METADATA_KEY, ModelInfo
from m2fp.whole_file import whole_file

FORMAT: Final = 1
SUFFIX: Final = ".safetensors"

_FLOAT32 = "F32"  # as safetensors spells it


@dataclass(frozen=True, slots=True)
class Description:
    """What a converted file says of itself, beside its tensors.

    Attributes:
        config: the network.
        info: the model; its sha256 is left out, a file cannot hold its own.
        source_sha256: of the checkpoint it was converted from.
    """

    config: ModelConfig
    info: ModelInfo
    source_sha256: str


def write_converted(path: Path, tensors: Mapping[str, Tensor], description: Description) -> str:
    """Write the file, complete or not at all, and return its sha256.

    tensors: float32, contiguous, each with its own memory, by our names.
    """
    document = {
        "format": FORMAT,
        "config": asdict(description.config),
        "info": json.loads(description.info.to_metadata()),
        "source_sha256": description.source_sha256,
    }
    metadata = {METADATA_KEY: json.dumps(document, ensure_ascii=False)}
    with whole_file(path) as draft:
        save_file(dict(tensors), draft, metadata)
        sha256, _ = sha256_and_size(draft)
    return sha256


def load_model(path: Path) -> tuple[M2FP, ModelInfo]:
    """Return the network of a converted checkpoint, in evaluation mode, and its description.

    Raises:
        ModelNotFound: the file cannot be opened.
        IncompatibleModel: it is damaged, was not written by `m2fp convert`, or by a newer version.
    """
    try:
        sha256, _ = sha256_and_size(path)
        with naming_file(path), safe_open(path, framework="pt") as file:
            description = _read_description(file.metadata() or {}, sha256)
            model = _network_of(_float32_shapes(file), description.config)
            for name, tensor in model.state_dict().items():
                tensor.copy_(file.get_tensor(name))
    except OSError as error:
        raise ModelNotFound(
            f"the model file {str(path)!r} cannot be read: {error.strerror or error}",
            model=str(path),
        ) from error
    except SafetensorError as error:
        raise IncompatibleModel(
            f"{path}: the file is damaged, or not safetensors ({error}); convert the checkpoint "
            "again",
            model=str(path),
        ) from error
    return model.eval(), description.info


def _float32_shapes(file: safe_open) -> Shapes:
    names: list[str] = file.keys()  # type: ignore[no-untyped-call]
    slices = {name: file.get_slice(name) for name in names}  # type: ignore[no-untyped-call]
    if any(part.get_dtype() != _FLOAT32 for part in slices.values()):
        raise IncompatibleModel("its tensors are not all float32; convert the checkpoint again")
    return {name: tuple(part.get_shape()) for name, part in slices.items()}


def _read_description(metadata: Mapping[str, str], sha256: str) -> Description:
    if METADATA_KEY not in metadata:
        raise IncompatibleModel(
            "it was not written by `m2fp convert`; convert the checkpoint it comes from"
        )
    try:
        document: Any = json.loads(metadata[METADATA_KEY])
        if document["format"] != FORMAT:
            raise IncompatibleModel(
                f"it is of format {document['format']!r}, this version of m2fp reads format "
                f"{FORMAT}; update m2fp or convert the checkpoint again"
            )
        config = TypeAdapter(ModelConfig).validate_python(document["config"])
        info = ModelInfo.from_metadata(json.dumps(document["info"]), sha256)
        if config.scheme != info.scheme.name:
            raise ValueError(f"{config.scheme} and {info.scheme.name}")
        return Description(config, info, str(document["source_sha256"]))
    except (ValueError, KeyError, TypeError) as error:
        raise IncompatibleModel(
            "its description of the network cannot be understood; convert the checkpoint again"
        ) from error


def _network_of(shapes: Shapes, config: ModelConfig) -> M2FP:
    """Return the network with room for its values, after checking that the file holds it."""
    heads = Heads(config.pixel_decoder.heads, config.decoder.heads)
    if network_config(shapes, config.scheme, heads) != config:
        raise IncompatibleModel(
            "its tensors are not those of the network it describes; convert the checkpoint again"
        )
    model = empty_network(config)
    check_shapes(shapes, shapes_of(model.state_dict()))
    return model.to_empty(device="cpu")
