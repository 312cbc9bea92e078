"""The set loss against a double loop written from the formulas."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from m2fp.model.decoder import QueryOutput
from m2fp.model.m2fp import NetworkOutput
from m2fp.train.config import LossConfig
from m2fp.train.loss import set_loss
from m2fp.train.points import look_up, sample_at, uncertain_points
from m2fp.train.targets import Targets

QUERIES, CLASSES, DIM, OUTPUTS = 4, 5, 6, 3
CONFIG = LossConfig(points=24)


def _output(pictures: int) -> NetworkOutput:
    outputs = [
        QueryOutput(
            torch.randn(pictures, QUERIES, CLASSES + 1, requires_grad=True),
            torch.randn(pictures, QUERIES, DIM, requires_grad=True),
        )
        for _ in range(OUTPUTS)
    ]
    return NetworkOutput(torch.randn(pictures, DIM, 4, 6, requires_grad=True), outputs)


def _targets(*counts: int) -> list[Targets]:
    return [
        Targets(torch.randint(0, CLASSES, (count,)), torch.rand(count, 16, 24) < 0.4)
        for count in counts
    ]


@pytest.mark.parametrize("counts", [(3,), (2, 3), (1, 0), (5, 2)], ids=str)
def test_equals_the_double_loop(counts: tuple[int, ...]) -> None:
    torch.manual_seed(1)
    output, targets = _output(len(counts)), _targets(*counts)
    mask_count = torch.tensor(float(sum(counts)))
    torch.manual_seed(7)
    losses = set_loss(output, targets, CONFIG, mask_count)
    torch.manual_seed(7)
    classes, mask, dice = _double_loop(output, targets, float(mask_count))
    assert losses.classes.item() == pytest.approx(classes, rel=1e-4)
    assert losses.mask.item() == pytest.approx(mask, rel=1e-4)
    assert losses.dice.item() == pytest.approx(dice, rel=1e-4)
    assert losses.total.item() == pytest.approx(classes + mask + dice, rel=1e-4)


def test_a_batch_without_targets_still_reaches_every_tensor() -> None:
    torch.manual_seed(1)
    output = _output(2)
    losses = set_loss(output, _targets(0, 0), CONFIG, torch.tensor(0.0))
    assert losses.mask.item() == losses.dice.item() == 0
    losses.total.backward()
    assert output.mask_features.grad is not None
    for one in output.outputs:
        assert one.class_logits.grad is not None
        assert one.mask_embeddings.grad is not None
        assert not one.mask_embeddings.grad.any()


def test_a_perfect_answer_costs_almost_nothing() -> None:
    targets = _targets(2)
    height, width = 4, 6
    targets[0].masks.zero_()
    targets[0].masks[0, :8], targets[0].masks[1, 8:] = True, True
    features = torch.zeros(1, DIM, height, width)
    features[0, 0, :2], features[0, 0, 2:] = 100.0, -100.0
    embeddings = torch.zeros(1, QUERIES, DIM)
    embeddings[0, 0, 0], embeddings[0, 1, 0] = 1.0, -1.0
    logits = torch.full((1, QUERIES, CLASSES + 1), -50.0)
    logits[0, 0, targets[0].classes[0]] = logits[0, 1, targets[0].classes[1]] = 50.0
    logits[0, 2:, CLASSES] = 50.0
    output = NetworkOutput(features, [QueryOutput(logits, embeddings)])
    config = LossConfig(points=500, uncertain_share=0.0)
    losses = set_loss(output, targets, config, torch.tensor(2.0))
    assert losses.classes.item() < 1e-6
    # Half a cell around the edge cannot be right at stride 4.
    assert losses.dice.item() / config.dice_weight / 2 < 0.12


@torch.no_grad()
def _double_loop(
    output: NetworkOutput, targets: list[Targets], count: float
) -> tuple[float, float, float]:
    chosen: list[list[dict[int, int]]] = []
    mask = dice = 0.0
    for picture, target in enumerate(targets):
        features = output.mask_features[picture].detach()
        points = torch.rand(1, CONFIG.points, 2)
        everything = torch.arange(len(target.classes))
        wanted = look_up(target.masks, everything, points.expand(len(everything), -1, -1))
        outputs = [(o.class_logits[picture], o.mask_embeddings[picture]) for o in output.outputs]
        pairs = [
            _cheapest(logits, sample_at(_masks(e, features), points.expand(QUERIES, -1, -1))[:, 0],
                      target.classes, wanted)
            for logits, e in outputs
        ]  # fmt: skip
        chosen.append(pairs)
        flat = [
            (embeddings[q], t)
            for (_, embeddings), pair in zip(outputs, pairs, strict=True)
            for t, q in sorted(pair.items())
        ]
        if not flat:
            continue
        logits = torch.cat([_masks(e[None], features) for e, _ in flat]).detach()
        where = uncertain_points(logits, CONFIG.points, CONFIG.oversample, CONFIG.uncertain_share)
        for row, (_, t) in enumerate(flat):
            x = sample_at(logits[row : row + 1], where[row : row + 1])[0, 0]
            y = look_up(target.masks, torch.tensor([t]), where[row : row + 1])[0]
            mask += _cross_entropy(x, y)
            dice += _dice(x, y)
    classes = sum(
        _class_loss(one.class_logits, [pairs[index] for pairs in chosen], targets)
        for index, one in enumerate(output.outputs)
    )
    return 2 * classes, 5 * mask / max(count, 1), 5 * dice / max(count, 1)


def _masks(embeddings: Tensor, features: Tensor) -> Tensor:
    return torch.einsum("qc,chw->qhw", embeddings, features)[:, None]


def _cheapest(logits: Tensor, here: Tensor, classes: Tensor, wanted: Tensor) -> dict[int, int]:
    probability = logits.softmax(-1)
    queries, targets = range(len(logits)), range(len(classes))

    def cost(q: int, t: int) -> float:
        return (
            -2 * float(probability[q, classes[t]])
            + 5 * _cross_entropy(here[q], wanted[t])
            + 5 * _dice(here[q], wanted[t])
        )

    table = {(q, t): cost(q, t) for q in queries for t in targets}
    if len(classes) <= len(logits):
        options = (
            dict(zip(targets, chosen, strict=True))
            for chosen in itertools.permutations(queries, len(targets))
        )
    else:
        options = (
            dict(zip(chosen, queries, strict=True))
            for chosen in itertools.permutations(targets, len(queries))
        )
    return min(options, key=lambda pair: sum(table[q, t] for t, q in pair.items()))


def _cross_entropy(logits: Tensor, wanted: Tensor) -> float:
    total = 0.0
    for x, y in zip(logits.tolist(), wanted.tolist(), strict=True):
        p = 1 / (1 + math.exp(-x))
        total -= y * math.log(p) + (1 - y) * math.log(1 - p)
    return total / len(logits)


def _dice(logits: Tensor, wanted: Tensor) -> float:
    p = [1 / (1 + math.exp(-x)) for x in logits.tolist()]
    y = wanted.tolist()
    overlap = sum(a * b for a, b in zip(p, y, strict=True))
    return 1 - (2 * overlap + 1) / (sum(p) + sum(y) + 1)


def _class_loss(logits: Tensor, pairs: list[dict[int, int]], targets: list[Targets]) -> float:
    total = weight = 0.0
    for picture, pair in enumerate(pairs):
        answers = {q: int(targets[picture].classes[t]) for t, q in pair.items()}
        for q in range(QUERIES):
            wanted = answers.get(q, CLASSES)
            w = 0.1 if wanted == CLASSES else 1.0
            total -= w * float(logits[picture, q].log_softmax(-1)[wanted])
            weight += w
    return total / weight
