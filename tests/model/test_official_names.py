"""Our network and the official one for CIHP have the same tensors under different names."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from m2fp.errors import IncompatibleModel
from m2fp.model import M2FP, DecoderConfig, ModelConfig
from m2fp.model.official_names import (
    RENAMES,
    _pattern,
    from_official,
    is_leftover,
    to_official,
)

KEYS = Path(__file__).with_name("official_cihp_keys.tsv")


@pytest.fixture(scope="module")
def official_shapes() -> dict[str, tuple[int, ...]]:
    rows = (line.split("\t") for line in KEYS.read_text().splitlines())
    return {name: tuple(map(int, shape.split("x"))) for name, shape in rows}


@pytest.fixture(scope="module")
def network() -> M2FP:
    with torch.device("meta"):
        return M2FP(ModelConfig())


def test_all_822_names_and_shapes(
    network: M2FP, official_shapes: dict[str, tuple[int, ...]]
) -> None:
    ours = {to_official(name): tuple(t.shape) for name, t in network.state_dict().items()}
    assert len(ours) == 822
    assert ours == official_shapes


def test_every_name_there_and_back(network: M2FP) -> None:
    for name in network.state_dict():
        assert from_official(to_official(name)) == name


def test_every_row_of_the_table_is_used(official_shapes: dict[str, tuple[int, ...]]) -> None:
    patterns = [(row, _pattern(row[1])) for row in RENAMES]
    used = {
        next(row for row, pattern in patterns if pattern.match(name)) for name in official_shapes
    }
    assert [row[1] for row in RENAMES if row not in used] == [
        "sem_seg_head.predictor.static_query.",  # only in Mask2Former's first releases
        "sem_seg_head.predictor.input_proj.{level}.",  # only where widths differ
    ]


def test_parameter_counts_of_the_official_size(network: M2FP) -> None:
    def count(module: nn.Module) -> int:
        return sum(parameter.numel() for parameter in module.parameters())

    # Without the normalisation of the backbone, which is frozen.
    assert count(network) == 63_018_390
    assert count(network.backbone) == 42_518_208
    assert count(network.pixel_decoder) == 6_035_904
    assert count(network.decoder) == 14_464_278


def test_what_serves_training_only_is_left_over(
    official_shapes: dict[str, tuple[int, ...]],
) -> None:
    leftovers = (
        "criterion.empty_weight",
        "pixel_mean",
        "pixel_std",
        "backbone.res2.0.conv1.norm.num_batches_tracked",
    )
    assert all(map(is_leftover, leftovers))
    assert not any(map(is_leftover, official_shapes))


def test_widths_that_differ_have_a_projection_between_them() -> None:
    config = ModelConfig(decoder=DecoderConfig(dim=128))
    with torch.device("meta"):
        names = M2FP(config).state_dict()
    projections = [to_official(name) for name in names if name.startswith("decoder.project.")]
    assert projections == [
        f"sem_seg_head.predictor.input_proj.{level}.{kind}"
        for level in range(3)
        for kind in ("weight", "bias")
    ]


@pytest.mark.parametrize(
    ("official", "ours"),
    [
        ("backbone.stem.conv3.norm.running_var", "backbone.stem.2.norm.running_var"),
        ("backbone.res4.22.conv2.weight", "backbone.stages.2.22.conv2.conv.weight"),
        ("backbone.res2.0.shortcut.norm.bias", "backbone.stages.0.0.shortcut.norm.bias"),
        ("sem_seg_head.pixel_decoder.input_proj.0.1.bias", "pixel_decoder.project.0.norm.bias"),
        (
            "sem_seg_head.predictor.transformer_cross_attention_layers.8.multihead_attn"
            ".in_proj_weight",
            "decoder.layers.8.cross_attention.in_proj_weight",
        ),
        ("sem_seg_head.predictor.static_query.weight", "decoder.query_features.weight"),
        ("sem_seg_head.adapter_1.norm.bias", "pixel_decoder.lateral.norm.bias"),
        ("sem_seg_head.input_proj.2.0.weight", "pixel_decoder.project.2.conv.weight"),
    ],
)
def test_names_by_hand(official: str, ours: str) -> None:
    assert from_official(official) == ours


@pytest.mark.parametrize("name", ["backbone.patch_embed.proj.weight", "head.weight", ""])
def test_a_tensor_of_another_network_is_refused(name: str) -> None:
    with pytest.raises(IncompatibleModel, match="another network"):
        from_official(name)
    with pytest.raises(IncompatibleModel, match="another network"):
        to_official(name)
