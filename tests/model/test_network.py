"""The whole network: shapes, supervised outputs, masked attention, positions."""

from __future__ import annotations

import math

import pytest
import torch

from m2fp.labels import get_scheme
from m2fp.model import M2FP, DecoderConfig, ModelConfig, PixelDecoderConfig
from m2fp.model.decoder import MaskedAttentionDecoder, _blocked
from m2fp.model.position import CoordinateEmbedding, sine_positions


def _tiny(kind: str = "fpn", scheme: str = "cihp", pixel_dim: int = 32) -> M2FP:
    torch.manual_seed(0)
    return M2FP(
        ModelConfig(
            scheme=scheme,
            backbone="efficientnet-lite0",
            mask_dim=16,
            pixel_decoder=PixelDecoderConfig(kind=kind, dim=pixel_dim, layers=1, ffn_dim=32),
            decoder=DecoderConfig(dim=32, layers=4, heads=4, ffn_dim=32, queries=7),
        )
    )


@pytest.mark.parametrize("kind", ["fpn", "deformable"])
@pytest.mark.parametrize("scheme", ["cihp", "lip"])
@torch.no_grad()
def test_shapes(kind: str, scheme: str) -> None:
    network = _tiny(kind, scheme)
    pixels = torch.randn(2, 3, 64, 96)
    classes = get_scheme(scheme).class_count + 1
    output = network.train()(pixels)
    assert len(output.outputs) == 5
    assert all(one.class_logits.shape == (2, 7, classes) for one in output.outputs)
    assert all(one.mask_embeddings.shape == (2, 7, 16) for one in output.outputs)
    assert output.mask_features.shape == (2, 16, 16, 24)
    assert output.mask_logits().shape == (2, 7, 16, 24)
    output = network.eval()(pixels)
    assert len(output.outputs) == 1
    assert output.class_logits.shape == (2, 7, classes)


@torch.no_grad()
def test_mask_logits_are_the_dot_product() -> None:
    output = _tiny().eval()(torch.randn(1, 3, 64, 64))
    cell = output.mask_features[0, :, 3, 5]
    expected = output.outputs[-1].mask_embeddings[0, 2] @ cell
    torch.testing.assert_close(output.mask_logits()[0, 2, 3, 5], expected)


@torch.no_grad()
def test_a_picture_does_not_see_its_neighbours_in_the_batch() -> None:
    network = _tiny("deformable").eval()
    pixels = torch.randn(2, 3, 64, 64)
    together, alone = network(pixels), network(pixels[1:])
    torch.testing.assert_close(together.class_logits[1:], alone.class_logits, rtol=0, atol=1e-5)
    torch.testing.assert_close(together.mask_logits()[1:], alone.mask_logits(), rtol=0, atol=1e-4)


def test_every_parameter_learns() -> None:
    network = _tiny("deformable", pixel_dim=64).train()
    output = network(torch.randn(2, 3, 64, 64))
    masks = sum(
        (one.mask_embeddings @ output.mask_features.flatten(2)).square().mean()
        for one in output.outputs
    )
    (masks + sum(one.class_logits.square().mean() for one in output.outputs)).backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []


def test_blocking_by_hand() -> None:
    embeddings = torch.tensor([[[1.0], [-1.0], [0.0]]])
    features = torch.tensor([[[2.0, 3.0, -1.0]]])
    positive = torch.tensor([[[2.0, 3.0, 1.0]]])
    # Where the logit is below zero; a logit of exactly zero is not below one half.
    assert _blocked(embeddings, features).tolist() == [
        [[False, False, True], [True, True, False], [False, False, False]]
    ]
    # The second query would see nothing, so it sees everything.
    assert _blocked(embeddings, positive).tolist() == [[[False] * 3] * 3]


def test_levels_are_visited_from_coarse_to_fine_in_turn() -> None:
    decoder = MaskedAttentionDecoder(DecoderConfig(32, 4, 4, 32, 3), 32, 8, 5)
    seen: list[int] = []
    for layer in decoder.layers:
        layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[2].shape[1]))
    levels = [torch.randn(1, 32, side, side) for side in (2, 4, 8)]
    decoder(torch.randn(1, 8, 16, 16), levels)
    assert seen == [4, 16, 64, 4]


def test_positions_by_hand() -> None:
    encoding = sine_positions(2, 4, 8, torch.zeros(()))
    assert encoding.shape == (8, 2, 4)
    angle_y, angle_x = 2 / 2 * 2 * math.pi, 3 / 4 * 2 * math.pi  # second row, third column
    expected = [
        f(angle / period)
        for angle in (angle_y, angle_x)
        for period in (1.0, 100.0)
        for f in (math.sin, math.cos)
    ]
    assert encoding[:, 1, 2].tolist() == pytest.approx(expected, abs=1e-5)


@torch.no_grad()
def test_learned_coordinates_by_hand() -> None:
    coordinates = CoordinateEmbedding(3)
    assert not coordinates(4, 5).any()  # so that a trained network does not notice them
    coordinates.from_x.weight[1, 0] = 2.0  # half a period of the sine over the width
    coordinates.from_y.weight[2, 16 + 1] = 1.0  # a whole period of the cosine over the height
    field = coordinates(2, 4)
    assert field.shape == (3, 2, 4)
    assert not field[0].any()
    sines = [2 * math.sin(math.pi * x) for x in (0.125, 0.375, 0.625, 0.875)]
    assert field[1, 0].tolist() == field[1, 1].tolist() == pytest.approx(sines)
    assert field[2].tolist() == [pytest.approx([0.0] * 4, abs=1e-6)] * 2  # cos of 1/4 and 3/4
