"""Where the photographer stands and what the picture takes in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.synthesis.camera import Camera

_ASPECTS = ((3, 4), (2, 3), (4, 3), (3, 2), (1, 1), (9, 16), (16, 9), (4, 5))
_ASPECT_SHARES = (0.18, 0.2, 0.18, 0.14, 0.1, 0.06, 0.08, 0.06)
_SHOTS = ("group", "waist", "close", "part", "wide")


def picture_size(people: int, long_side: int, rng: Generator) -> tuple[int, int]:
    """Return (height, width) with this long side; groups are rarely taken upright."""
    shares = np.array(_ASPECT_SHARES)
    upright = np.array([height > width for width, height in _ASPECTS])
    if people > 2:
        shares[upright] *= 0.4
    width, height = _ASPECTS[int(rng.choice(len(_ASPECTS), p=shares / shares.sum()))]
    unit = long_side / max(width, height)
    return round(height * unit / 2) * 2, round(width * unit / 2) * 2


def choose_camera(
    bodies: Sequence[NDArray[np.floating]],
    size: tuple[int, int],
    rng: Generator,
    *,
    ceiling: float = 100.0,
) -> Camera:
    """Return a camera that takes in all of the people, one of them, or a part of one.

    bodies: points of every person, (P, 3) metres in the world, from the feet to the top. The
    camera stays below the ceiling and above the ground.
    """
    focal = float(np.exp(rng.uniform(np.log(0.75), np.log(2.4)))) * max(size)
    roll = float(rng.normal(0, 0.02) if rng.random() < 0.8 else rng.normal(0, 0.14))
    if not bodies:
        bodies = [np.array([[x, y, 0.0] for x in (-1, 1) for y in (0.0, 1.8)])]
    shot = str(rng.choice(_SHOTS, p=(0.42, 0.2, 0.14, 0.1, 0.14)))
    points, fill = _subject(shot, bodies, rng)
    target = (points.min(axis=0) + points.max(axis=0)) / 2
    azimuth, pitch = float(rng.normal(0, 0.25)), _pitch(shot, rng)
    outward = np.array(
        [np.sin(azimuth) * np.cos(pitch), np.sin(pitch), np.cos(azimuth) * np.cos(pitch)]
    )
    camera = Camera.looking_at(target, position=target + outward, focal_px=focal, size=size)
    reach = (points - target) @ camera.axes.T
    half = np.array([size[1], size[0]]) / 2 * fill
    distance = float(max(0.5, (focal * np.abs(reach[:, :2]) / half - reach[:, 2:]).max()))
    position = target + distance * outward
    position[1] = np.clip(position[1], 0.15, ceiling - 0.15)
    shift = rng.normal(0, 0.12, 2) * size[::-1] * distance / focal * (0.4 if shot == "group" else 1)
    aim = target + shift[0] * camera.axes[0] + shift[1] * camera.axes[1]
    return Camera.looking_at(aim, position=position, focal_px=focal, size=size, roll=roll)


def _subject(
    shot: str, bodies: Sequence[NDArray[np.floating]], rng: Generator
) -> tuple[NDArray[np.floating], float]:
    # Returns the points to take in, and the share of the picture that they may fill.
    everyone = np.concatenate(bodies)
    if shot == "group":
        return everyone, float(rng.uniform(0.72, 0.98))
    if shot == "wide":
        return everyone, float(rng.uniform(0.3, 0.65))
    one = bodies[int(rng.integers(len(bodies)))]
    if shot == "waist" and len(bodies) < 4 and rng.random() < 0.6:
        one = everyone
    low, high = one[:, 1].min(), one[:, 1].max()
    if shot == "waist":
        cut = low + float(rng.uniform(0.35, 0.6)) * (high - low)
        return one[one[:, 1] >= cut], float(rng.uniform(0.75, 1.1))
    if shot == "close":
        cut = low + float(rng.uniform(0.72, 0.82)) * (high - low)
        return one[one[:, 1] >= cut], float(rng.uniform(0.7, 1.15))
    start = float(rng.uniform(0.0, 0.6))
    band = low + np.array([start, start + rng.uniform(0.35, 0.5)]) * (high - low)
    inside = (one[:, 1] >= band[0]) & (one[:, 1] <= band[1])
    return one[inside] if inside.sum() > 3 else one, float(rng.uniform(0.8, 1.2))


def _pitch(shot: str, rng: Generator) -> float:
    kind = rng.random()
    if kind < 0.7:
        return float(rng.normal(0.06, 0.08))
    if kind < 0.88:  # from above
        return float(rng.uniform(0.2, 0.7 if shot == "close" else 1.1))
    return float(-rng.uniform(0.1, 0.4))
