"""A picture of one scored photo: photo, labels, prediction and mistakes side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from m2fp.datasets import IGNORE, LabelledPhoto
from m2fp.drawing import Figure, Scene
from m2fp.drawing.outlines import draw_outlines
from m2fp.drawing.parts import draw_parts
from m2fp.drawing.scene import fit_scene
from m2fp.drawing.shapes import load_font, text_width
from m2fp.drawing.style import FAINT_INK, INK, PANEL, Colour, style_for
from m2fp.evaluation.metrics.confusion import ConfusionMatrix
from m2fp.evaluation.metrics.instance_truth import numbered
from m2fp.evaluation.metrics.photos import PhotoScore
from m2fp.evaluation.metrics.prediction import Prediction
from m2fp.labels import LabelScheme
from m2fp.text_table import per_cent, short_name

PANEL_SIDE = 480  # the longer side of each of the four, in pixels

_GAP, _LINE, _LETTERS, _SWATCH = 12, 26, 15, 20
_WORST_CONFUSIONS = 4
# Blue, orange and a purple that differ in lightness too, so that nobody has to see red or green.
_MISTAKES: dict[str, Colour] = {
    "missed": (0, 114, 178),
    "invented": (240, 165, 0),
    "mixed up": (205, 50, 150),
}
_MISTAKE_OPACITY = 0.85
_GREY_RANGE = (70, 225)  # of the photo under the mistakes: neither black nor white
_HATCH_PERIOD = 8
_HATCH: Colour = (235, 235, 235)
_UNKNOWN: Colour = (120, 120, 120)

_Text = tuple[Colour | None, str]  # a swatch, where there is a colour, and what is written after it
_SPACE: _Text = (None, "")


def draw_comparison(
    score: PhotoScore, photo: LabelledPhoto, prediction: Prediction, scheme: LabelScheme
) -> Image.Image:
    """Return the picture, RGB. All four panels have one scale, 480 pixels at the longer side.

    Labels and prediction are in the scheme's colours, people are outlined, and what the labels
    leave open is hatched. Mistakes are strong colours on a grey photo: blue where a part is
    missed, orange where one is invented, purple where one is taken for another. Below stand how
    much of the known pixels each is, and which classes are confused most.

    Args:
        score: of this photo.
        photo: the photo and its labels.
        prediction: what was said about it, of the same size.
        scheme: of the labels and the prediction.
    """
    nobody = np.zeros_like(photo.humans)
    people = nobody if prediction.people is None else prediction.people.painted().ids
    truth = _scene(photo.pixels, photo.categories, photo.humans, scheme)
    guess = _scene(photo.pixels, prediction.categories, people, scheme)
    unknown = truth.part_map == IGNORE
    panels = [
        ("photo", Image.fromarray(truth.pixels)),
        (f"labels, people: {score.people}", _parsed(truth, unknown)),
        (
            "prediction" + ("" if score.predicted is None else f", people: {score.predicted}"),
            _parsed(guess, unknown),
        ),
        ("mistakes", _mistaken(truth, guess, unknown)),
    ]
    counts = _Counts.of(photo.categories, prediction.categories, scheme)
    kinds = counts.kinds()
    if unknown.any():
        kinds.append((_UNKNOWN, "hatched: unknown, not scored"))
    return _composed(_title(score), panels, [kinds, counts.worst(scheme)])


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """Pixels of one photo by (true class, predicted class), int64 (C, C)."""

    confusion: NDArray[np.int64]

    @classmethod
    def of(cls, truth: NDArray[np.uint8], guess: NDArray[np.uint8], scheme: LabelScheme) -> _Counts:
        return cls(ConfusionMatrix.of(truth, guess, scheme.num_parts_and_background).counts)

    def kinds(self) -> list[_Text]:
        """Return what is written about the kinds of mistakes."""
        parts = self.confusion[1:, 1:]
        pixels = (
            self.confusion[1:, 0].sum(),
            self.confusion[0, 1:].sum(),
            parts.sum() - parts.trace(),
        )
        return [
            (colour, f"{name} {self._share(number)}")
            for (name, colour), number in zip(_MISTAKES.items(), pixels, strict=True)
        ]

    def worst(self, scheme: LabelScheme) -> list[_Text]:
        """Return what is written about the classes that are confused most."""
        wrong = self.confusion - np.diag(self.confusion.diagonal())
        texts: list[_Text] = []
        for cell in np.argsort(-wrong, axis=None, kind="stable")[:_WORST_CONFUSIONS]:
            true, guess = (scheme.labels[index] for index in divmod(int(cell), len(wrong)))
            pixels = wrong[true.id, guess.id]
            if pixels:
                texts += [
                    (true.colour, f"{true.name} as"),
                    (guess.colour, f"{guess.name} {self._share(pixels)}"),
                    _SPACE,
                ]
        return texts

    def _share(self, pixels: np.int64) -> str:
        return f"{per_cent(pixels / max(self.confusion.sum(), 1))} %"


def _title(score: PhotoScore) -> str:
    shares = f"mIoU {per_cent(score.miou)}, pixel accuracy {per_cent(score.pixel_accuracy)}"
    return f"{short_name(score.name)}: {shares}"


def _scene(
    pixels: NDArray[np.uint8],
    categories: NDArray[np.uint8],
    people: NDArray[np.uint16],
    scheme: LabelScheme,
) -> Scene:
    """Return what a panel shows, in its size."""
    height, width = categories.shape
    times = max(1, PANEL_SIDE // max(height, width))  # small photos become larger
    larger = Image.fromarray(pixels).resize((width * times, height * times))
    scene = Scene(
        np.asarray(larger),
        categories.repeat(times, axis=0).repeat(times, axis=1),
        people.repeat(times, axis=0).repeat(times, axis=1),
        figures=(),
        shares=(),
        scheme=scheme,
    )
    scene = fit_scene(scene, PANEL_SIDE)
    return replace(scene, figures=_figures(scene.person_map))


def _figures(people: NDArray[np.uint16]) -> tuple[Figure, ...]:
    """Return the people with their boxes."""
    regions, ids = numbered(people)
    rows, columns = np.nonzero(regions)
    person = regions[rows, columns] - 1
    first = np.full((len(ids), 2), max(people.shape))
    last = np.zeros((len(ids), 2), np.intp)
    for axis, places in enumerate((columns, rows)):
        np.minimum.at(first[:, axis], person, places)
        np.maximum.at(last[:, axis], person, places + 1)
    boxes = np.concatenate([first, last - first], axis=1).tolist()
    return tuple(
        Figure(int(number), 1.0, (x, y, w, h))
        for number, (x, y, w, h) in zip(ids, boxes, strict=True)
    )


def _parsed(scene: Scene, unknown: NDArray[np.bool_]) -> Image.Image:
    style = style_for(*scene.size)
    picture = draw_parts(scene, style)
    _hatch(picture, unknown)
    draw_outlines(picture, scene, style)
    return picture


def _mistaken(truth: Scene, guess: Scene, unknown: NDArray[np.bool_]) -> Image.Image:
    low, high = _GREY_RANGE
    lifted = [round(low + (high - low) * value / 255) for value in range(256)]
    picture = Image.fromarray(truth.pixels).convert("L").point(lifted).convert("RGB")
    wrong = ~unknown & (truth.part_map != guess.part_map)
    missed, invented = wrong & (guess.part_map == 0), wrong & (truth.part_map == 0)
    kinds = (missed, invented, wrong & ~missed & ~invented)
    for colour, where in zip(_MISTAKES.values(), kinds, strict=True):
        picture.paste(colour, mask=_opacity(where, _MISTAKE_OPACITY))
    _hatch(picture, unknown)
    return picture


def _hatch(picture: Image.Image, where: NDArray[np.bool_]) -> None:
    """Draw grey with light diagonal lines into the picture."""
    height, width = where.shape
    lines = (np.arange(height)[:, None] + np.arange(width)) % _HATCH_PERIOD < _HATCH_PERIOD // 4
    picture.paste(_UNKNOWN, mask=_opacity(where, 0.75))
    picture.paste(_HATCH, mask=_opacity(where & lines, 1.0))


def _opacity(where: NDArray[np.bool_], opacity: float) -> Image.Image:
    return Image.fromarray(where.view(np.uint8) * np.uint8(round(255 * opacity)))


def _composed(
    title: str, panels: list[tuple[str, Image.Image]], below: list[list[_Text]]
) -> Image.Image:
    """Return the panels in a row with captions, a title above and lines of text below."""
    width, height = panels[0][1].size
    pitch = max(width, *(_length([(None, caption)]) for caption, _ in panels)) + _GAP
    top = _GAP + 2 * _LINE
    lines: list[list[_Text]] = [[(None, title)], *below]
    widest = max(len(panels) * pitch - _GAP, *map(_length, lines))
    size = (widest + 2 * _GAP, top + height + _GAP + len(below) * _LINE + _GAP)
    picture = Image.new("RGB", size, PANEL)
    _write(picture, _GAP, _GAP, [(None, title)], INK)
    for place, (caption, panel) in enumerate(panels):
        left = _GAP + place * pitch
        _write(picture, left, _GAP + _LINE, [(None, caption)], FAINT_INK)
        picture.paste(panel, (left, top))
    for line, texts in enumerate(below):
        _write(picture, _GAP, top + height + _GAP + line * _LINE, texts, INK)
    return picture


def _length(texts: list[_Text]) -> int:
    """Return the pixels that texts in a line take."""
    font = load_font(_LETTERS)
    return sum(
        text_width(text, font) + _LETTERS + (_SWATCH if colour else 0) for colour, text in texts
    )


def _write(picture: Image.Image, left: int, top: int, texts: list[_Text], ink: Colour) -> None:
    """Write texts one after the other, each behind its swatch."""
    draw = ImageDraw.Draw(picture)
    font = load_font(_LETTERS)
    middle = top + _LINE // 2
    for colour, text in texts:
        start = left
        if colour is not None:
            half = _LETTERS // 2
            draw.rectangle((left, middle - half, left + 2 * half, middle + half), colour, INK)
            start += _SWATCH
        draw.text((start, middle), text, fill=ink, font=font, anchor="lm")
        left += _length([(colour, text)])
