"""Sampling masks at points."""

from __future__ import annotations

import pytest
import torch

from m2fp.train.points import look_up, sample_at, uncertain_points


def _centres(height: int, width: int) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([(x + 0.5) / width, (y + 0.5) / height], -1).reshape(1, -1, 2)


def test_sampling_at_cell_centres_gives_the_cells() -> None:
    maps = torch.randn(1, 3, 5, 7)
    sampled = sample_at(maps, _centres(5, 7))
    torch.testing.assert_close(sampled, maps.flatten(2))


@pytest.mark.parametrize(
    ("point", "value"),
    [
        ((0.25, 0.25), 1.0),
        ((0.75, 0.25), 2.0),
        ((0.5, 0.5), 2.5),  # the middle of all four
        ((0.5, 0.25), 1.5),
        ((0.0, 0.0), 0.25),  # a corner lies half a cell from 1; outside counts as 0
        ((1.0, 1.0), 1.0),
        ((0.0, 0.25), 0.5),
    ],
)
def test_sampling_by_hand(point: tuple[float, float], value: float) -> None:
    maps = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    assert sample_at(maps, torch.tensor([[point]])).item() == pytest.approx(value)


def test_looking_up_at_cell_centres_is_exact() -> None:
    torch.manual_seed(0)
    masks = torch.rand(4, 9, 13) < 0.5
    index = torch.tensor([2, 0, 2])
    found = look_up(masks, index, _centres(9, 13).expand(3, -1, -1))
    assert found.dtype == torch.float32
    assert torch.equal(found, masks[index].flatten(1).float())


@pytest.mark.parametrize(
    ("point", "value"),
    [((0.0, 0.0), 1.0), ((1.0, 1.0), 1.0), ((1.0, 0.0), 0.0), ((0.49, 0.49), 1.0)],
)
def test_looking_up_on_the_edges(point: tuple[float, float], value: float) -> None:
    masks = torch.tensor([[[True, False], [False, True]]])
    assert look_up(masks, torch.tensor([0]), torch.tensor([[point]])).item() == value


def test_three_quarters_lie_where_the_logit_is_near_zero() -> None:
    torch.manual_seed(0)
    width = 64
    # The logit grows from -32 to 32 from left to right, and in the second mask from top down.
    ramp = torch.linspace(-32, 32, width).expand(width, width)
    logits = torch.stack([ramp, ramp.T])[:, None]
    points = uncertain_points(logits, count=400, oversample=3.0, uncertain_share=0.75)
    assert points.shape == (2, 400, 2)
    assert points.min() >= 0
    assert points.max() <= 1
    certain = sample_at(logits, points)[:, 0].abs()
    # Of 1,200 uniform candidates the 300 most uncertain fill a quarter of the width: |logit| < 8.
    assert ((certain[:, :300] < 9.5).float().mean(1) == 1).all()
    near = (certain[:, 300:] < 8).float().mean(1)
    assert ((near > 0.1) & (near < 0.45)).all()  # the others are uniform


def test_points_carry_no_gradient() -> None:
    logits = torch.randn(2, 1, 8, 8, requires_grad=True)
    assert not uncertain_points(logits, 10, 3.0, 0.75).requires_grad


@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_count_is_exact(count: int) -> None:
    points = uncertain_points(torch.randn(3, 1, 4, 4), count, 3.0, 0.75)
    assert points.shape == (3, count, 2)
