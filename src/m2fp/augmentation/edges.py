"""Edges of cut-outs: without the old background in them, and soft on the new one."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray


def nearest_source(source: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the flat index of the source pixel nearest to every pixel, (H, W).

    source: bool (H, W), True somewhere.
    """
    _, zones = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    # OpenCV numbers the source pixels in an order of its own; ask each which number it got.
    index = np.zeros(int(zones.max()) + 1, np.intp)
    flat = np.flatnonzero(source)
    index[zones.ravel()[flat]] = flat
    return np.asarray(index[zones], dtype=np.intp)


def core_of(own: NDArray[np.bool_], depth: int) -> NDArray[np.bool_]:
    """Return what is deeper than `depth` pixels inside, bool (H, W); all, where that is nothing.

    The picture's border is no edge: the person goes on beyond it.
    """
    if depth <= 0:
        return own
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * depth + 1, 2 * depth + 1))
    core = cv2.erode(
        own.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1
    ).astype(bool)
    return core if core.any() else own


def without_halo(
    pixels: NDArray[np.uint8], own: NDArray[np.bool_], depth: int = 1
) -> NDArray[np.uint8]:
    """Return uint8 (H, W, 3) where all outside the person's core has the nearest colour in it.

    The outermost `depth` pixels of a person are mixed with what stood behind; so neither those nor
    the old background reach a new one when the cut-out is scaled, turned and blended.
    """
    if not own.any():
        return pixels
    index = nearest_source(core_of(own, depth))
    clean: NDArray[np.uint8] = pixels.reshape(-1, pixels.shape[2])[index]
    return clean


def paint_soft(
    canvas: NDArray[np.uint8], pixels: NDArray[np.uint8], own: NDArray[np.bool_], rng: Generator
) -> None:
    """Paint the pixels where `own` is true onto the canvas, with an edge 1 to 2 pixels soft.

    canvas, pixels: uint8 (H, W, 3); beside `own` too the pixels have its colours.
    """
    # Lenses differ.
    sigma = float(rng.uniform(0.6, 1.2))
    rows = np.flatnonzero(own.any(axis=1))
    columns = np.flatnonzero(own.any(axis=0))
    if rows.size == 0:
        return
    box = np.s_[max(0, rows[0] - 3) : rows[-1] + 4, max(0, columns[0] - 3) : columns[-1] + 4]
    alpha = cv2.GaussianBlur(own[box].astype(np.float32), (7, 7), sigma)[..., None]
    mixed = canvas[box] * (1 - alpha) + pixels[box] * alpha
    canvas[box] = np.rint(mixed).astype(np.uint8)
