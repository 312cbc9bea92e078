"""Make `examples/group.jpg`: three people of public-domain and CC0 photos in one picture.

The photographer and his field are "camera" of scikit-image (CC0, Lav Varshney), the astronaut is
NASA's portrait of Eileen Collins ("astronaut" of scikit-image, public domain), the rear admiral is
the US Navy's portrait of Grace Hopper (sample data of matplotlib, public domain). The two portraits
are cut out by GrabCut (Rother et al. 2004) from hand-drawn outlines and stand in his field.

    python recipes/example/make_group.py examples/group.jpg
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import matplotlib.cbook
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data

HEIGHT, WIDTH = 768, 1280


@dataclass(frozen=True)
class Portrait:
    """A half-length portrait: hand-drawn hints for GrabCut and its place in the picture.

    surely, maybe: polygons (x, y) in the photo's pixels, the person lies between them;
    scale: picture pixels per photo pixel; left: where the photo's left edge goes.
    """

    surely: list[tuple[int, int]]
    maybe: list[tuple[int, int]]
    scale: float
    left: int


COLLINS = Portrait(
    surely=[(190, 30), (265, 40), (280, 100), (240, 170), (300, 250), (335, 330), (300, 370),
            (278, 430), (290, 511), (35, 511), (45, 400), (60, 300), (110, 250), (140, 180),
            (185, 170), (170, 100)],
    maybe=[(165, 20), (200, 8), (260, 12), (300, 50), (303, 110), (285, 140), (300, 235),
           (350, 275), (368, 340), (430, 330), (480, 400), (508, 470), (511, 511), (10, 511),
           (18, 420), (35, 310), (100, 235), (105, 180), (140, 145), (158, 110), (148, 60)],
    scale=0.98,
    left=420,
)  # fmt: skip
HOPPER = Portrait(
    surely=[(200, 50), (270, 30), (320, 60), (360, 110), (345, 250), (325, 310), (430, 372),
            (490, 420), (500, 599), (30, 599), (50, 410), (195, 345), (190, 240), (170, 110)],
    maybe=[(165, 70), (190, 35), (240, 18), (300, 22), (345, 55), (375, 90), (378, 210), (352, 285),
           (334, 318), (400, 352), (470, 378), (505, 400), (511, 599), (10, 599), (35, 395),
           (130, 362), (194, 330), (186, 290), (150, 200), (150, 110)],
    scale=0.86,
    left=860,
)  # fmt: skip


def cut(pixels: NDArray[np.uint8], portrait: Portrait) -> NDArray[np.float32]:
    """Return how much every pixel is the person's, float32 (H, W) in 0..1."""
    hints = np.full(pixels.shape[:2], cv2.GC_BGD, np.uint8)
    cv2.fillPoly(hints, [np.array(portrait.maybe)], cv2.GC_PR_FGD)
    cv2.fillPoly(hints, [np.array(portrait.surely)], cv2.GC_FGD)
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(pixels[..., ::-1].copy(), hints, None, *models, 6, cv2.GC_INIT_WITH_MASK)
    mask = ((hints == cv2.GC_FGD) | (hints == cv2.GC_PR_FGD)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0)


def field() -> NDArray[np.uint8]:
    """Return the photographer in his field, widened to the right with its mirrored edge."""
    photo = data.camera()
    # The rightmost columns show sky, skyline and grass only.
    edge = photo[:, 440:]
    wide = np.concatenate([photo, *([edge[:, ::-1], edge] * 4)], axis=1)
    scale = HEIGHT / photo.shape[0]
    wide = cv2.resize(wide, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)[:, :WIDTH]
    return np.repeat(wide[..., None], 3, axis=2)


def paste(canvas: NDArray[np.uint8], pixels: NDArray[np.uint8], portrait: Portrait) -> None:
    """Put the person onto the canvas, standing on its lower edge."""
    alpha = cut(pixels, portrait)
    size = (round(pixels.shape[1] * portrait.scale), round(pixels.shape[0] * portrait.scale))
    pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)[..., None]
    width = min(size[0], WIDTH - portrait.left)
    box = np.s_[HEIGHT - size[1] :, portrait.left : portrait.left + width]
    mixed = canvas[box] * (1 - alpha[:, :width]) + pixels[:, :width] * alpha[:, :width]
    canvas[box] = mixed.round().astype(np.uint8)


def main(output: Path) -> None:
    """Write the picture."""
    canvas = field()
    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        paste(canvas, np.asarray(Image.open(file).convert("RGB")), HOPPER)
    paste(canvas, data.astronaut(), COLLINS)
    Image.fromarray(canvas).save(output, quality=90)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
