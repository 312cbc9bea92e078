"""Light: a lamp or the sun, the sky around, and haze."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.synthesis.material import Colour


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """One strong light and what comes from everywhere.

    Attributes:
        direction: float64 (3,), to the light, of length 1.
        strong: colour and power of the strong light; sky, ground: of what comes from above and
            from below.
        softness: radius of the light as its shadows show it, metres on something 1 m away.
        haze, haze_per_m: colour of the air, and how fast things take it on.
        exposure: of the camera.
    """

    direction: NDArray[np.float64]
    strong: Colour
    sky: Colour
    ground: Colour
    softness: float
    haze: Colour
    haze_per_m: float
    exposure: float

    def matched(self, photo: NDArray[np.uint8]) -> Self:
        """Return a light as bright and as tinted as the photo, uint8 (H, W, 3), seems to be."""
        mean = (photo.reshape(-1, 3) / 255.0).mean(axis=0)
        grey = max(float(mean.mean()), 0.05)
        tint = (np.maximum(mean, 0.05) / grey) ** 0.7
        red, green, blue = (np.asarray(self.sky) * tint).tolist()
        exposure = self.exposure * float(np.clip(grey / 0.45, 0.35, 1.6))
        return replace(self, sky=(red, green, blue), exposure=exposure)


def _direction(azimuth: float, height: float) -> NDArray[np.float64]:
    return np.array(
        [np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)]
    )


def _scaled(colour: Colour, factor: float) -> Colour:
    red, green, blue = (factor * channel for channel in colour)
    return red, green, blue


def outdoors(rng: Generator, viewer: float) -> Light:
    """Return daylight: sun, thin cloud, overcast, or low evening sun.

    viewer: azimuth of the camera as seen from the people; sun from behind them is rare, as
    photographers avoid it.
    """
    away = float(rng.normal(0, 1.1))
    mood = rng.choice(4, p=(0.4, 0.25, 0.22, 0.13))
    warm = float(rng.uniform(0, 1))
    if mood == 0:
        sun, sky, soft, height = _scaled((1.0, 0.95, 0.86), 2.6), (0.42, 0.52, 0.68), 0.02, 0.9
    elif mood == 1:
        sun, sky, soft, height = _scaled((1.0, 0.97, 0.92), 1.4), (0.62, 0.68, 0.76), 0.08, 0.9
    elif mood == 2:
        sun, sky, soft, height = _scaled((1.0, 1.0, 1.0), 0.6), (1.1, 1.14, 1.2), 0.3, 1.2
    else:
        sun, sky, soft, height = _scaled((1.0, 0.72, 0.42), 2.1), (0.42, 0.42, 0.55), 0.03, 0.3
    height = float(np.clip(rng.normal(height, 0.2), 0.18, 1.5))
    ground = _scaled((0.26, 0.23, 0.19), float(rng.uniform(0.6, 1.4)))
    brightness = float(np.exp(rng.normal(0, 0.2)))
    return Light(
        _direction(viewer + away, height),
        sun,
        _scaled(sky, float(rng.uniform(0.8, 1.2))),
        ground,
        soft,
        (0.72 - 0.05 * warm, 0.77, 0.84),
        float(rng.uniform(0.0, 0.007)),
        0.56 * brightness,
    )


def indoors(rng: Generator, viewer: float) -> Light:
    """Return the light of a room: lamps above or a window at the side; sometimes a flash."""
    mood = rng.choice(3, p=(0.45, 0.4, 0.15))
    tint = float(rng.uniform(-1, 1))
    white: Colour = (1.0 + 0.16 * max(tint, 0.0), 0.97, 1.0 - 0.28 * tint * (tint > 0))
    if mood == 0:
        away, height, power, soft = rng.uniform(-1.5, 1.5), rng.uniform(0.8, 1.4), 1.0, 0.12
    elif mood == 1:
        away, height, power, soft = rng.uniform(-1.9, 1.9), rng.uniform(0.2, 0.7), 1.5, 0.18
    else:
        away, height, power, soft = rng.normal(0, 0.1), rng.uniform(0.05, 0.25), 1.8, 0.015
    around = float(rng.uniform(0.35, 0.75))
    return Light(
        _direction(float(viewer + away), float(height)),
        _scaled(white, power * float(rng.uniform(0.8, 1.2))),
        _scaled(white, around),
        _scaled((0.8, 0.76, 0.7), around * float(rng.uniform(0.6, 1.1))),
        soft,
        (0.5, 0.5, 0.5),
        0.0,
        float(0.85 * np.exp(rng.normal(0, 0.22))),
    )
