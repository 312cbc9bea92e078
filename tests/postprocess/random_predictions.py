"""Predictions as a network might make them: smooth masks, and a few people with their parts."""

from __future__ import annotations

import numpy as np
import torch

from m2fp.engine import QueryPredictions
from m2fp.imaging import AnyRule, NetworkInput
from m2fp.imaging.scaled_rule import ScaledRule
from m2fp.labels import LabelScheme

PART_IDS = (2, 13, 5, 14, 15, 9, 18, 19)


def placed(photo_size: tuple[int, int], rule: AnyRule | ScaledRule) -> NetworkInput:
    """Return the network input of a black photo."""
    return NetworkInput(
        np.zeros((1, 3, *rule.padded_size(*photo_size)), np.float32),
        rule.content_size(*photo_size),
        photo_size,
        rule.origin(*photo_size),
    )


def smooth(
    seed: int, network_input: NetworkInput, scheme: LabelScheme, queries: int
) -> QueryPredictions:
    """Return random classes, some sure and some not, and random smooth masks."""
    rng = np.random.default_rng(seed)
    classes = rng.normal(0, 6, (queries, scheme.class_count + 1)).astype(np.float32)
    coarse = torch.from_numpy(rng.normal(0, 6, (1, queries, 8, 8)).astype(np.float32))
    rows, columns = (side // 4 for side in network_input.padded)
    masks = torch.nn.functional.interpolate(coarse, (rows, columns), mode="bicubic")[0]
    return QueryPredictions(classes, masks.numpy())


def crowd(
    seed: int, network_input: NetworkInput, scheme: LabelScheme, people: int
) -> QueryPredictions:
    """Return a background, `people` ellipses side by side, and eight parts in each of them."""
    rng = np.random.default_rng(seed)
    rows, columns = (side // 4 for side in network_input.padded)
    y, x = np.mgrid[:rows, :columns]
    classes, masks = [], []

    def add(label: int, centre: tuple[float, float], radius: tuple[float, float]) -> None:
        logits = rng.normal(-4, 0.5, scheme.class_count + 1)
        logits[label] = rng.uniform(2, 7)
        classes.append(logits)
        distance = np.hypot((y - centre[0]) / radius[0], (x - centre[1]) / radius[1])
        masks.append(np.clip(12 * (1 - distance), -12, 9))

    for number in range(people):
        centre, width = columns * (number + 0.5) / people, columns * 0.4 / people
        if scheme.person_class is not None:
            add(scheme.person_class, (rows * 0.5, centre), (rows * 0.4, width))
        for band, label in enumerate(PART_IDS):
            side = (-1) ** band * width * 0.3
            add(label, (rows * (0.15 + 0.09 * band), centre + side), (rows * 0.07, width * 0.6))
    classes.append(np.eye(scheme.class_count + 1)[0] * 8)
    masks.append(np.clip(12 * (np.abs(y / rows - 0.5) * 2 - 0.85), -12, 9))
    return QueryPredictions(
        np.stack(classes).astype(np.float32), np.stack(masks).astype(np.float32)
    )
