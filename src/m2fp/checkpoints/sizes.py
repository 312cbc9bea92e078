"""The sizes of a network, read from the shapes of its tensors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from m2fp.errors import IncompatibleModel
from m2fp.model import DecoderConfig, ModelConfig, PixelDecoderConfig
from m2fp.model.backbone.resnet import BLOCKS_PER_STAGE
from m2fp.model.official_names import to_official

Shapes = Mapping[str, tuple[int, ...]]

OFFICIAL_HEADS = 8

_LEVELS = 3
_GROUPS = 32  # of the pixel decoder's group normalisation
_QUARTER = 4  # the place encoding: sine and cosine of each of two coordinates
_SAMPLING = "pixel_decoder.layers.0.attention.sampling_offsets.weight"


@dataclass(frozen=True, slots=True)
class Heads:
    """Attention heads, which leave no trace in any shape; every public checkpoint has eight."""

    encoder: int = OFFICIAL_HEADS
    decoder: int = OFFICIAL_HEADS

    def __post_init__(self) -> None:
        if min(self.encoder, self.decoder) < 1:
            raise IncompatibleModel("attention needs at least one head")


def class_count(shapes: Shapes) -> int:
    """Return the number of classes, "no object" not counted.

    Raises:
        IncompatibleModel: the tensor that tells is missing or has no such shape.
    """
    return _size(shapes, "decoder.class_head.weight", 0) - 1


def network_config(shapes: Shapes, scheme: str, heads: Heads) -> ModelConfig:
    """Return the configuration of the network that has tensors of these shapes.

    Only the tensors that tell a size are looked at; `strict.check_tensors` sees to the others.

    Args:
        shapes: by our names.
        scheme: name of the label scheme; it has as many classes as the network.
        heads: attention heads.

    Raises:
        IncompatibleModel: a tensor that tells a size is missing or has no such shape, a layer is
            missing as a whole, or no M2FP network has these sizes.
    """
    encoder = PixelDecoderConfig(
        kind="deformable",
        dim=_size(shapes, "pixel_decoder.mask_projection.weight", 1),
        layers=_count(shapes, "pixel_decoder.layers."),
        heads=heads.encoder,
        points=_points(_size(shapes, _SAMPLING, 0), heads.encoder),
        ffn_dim=_size(shapes, "pixel_decoder.layers.0.ffn.fc1.weight", 0),
    )
    decoder = DecoderConfig(
        dim=_size(shapes, "decoder.query_features.weight", 1),
        layers=_count(shapes, "decoder.layers."),
        heads=heads.decoder,
        ffn_dim=_size(shapes, "decoder.layers.0.ffn.fc1.weight", 0),
        queries=_size(shapes, "decoder.query_features.weight", 0),
    )
    _check_widths(encoder, decoder)
    blocks = tuple(_count(shapes, f"backbone.stages.{stage}.") for stage in range(4))
    for name in ("resnet50", "resnet101"):
        if BLOCKS_PER_STAGE[name] == blocks:
            return ModelConfig(
                scheme=scheme,
                backbone=name,
                mask_dim=_size(shapes, "pixel_decoder.mask_projection.weight", 0),
                pixel_decoder=encoder,
                decoder=decoder,
            )
    raise IncompatibleModel(
        f"its backbone has {blocks} residual blocks in the four stages; ResNet-50 has "
        f"{BLOCKS_PER_STAGE['resnet50']} and ResNet-101 {BLOCKS_PER_STAGE['resnet101']}, and m2fp "
        "converts no other"
    )


def _size(shapes: Shapes, name: str, axis: int) -> int:
    if name not in shapes:
        raise IncompatibleModel(f"the tensor {to_official(name)!r} is missing")
    shape = shapes[name]
    if len(shape) <= axis or shape[axis] < 1:
        raise IncompatibleModel(f"the tensor {to_official(name)!r} cannot have the shape {shape}")
    return shape[axis]


def _count(names: Iterable[str], beginning: str) -> int:
    """Return how many layers have names that begin so, after checking that none is left out."""
    pattern = re.compile(re.escape(beginning) + r"(\d+)(\..+)")
    # Layer number to the rest of one of its names.
    rest = {int(found.group(1)): found.group(2) for found in map(pattern.match, names) if found}
    gap = next(number for number in range(len(rest) + 1) if number not in rest)
    if gap < len(rest):
        name = to_official(f"{beginning}{gap}{next(iter(rest.values()))}")
        raise IncompatibleModel(f"a layer is missing as a whole: there is no {name!r}")
    return len(rest)


def _points(rows: int, heads: int) -> int:
    """Return the sampling points per head and level; each has an x and a y."""
    points, rest = divmod(rows, heads * _LEVELS * 2)
    if rest or not points:
        raise IncompatibleModel(
            f"the tensor {to_official(_SAMPLING)!r} has {rows} rows, which {heads} heads and "
            f"{_LEVELS} levels cannot share"
        )
    return points


def _check_widths(encoder: PixelDecoderConfig, decoder: DecoderConfig) -> None:
    for part, width, heads, also in (
        ("pixel decoder", encoder.dim, encoder.heads, _GROUPS),
        ("transformer decoder", decoder.dim, decoder.heads, _QUARTER),
    ):
        if width % heads or width % also:
            raise IncompatibleModel(
                f"the {part} is {width} channels wide, which must be a multiple of {also} and of "
                f"its {heads} heads"
            )
