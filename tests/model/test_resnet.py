"""The residual stages are transformers' ResNet (Apache-2.0) with the stride in the 3x3 layer."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from transformers import ResNetConfig
from transformers.models.resnet.modeling_resnet import ResNetEncoder

from m2fp.model.backbone import build_backbone
from m2fp.model.backbone.resnet import ResNet
from m2fp.model.blocks import FrozenBatchNorm

_TO_THEIRS = (
    (r"^(\d)\.(\d+)\.conv1\.", r"stages.\1.layers.\2.layer.0."),
    (r"^(\d)\.(\d+)\.conv2\.", r"stages.\1.layers.\2.layer.1."),
    (r"^(\d)\.(\d+)\.conv3\.", r"stages.\1.layers.\2.layer.2."),
    (r"^(\d)\.(\d+)\.shortcut\.", r"stages.\1.layers.\2.shortcut."),
    (r"\.conv\.", ".convolution."),
    (r"\.norm\.", ".normalization."),
)


@pytest.fixture(scope="module")
def network() -> ResNet:
    torch.manual_seed(0)
    network = ResNet((2, 1, 2, 1)).eval()
    for module in network.modules():
        if isinstance(module, FrozenBatchNorm):
            nn.init.normal_(module.weight, 0.6, 0.1)
            nn.init.normal_(module.bias, 0.0, 0.2)
            nn.init.normal_(module.running_mean, 0.0, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
    return network


@torch.no_grad()
def test_all_four_stages(network: ResNet) -> None:
    config = ResNetConfig(
        embedding_size=128,
        hidden_sizes=list(ResNet.channels),
        depths=[2, 1, 2, 1],
        layer_type="bottleneck",
        downsample_in_first_stage=False,
        downsample_in_bottleneck=False,
    )
    theirs = ResNetEncoder(config).eval()
    state = {}
    for name, tensor in network.stages.state_dict().items():
        for pattern, replacement in _TO_THEIRS:
            name = re.sub(pattern, replacement, name)  # noqa: PLW2901
        state[name] = tensor
    missing, unexpected = theirs.load_state_dict(state, strict=False)
    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)
    x = torch.randn(1, 128, 24, 40)
    expected = theirs(x, output_hidden_states=True).hidden_states[1:]
    for stage, want in zip(network.stages, expected, strict=True):
        x = stage(x)
        torch.testing.assert_close(x, want, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_stem_written_out(network: ResNet) -> None:
    pixels = torch.randn(1, 3, 32, 64)
    x = pixels
    for layer, stride in zip(network.stem, (2, 1, 1), strict=True):
        norm = layer.norm
        x = F.conv2d(x, layer.conv.weight, stride=stride, padding=1)
        x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=1e-5)
        x = F.relu(x)
    expected = network.stages[0](F.max_pool2d(x, 3, 2, 1))
    torch.testing.assert_close(network(pixels)[0], expected, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_strides_and_channels(network: ResNet) -> None:
    maps = network(torch.zeros(1, 3, 64, 96))
    shapes = [tuple(x.shape) for x in maps]
    assert shapes == [(1, 256, 16, 24), (1, 512, 8, 12), (1, 1024, 4, 6), (1, 2048, 2, 3)]


@pytest.mark.parametrize(
    ("name", "blocks"), [("resnet50", [3, 4, 6, 3]), ("resnet101", [3, 4, 23, 3])]
)
def test_depths(name: str, blocks: list[int]) -> None:
    with torch.device("meta"):
        assert [len(stage) for stage in build_backbone(name).stages] == blocks


def test_normalisation_never_learns(network: ResNet) -> None:
    learnt = {name for name, _ in network.named_parameters()}
    assert not any("norm" in name for name in learnt)
    before = network.stem[0].norm.running_mean.clone()
    network.train()
    network.stem(torch.randn(1, 3, 32, 32))
    network.eval()
    assert torch.equal(network.stem[0].norm.running_mean, before)
