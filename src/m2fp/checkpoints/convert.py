"""From a public checkpoint to a converted one, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from m2fp.checkpoints.checkpoint_file import read_checkpoint_file
from m2fp.checkpoints.configuration import doubts_about, read_configuration
from m2fp.checkpoints.converted import SUFFIX, Description, write_converted
from m2fp.checkpoints.description import input_rule, label_scheme, model_info
from m2fp.checkpoints.naming import naming_file
from m2fp.checkpoints.sizes import class_count, network_config
from m2fp.checkpoints.strict import (
    check_shapes,
    check_volume,
    empty_network,
    shapes_of,
    to_float32,
)
from m2fp.checkpoints.unwrap import Layout, unwrap
from m2fp.errors import ConfigError, ModelNotFound
from m2fp.model import ModelConfig
from m2fp.model.official_names import to_official
from m2fp.registry.digest import sha256_and_size
from m2fp.registry.model_info import ModelInfo

# What a folder downloaded from ModelScope calls its checkpoint.
_IN_FOLDER: Final = "pytorch_model.pt"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was found in a checkpoint and written.

    Attributes:
        source, source_sha256: the checkpoint that was read.
        layout: how the tensors lay in it.
        configured: ModelScope's `configuration.json` lay beside it and was used.
        config: the network.
        tensors, parameters: how many tensors it has; how many numbers training could change.
        output: the file that was written.
        info: what it says of itself, with its sha256.
        doubts: what its user should know, one sentence each.
    """

    source: Path
    source_sha256: str
    layout: Layout
    configured: bool
    config: ModelConfig
    tensors: int
    parameters: int
    output: Path
    info: ModelInfo
    doubts: tuple[str, ...]


def convert_checkpoint(
    source: Path,
    output: Path,
    *,
    labels: str | None = None,
    name: str | None = None,
    licence: str | None = None,
) -> Conversion:
    """Write a public M2FP checkpoint as a converted one, and return what was found.

    Nothing is written unless every tensor of the network is there, of its shape and finite, and no
    other. The number of attention heads is in no shape: `configuration.json` beside the checkpoint
    may say it, otherwise it is eight.

    Args:
        source: `.pth`, `.pt` or `.safetensors` of the authors (detectron2) or of ModelScope, or a
            folder with ModelScope's `pytorch_model.pt`.
        output: a `.safetensors` file; replaced when it is there.
        labels: name of the label scheme; decided by the number of classes when None.
        name: of the model, in results; made from backbone and labels when None.
        licence: of the weights; non-commercial when None, as all public ones are.

    Raises:
        ModelNotFound: there is no such file.
        UnsafeCheckpoint: reading it could run code or fill the memory; nothing of it was run.
        IncompatibleModel: it is damaged or holds no complete M2FP network.
        ConfigError: `output` is no `.safetensors` file or is the source; there are no such `labels`
            or they are of another number of classes.
        MissingExtra: this PyTorch is too old to read checkpoints safely.
    """
    if source.is_dir():
        source = _in_folder(source)
    _check_output(source, output)
    with naming_file(source):
        found = unwrap(read_checkpoint_file(source))
        shapes = shapes_of(found.tensors)
        scheme = label_scheme(class_count(shapes), labels)
        configuration = read_configuration(source.parent)
        config = network_config(shapes, scheme.name, configuration.heads)
        check_volume(shapes, source.stat().st_size)
        network = empty_network(config)
        check_shapes(
            shapes,
            shapes_of(network.state_dict()),
            strangers=found.strangers,
            spell=to_official,
        )
        tensors = to_float32(found.tensors, spell=to_official)
        source_sha256, _ = sha256_and_size(source)
    rule, doubts = input_rule(scheme, configuration)
    info = model_info(config, rule, source=source.name, name=name, licence=licence)
    sha256 = write_converted(output, tensors, Description(config, info, source_sha256))
    return Conversion(
        source=source,
        source_sha256=source_sha256,
        layout=found.layout,
        configured=configuration.found,
        config=config,
        tensors=len(tensors),
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        output=output,
        info=replace(info, sha256=sha256),
        doubts=(*doubts_about(configuration, config, scheme), *doubts),
    )


def _in_folder(folder: Path) -> Path:
    checkpoint = folder / _IN_FOLDER
    if not checkpoint.is_file():
        raise ModelNotFound(
            f"the folder {str(folder)!r} holds no {_IN_FOLDER}; name the checkpoint itself",
            model=str(folder),
        )
    return checkpoint


def _check_output(source: Path, output: Path) -> None:
    if output.suffix != SUFFIX:
        raise ConfigError(
            f"the converted file must be called *{SUFFIX}, not {output.name!r}", option="out"
        )
    if output.exists() and source.exists() and output.samefile(source):
        raise ConfigError("the converted file would replace the checkpoint", option="out")
