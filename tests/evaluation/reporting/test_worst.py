"""The pictures of the worst photos: what lies where, and in which colour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.evaluation.metrics.test_tally import CIHP, in_order, predicted
from tests.labelled_photos import standing_person

from m2fp.datasets import LabelledPhoto, Labels, Sample
from m2fp.errors import DataError
from m2fp.evaluation import Prediction, Tally
from m2fp.evaluation.metrics.photos import PhotoScore
from m2fp.evaluation.reporting.comparison_picture import PANEL_SIDE, draw_comparison
from m2fp.evaluation.reporting.worst import worst_pictures

BLUE, ORANGE, PURPLE = (0, 114, 178), (240, 165, 0), (205, 50, 150)
HAIR, COAT = 2, 7


@dataclass(frozen=True, slots=True, eq=False)
class InMemory:
    """A sample that is there already."""

    name: str
    photo: LabelledPhoto

    @property
    def image(self) -> Path | None:
        return None

    @property
    def label_files(self) -> tuple[Path, ...]:
        return ()

    def read_labels(self) -> Labels:
        return Labels(self.photo.categories, self.photo.humans)

    def read(self) -> LabelledPhoto:
        return self.photo


class Answers:
    """A predictor that has all answers."""

    def __init__(self, answers: dict[str, Prediction]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, tuple[int, int]]] = []

    def predict(self, sample: Sample, size: tuple[int, int]) -> Prediction:
        self.asked.append((sample.name, size))
        return self.answers[sample.name]


def wide(photo: LabelledPhoto) -> LabelledPhoto:
    return LabelledPhoto(photo.pixels, photo.categories, photo.humans.astype(np.uint16))


def near(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Return the pixels that are this colour with some grey under it."""
    return np.abs(picture.astype(int) - colour).max(axis=-1) < 45


def scored(photo: LabelledPhoto, prediction: Prediction, name: str = "a") -> PhotoScore:
    labels = Labels(photo.categories, photo.humans)
    (score,) = Tally.of(name, labels, prediction, CIHP).photos.worst(1)
    return score


def mistakes_of(picture: Image.Image, width: int) -> NDArray[np.uint8]:
    """Return the last panel, which is `width` wide, uint8 (480, width, 3)."""
    left = picture.width - 12 - width
    return np.asarray(picture)[64 : 64 + PANEL_SIDE, left : left + width]


def test_each_kind_of_mistake_has_its_colour_where_it_is() -> None:
    size = (96, 96)
    truth = np.zeros(size, np.uint8)
    guess = np.zeros(size, np.uint8)
    truth[:48, :48] = HAIR  # missed
    guess[:48, 48:] = HAIR  # invented
    truth[48:, :48], guess[48:, :48] = HAIR, COAT  # mixed up
    photo = LabelledPhoto(np.full((*size, 3), 120, np.uint8), truth, np.zeros(size, np.uint16))
    prediction = Prediction(guess)
    panel = mistakes_of(draw_comparison(scored(photo, prediction), photo, prediction, CIHP), 480)
    half = PANEL_SIDE // 2
    for colour, rows, columns in (
        (BLUE, slice(0, half), slice(0, half)),
        (ORANGE, slice(0, half), slice(half, None)),
        (PURPLE, slice(half, None), slice(0, half)),
    ):
        where = near(panel, colour)
        assert where[rows, columns].all()
        assert where.sum() == half * half
    right = panel[half:, half:]
    assert (right == right[..., :1]).all()  # grey


def test_unknown_pixels_are_hatched_and_no_mistakes() -> None:
    size = (96, 96)
    truth = np.full(size, 255, np.uint8)
    photo = LabelledPhoto(np.full((*size, 3), 120, np.uint8), truth, np.zeros(size, np.uint16))
    prediction = Prediction(np.full(size, HAIR, np.uint8))
    score = PhotoScore("a", None, None, 0, None, None)
    panel = mistakes_of(draw_comparison(score, photo, prediction, CIHP), 480)
    assert not near(panel, BLUE).any()
    assert not near(panel, ORANGE).any()
    assert not near(panel, PURPLE).any()
    assert len(np.unique(panel[240])) == 2  # lines and what is between them


