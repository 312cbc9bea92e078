"""Composed group pictures, for data sets whose photos show one person each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.augmentation.backgrounds import background_from, invent
from m2fp.augmentation.compose import GroupLayout, compose_group
from m2fp.datasets import LabelledPhoto, Sample
from m2fp.errors import DataError
from m2fp.evaluation.report import Report
from m2fp.evaluation.run import Parse, Progress, evaluate
from m2fp.labels import LabelScheme

CANVAS = (768, 1024)  # height, width
SIZES = (2, 3, 4, 5, 6)  # people per picture, in turn
# Whole people and some half ones, none so near that one body fills the picture.
LAYOUT = GroupLayout(min_height=0.35, max_height=1.0, sink=0.3)

_INVENTED_SHARE = 0.2


def evaluate_groups(
    parse: Parse,
    people: Sequence[Sample],
    scheme: LabelScheme,
    *,
    count: int,
    seed: int,
    scenes: Sequence[Sample] = (),
    title: str = "composed groups",
    progress: Progress | None = None,
) -> Report:
    """Return the scores on `count` composed pictures; see `compose_groups` and `evaluate`."""
    pictures = compose_groups(people, scheme, count=count, seed=seed, scenes=scenes)
    return evaluate(parse, pictures, title=title, progress=progress)


def compose_groups(
    people: Sequence[Sample],
    scheme: LabelScheme,
    *,
    count: int,
    seed: int,
    scenes: Sequence[Sample] = (),
) -> Iterator[LabelledPhoto]:
    """Return an iterator of pictures of 2 to 6 people, equally many of each.

    Picture number n depends on the seed, n and the photos alone. Nobody appears twice in it. Who
    is hidden but for a sliver (less than 6 %) is unknown in the labels and not counted.

    Args:
        people: photos, at least 6, of which person 1 is cut out.
        scheme: of the labels.
        count: number of pictures.
        seed: of all random choices.
        scenes: photos that make backgrounds, beside some made-up ones; without any, all are made
            up. Nobody may stand beside the labelled people of these: passers-by that the labels
            do not know would count as mistakes when they are found.

    Raises:
        DataError: there are fewer than 6 photos of people.
    """
    if len(people) < max(SIZES):
        raise DataError(
            f"groups of up to {max(SIZES)} people need as many photos, got {len(people)}"
        )
    return (_compose(people, scenes, scheme, seed, number) for number in range(count))


def _compose(
    people: Sequence[Sample],
    scenes: Sequence[Sample],
    scheme: LabelScheme,
    seed: int,
    number: int,
) -> LabelledPhoto:
    rng = np.random.default_rng((seed, number))
    chosen = rng.choice(len(people), SIZES[number % len(SIZES)], replace=False)
    photos = [people[index].read() for index in chosen]
    return compose_group(photos, _background(scenes, rng), scheme, rng, LAYOUT)


def _background(scenes: Sequence[Sample], rng: Generator) -> NDArray[np.uint8]:
    if scenes and rng.random() >= _INVENTED_SHARE:
        return background_from(scenes[int(rng.integers(len(scenes)))].read(), CANVAS, rng)
    return invent(CANVAS, rng)
