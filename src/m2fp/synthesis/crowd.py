"""Who stands where and looks where. The camera is on the side of +z, at azimuth 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.synthesis.bystander import Spot

# Share of pictures with so many people: 0, 1, 2, ... 8.
COUNTS = (0.03, 0.22, 0.20, 0.17, 0.13, 0.10, 0.07, 0.05, 0.03)
_TRIES = 40


def how_many(rng: Generator) -> int:
    """Return a number of people, 0..8."""
    return int(rng.choice(len(COUNTS), p=COUNTS))


def arrange(
    clouds: Sequence[NDArray[np.floating]], rng: Generator, *, from_behind: float = 0.0
) -> list[Spot]:
    """Return a place for every figure, about the origin, so that their trunks do not cross.

    clouds: points of every figure, (P, 3) metres about its own origin. from_behind: share of the
    arrangements, 0..1, in which everybody is turned around.

    A row for a group photo, a ring that faces inwards, people who walk one way, or a loose crowd.
    """
    count = len(clouds)
    radii = [_trunk_radius(cloud) for cloud in clouds]
    kind = ("row", "ring", "way", "crowd")[int(rng.choice(4, p=(0.35, 0.15, 0.15, 0.35)))]
    spread = float(np.exp(rng.uniform(np.log(0.9), np.log(2.0))))
    way = float(rng.uniform(-np.pi, np.pi))
    placed: list[tuple[float, float, float]] = []
    spots = []
    for index in range(count):
        spot = (0.0, 0.0)
        for room in 1.06 ** np.arange(_TRIES):
            spot = _try_spot(kind, index / max(count - 1, 1), count, float(room) * spread, rng)
            if _is_free(spot, radii[index], placed):
                break
        placed.append((*spot, radii[index]))
        spots.append(Spot(*spot, _turn(kind, spot, way, rng)))
    if rng.random() < from_behind:
        return [replace(spot, turn=spot.turn + np.pi) for spot in spots]
    return spots


def _try_spot(
    kind: str, share: float, count: int, room: float, rng: Generator
) -> tuple[float, float]:
    # share: how far through the people we are, 0..1; room: 1 = close together.
    if kind == "row":
        step = 0.42 if count > 3 else 0.62
        x = (share - 0.5) * (count - 1) * step * room
        behind = rng.uniform(0.3, 0.9) * float(round(share * (count - 1)) % 2) * (count > 3)
        return float(x + rng.normal(0, 0.06 * room)), float(rng.normal(0, 0.1) - behind) * room
    if kind == "ring":
        angle = 2 * np.pi * (share * (count - 1) + rng.uniform(-0.2, 0.2)) / max(count, 1)
        size = room * (0.28 + 0.12 * count)
        return float(size * np.sin(angle)), float(size * np.cos(angle))
    reach = 0.9 * room * np.sqrt(count)
    return float(rng.uniform(-reach, reach)), float(rng.uniform(-1.2 * reach, 0.8 * reach))


def _is_free(
    spot: tuple[float, float], radius: float, placed: Sequence[tuple[float, float, float]]
) -> bool:
    gaps = [np.hypot(spot[0] - x, spot[1] - z) - 0.85 * (radius + own) for x, z, own in placed]
    return min(gaps, default=1.0) > 0


def _turn(kind: str, spot: tuple[float, float], way: float, rng: Generator) -> float:
    if kind == "row":
        turn = rng.normal(0, 0.35) if rng.random() < 0.9 else rng.uniform(-np.pi, np.pi)
    elif kind == "ring":
        turn = np.arctan2(-spot[0], -spot[1]) + rng.normal(0, 0.3)
    elif kind == "way":
        turn = way + rng.normal(0, 0.25)
    else:
        turn = rng.normal(0, 0.6) if rng.random() < 0.45 else rng.uniform(-np.pi, np.pi)
    return float(turn)


def _trunk_radius(cloud: NDArray[np.floating]) -> float:
    # Arms may reach into others' room; most of the body may not.
    return float(np.clip(np.quantile(np.hypot(cloud[:, 0], cloud[:, 2]), 0.75), 0.12, 0.6))