@pytest.mark.parametrize("size", [(150, 60), (60, 150), (900, 1200), (3, 400)])
def test_all_panels_have_one_scale(size: tuple[int, int]) -> None:
    photo = wide(standing_person(size=(80, 60)))
    rows, columns = (
        np.arange(side) * old // side for side, old in zip(size, (80, 60), strict=True)
    )
    photo = LabelledPhoto(
        *(array[rows][:, columns] for array in (photo.pixels, photo.categories, photo.humans))
    )
    prediction = predicted(photo.categories, in_order(photo.humans))
    picture = draw_comparison(scored(photo, prediction), photo, prediction, CIHP)
    scale = PANEL_SIDE / max(size)
    scale = scale if scale < 1 else int(scale)
    assert picture.mode == "RGB"
    assert picture.height == pytest.approx(64 + size[0] * scale + 12 + 2 * 26 + 12, abs=1)
    assert picture.width >= 4 * size[1] * scale
    # A perfect prediction has no colour among its mistakes.
    left = picture.width - 12 - round(size[1] * scale)
    if size[1] * scale > 200:
        panel = np.asarray(picture)[64 : 64 + int(size[0] * scale), left + 1 : -14]
        assert (panel == panel[..., :1]).all()


def panels_of(photo: LabelledPhoto, prediction: Prediction) -> list[NDArray[np.uint8]]:
    """Return the four panels of a photo of 80 x 60 pixels, uint8 (480, 360, 3) each."""
    picture = np.asarray(draw_comparison(scored(photo, prediction), photo, prediction, CIHP))
    lefts = [12 + place * (360 + 12) for place in range(4)]
    return [picture[64:544, left : left + 360] for left in lefts]


def test_what_is_in_which_panel() -> None:
    photo = wide(standing_person())
    perfect = predicted(photo.categories, in_order(photo.humans))
    nobody = Prediction(np.zeros_like(photo.categories))
    original, labels, prediction, _ = panels_of(photo, perfect)
    assert np.abs(original[3::6, 3::6].astype(int) - photo.pixels).mean() < 2
    assert np.array_equal(labels, prediction)
    _, same_labels, nothing, _ = panels_of(photo, nobody)
    assert np.array_equal(labels, same_labels)
    assert not np.array_equal(labels, nothing)


def test_people_are_outlined() -> None:
    photo = wide(standing_person())
    bare = LabelledPhoto(photo.pixels, photo.categories, np.zeros_like(photo.humans))
    without = Prediction(photo.categories)
    one, other = (panels_of(labels, without)[1] for labels in (photo, bare))
    changed = (one != other).any(axis=-1)
    person = np.repeat(np.repeat(photo.humans > 0, 6, axis=0), 6, axis=1)
    contour = person ^ np.roll(person, 1, axis=0)
    assert changed[contour].all()
    assert changed.sum() < 0.25 * person.sum()


def test_one_picture_for_every_photo_asked_for() -> None:
    photos = {name: wide(standing_person(top=top)) for name, top in (("a", 8), ("b", 30))}
    answers = Answers({name: Prediction(photo.categories) for name, photo in photos.items()})
    samples = [InMemory(name, photo) for name, photo in photos.items()]
    worst = [scored(photos[name], answers.answers[name], name) for name in ("b", "a")]
    pictures = list(worst_pictures(worst, samples, answers, CIHP))
    assert [score.name for score, _ in pictures] == ["b", "a"]
    assert answers.asked == [("b", (80, 60)), ("a", (80, 60))]
    assert pictures[0][1].tobytes() != pictures[1][1].tobytes()


def test_a_photo_that_is_not_there() -> None:
    score = PhotoScore("stranger", 0.5, 0.5, 1, 1, None)
    with pytest.raises(DataError, match="stranger cannot be drawn"):
        next(worst_pictures([score], [], Answers({}), CIHP))
