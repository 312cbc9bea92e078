"""The light of a new background on a cut-out: its tone moves part of the way there."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

# Of the lightness and the two colour axes of CIELAB; a red dress stays red in green shade.
MAX_STRENGTH = (0.5, 0.35, 0.35)
# Contrast changes by no more than this factor, however flat the background is.
MAX_GAIN = 1.3


def harmonise(
    pixels: NDArray[np.uint8],
    own: NDArray[np.bool_],
    background: NDArray[np.uint8],
    rng: Generator,
    strength: float = 1.0,
) -> NDArray[np.uint8]:
    """Return pixels, uint8 (H, W, 3) RGB, with mean and spread moved towards the background's.

    In CIELAB, after Reinhard et al. 2001, by a random share of the way, up to `strength` times
    `MAX_STRENGTH`. own: bool (H, W), the person; background: uint8 (h, w, 3) RGB.
    """
    shares = strength * rng.uniform(0, 1) * np.array(MAX_STRENGTH)
    if not own.any():
        return pixels
    # Means and spreads are as good from a small copy.
    small = cv2.resize(background, (48, 48), interpolation=cv2.INTER_AREA)
    theirs = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float64)
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    step = max(1, int(np.sqrt(own.sum() / 4000)))
    ours = lab[::step, ::step][own[::step, ::step]].astype(np.float64)
    if len(ours) < 16:
        return pixels
    mean, goal = ours.mean(axis=0), theirs.mean(axis=0)
    gain = (
        np.clip((theirs.std(axis=0) + 4) / (ours.std(axis=0) + 4), 1 / MAX_GAIN, MAX_GAIN) ** shares
    )
    table = (np.arange(256)[:, None] - mean) * gain + mean + shares * (goal - mean)
    table = np.clip(np.rint(table), 0, 255).astype(np.uint8)
    moved = cv2.LUT(lab, table[:, None, :])
    return np.asarray(cv2.cvtColor(moved, cv2.COLOR_LAB2RGB), dtype=np.uint8)
