"""All sizes of a network come out of its tensors' shapes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from m2fp.checkpoints.sizes import Heads, class_count, network_config
from m2fp.checkpoints.strict import empty_network, shapes_of
from m2fp.errors import IncompatibleModel
from m2fp.model import DecoderConfig, ModelConfig, PixelDecoderConfig

OFFICIAL = ModelConfig()
UNUSUAL = ModelConfig(
    scheme="ppp",
    backbone="resnet50",
    mask_dim=96,
    pixel_decoder=PixelDecoderConfig(dim=64, layers=1, heads=4, points=3, ffn_dim=40),
    decoder=DecoderConfig(dim=48, layers=12, heads=6, ffn_dim=56, queries=7),
)


def shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    return dict(shapes_of(empty_network(config).state_dict()))


def read_all(found: dict[str, tuple[int, ...]]) -> tuple[int, ModelConfig]:
    return class_count(found), network_config(found, "ppp", Heads(encoder=4, decoder=6))


@pytest.mark.parametrize("scheme", ["cihp", "lip", "mhp-v2", "ppp"])
def test_the_official_sizes(scheme: str) -> None:
    config = replace(OFFICIAL, scheme=scheme)
    found = shapes(config)
    assert network_config(found, scheme, Heads()) == config
    assert class_count(found) == {"cihp": 21, "lip": 20, "mhp-v2": 60, "ppp": 8}[scheme]


def test_unusual_sizes() -> None:
    assert read_all(shapes(UNUSUAL)) == (8, UNUSUAL)


def test_heads_share_the_sampling_points() -> None:
    # 4 heads of 3 points leave the same shapes as 2 heads of 6; 8 heads do not fit.
    two = network_config(shapes(UNUSUAL), "ppp", Heads(encoder=2, decoder=6))
    assert two.pixel_decoder.points == 6
    with pytest.raises(IncompatibleModel, match=r"sampling_offsets.*72 rows.*8 heads"):
        network_config(shapes(UNUSUAL), "ppp", Heads(encoder=8, decoder=6))


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("decoder.class_head.weight", None, "class_embed.weight' is missing"),
        ("decoder.query_features.weight", None, "query_feat.weight' is missing"),
        ("decoder.query_features.weight", (7,), r"query_feat.weight' cannot have the shape \(7,\)"),
        ("decoder.query_features.weight", (0, 48), "cannot have the shape"),
        ("decoder.query_features.weight", (7, 50), "50 channels wide.*4 and of its 6 heads"),
        ("pixel_decoder.mask_projection.weight", (96, 48, 1, 1), "48 channels.*of 32 and"),
    ],
)
def test_shapes_that_tell_nothing(name: str, shape: tuple[int, ...] | None, message: str) -> None:
    found = shapes(UNUSUAL)
    del found[name]
    if shape is not None:
        found[name] = shape
    with pytest.raises(IncompatibleModel, match=message):
        read_all(found)


@pytest.mark.parametrize(
    ("layer", "official"),
    [
        (
            "decoder.layers.3.",
            r"missing as a whole: there is no 'sem_seg_head.predictor\S+_layers\.3\.",
        ),
        ("backbone.stages.2.1.", r"missing as a whole: there is no 'backbone\.res4\.1\."),
    ],
)
def test_a_layer_missing_as_a_whole(layer: str, official: str) -> None:
    found = {name: shape for name, shape in shapes(UNUSUAL).items() if not name.startswith(layer)}
    with pytest.raises(IncompatibleModel, match=official):
        read_all(found)


def test_another_backbone() -> None:
    found = {n: s for n, s in shapes(UNUSUAL).items() if not n.startswith("backbone.stages.3.2.")}
    with pytest.raises(IncompatibleModel, match=r"\(3, 4, 6, 2\) residual blocks.*ResNet-101"):
        read_all(found)
    found = {n: s for n, s in shapes(UNUSUAL).items() if not n.startswith("backbone.")}
    with pytest.raises(IncompatibleModel, match=r"\(0, 0, 0, 0\)"):
        read_all(found)


def test_a_layer_of_absurd_number_costs_nothing() -> None:
    found = shapes(UNUSUAL) | {"decoder.layers.999999999999.self_norm.weight": (48,)}
    with pytest.raises(IncompatibleModel, match=r"_layers\.12\."):
        read_all(found)


@pytest.mark.parametrize("heads", [(0, 8), (8, -1)])
def test_no_heads(heads: tuple[int, int]) -> None:
    with pytest.raises(IncompatibleModel, match="at least one head"):
        Heads(*heads)
