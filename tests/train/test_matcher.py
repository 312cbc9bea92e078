"""Matching costs by direct formulas, and the assignment by trying every permutation."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.nn import functional as F

from m2fp.train.config import LossConfig
from m2fp.train.matcher import class_cost, cross_entropy_cost, dice_cost, match

BIG = 8.0


def test_by_hand() -> None:
    # Query 0 says class 1 on the left, query 1 class 0 on the right, query 2 nothing.
    class_logits = torch.tensor([[0.0, BIG, 0.0], [BIG, 0.0, 0.0], [0.0, 0.0, BIG]])
    mask_logits = torch.tensor([[BIG, BIG, -BIG], [-BIG, -BIG, BIG], [-BIG, -BIG, -BIG]])
    right, left = [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]
    query, target = match(
        class_logits, mask_logits, torch.tensor([0, 1]), torch.tensor([right, left]), LossConfig()
    )
    assert target.tolist() == [0, 1]
    assert query.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("weights", "chosen"),
    [
        (LossConfig(class_weight=1, mask_weight=0, dice_weight=0), 0),
        (LossConfig(class_weight=0, mask_weight=1, dice_weight=0), 1),
        (LossConfig(class_weight=0, mask_weight=0, dice_weight=1), 1),
    ],
)
def test_each_weight_counts(weights: LossConfig, chosen: int) -> None:
    class_logits = torch.tensor([[BIG, 0.0], [0.0, BIG]])  # query 0 has the class
    mask_logits = torch.tensor([[-BIG, -BIG], [BIG, BIG]])  # query 1 has the mask
    query, _ = match(class_logits, mask_logits, torch.tensor([0]), torch.ones(1, 2), weights)
    assert query.tolist() == [chosen]


def test_costs_by_direct_formulas() -> None:
    torch.manual_seed(0)
    class_logits, mask_logits = torch.randn(4, 6), 3 * torch.randn(4, 50)
    classes, masks = torch.tensor([5, 0, 2]), (torch.rand(3, 50) < 0.3).float()
    for q, t in itertools.product(range(4), range(3)):
        wanted, logits = masks[t], mask_logits[q]
        p = logits.sigmoid()
        expected = {
            "class": -(class_logits[q].exp() / class_logits[q].exp().sum())[classes[t]],
            "mask": -(wanted * p.log() + (1 - wanted) * (1 - p).log()).mean(),
            "dice": 1 - (2 * (p * wanted).sum() + 1) / (p.sum() + wanted.sum() + 1),
        }
        torch.testing.assert_close(class_cost(class_logits, classes)[q, t], expected["class"])
        torch.testing.assert_close(cross_entropy_cost(mask_logits, masks)[q, t], expected["mask"])
        torch.testing.assert_close(dice_cost(mask_logits, masks)[q, t], expected["dice"])


@pytest.mark.parametrize(("queries", "count"), [(5, 3), (4, 4), (3, 5)])
def test_no_permutation_is_cheaper(queries: int, count: int) -> None:
    torch.manual_seed(queries)
    weights = LossConfig()
    class_logits, mask_logits = torch.randn(queries, 4), 3 * torch.randn(queries, 30)
    classes, masks = torch.randint(0, 3, (count,)), (torch.rand(count, 30) < 0.5).float()
    cost = (
        weights.class_weight * class_cost(class_logits, classes)
        + weights.mask_weight * cross_entropy_cost(mask_logits, masks)
        + weights.dice_weight * dice_cost(mask_logits, masks)
    )
    query, target = match(class_logits, mask_logits, classes, masks, weights)
    assert len(query) == len(set(query.tolist())) == min(queries, count)
    assert target.tolist() == sorted(set(target.tolist()))
    small, large = sorted((queries, count))
    table = cost if queries <= count else cost.T
    cheapest = min(
        float(table[range(small), list(columns)].sum())
        for columns in itertools.permutations(range(large), small)
    )
    assert float(cost[query, target].sum()) == pytest.approx(cheapest, abs=1e-5)


def test_extreme_logits_stay_finite() -> None:
    logits = torch.tensor([[1e4, -1e4]])
    masks = torch.tensor([[0.0, 1.0]])
    assert torch.isfinite(cross_entropy_cost(logits, masks)).all()
    assert torch.isfinite(dice_cost(logits, masks)).all()
    expected = F.binary_cross_entropy_with_logits(logits, masks)
    assert cross_entropy_cost(logits, masks).item() == pytest.approx(expected.item())


def test_no_targets_match_nothing() -> None:
    query, target = match(
        torch.randn(3, 4),
        torch.randn(3, 10),
        torch.zeros(0, dtype=torch.int64),
        torch.zeros(0, 10),
        LossConfig(),
    )
    assert query.tolist() == target.tolist() == []
