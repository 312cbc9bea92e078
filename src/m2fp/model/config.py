"""Every size of the network, as frozen dataclasses that a TOML file or a checkpoint can hold."""

from dataclasses import dataclass, field
from typing import Literal

BackboneName = Literal[
    "resnet50", "resnet101", "efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"
]


@dataclass(frozen=True, slots=True)
class PixelDecoderConfig:
    """Sizes of the part between backbone and queries.

    `kind` is "deformable" for the paper's multi-scale deformable-attention encoder, or "fpn" for
    a feature pyramid with plain self-attention on the coarsest map only, which a CPU runs fast.
    `points` counts the sampling points per head and level and means nothing to "fpn".
    `coordinates` ("fpn" only) adds where a cell lies to what it holds, see `CoordinateEmbedding`.
    """

    kind: Literal["deformable", "fpn"] = "deformable"
    dim: int = 256
    layers: int = 6
    heads: int = 8
    points: int = 4
    ffn_dim: int = 1024
    coordinates: bool = False


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """Sizes of the masked-attention decoder; `layers` counts layers, outputs are one more."""

    dim: int = 256
    layers: int = 9
    heads: int = 8
    ffn_dim: int = 2048
    queries: int = 100


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The whole network; the defaults are the official R101 configuration for CIHP."""

    scheme: str = "cihp"
    backbone: BackboneName = "resnet101"
    mask_dim: int = 256
    pixel_decoder: PixelDecoderConfig = field(default_factory=PixelDecoderConfig)
    decoder: DecoderConfig = field(default_factory=DecoderConfig)
