"""Composed group pictures, for data sets whose photos show one person each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.augmentation.backgrounds import background_from, invent
from m2fp.augmentation.compose import GroupLayout, compose_group
from m2fp.datasets import Dataset, LabelledPhoto, Labels, Sample
from m2fp.errors import ConfigError, DataError
from m2fp.labels import LabelScheme

CANVAS = (768, 1024)  # height, width
SIZES = (2, 3, 4, 5, 6)  # people per picture, in turn
# Whole people and some half ones, none so near that one body fills the picture.
LAYOUT = GroupLayout(min_height=0.35, max_height=1.0, sink=0.3)

_INVENTED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class GroupDataset:
    """Pictures of 2 to 6 people, equally many of each, composed of the photos of a data set.

    Picture number n depends on the seed, n and the photos alone. Nobody appears twice in it. Who
    is hidden but for a sliver (less than 6 %) is unknown in the labels and not counted.

    Attributes:
        base: the data set. Of its photos person 1 is cut out, and its scenes make backgrounds,
            beside some made-up ones; without scenes all are made up. Passers-by that the labels do
            not know would count as mistakes when they are found.
        count: number of pictures.
        seed: of all random choices.
    """

    base: Dataset
    count: int
    seed: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ConfigError(f"groups is {self.count}; give 1 or more", option="groups")

    @property
    def root(self) -> Path:
        """Return the folder of the photos."""
        return self.base.root

    @property
    def layout(self) -> str:
        """Return "groups"."""
        return "groups"

    @property
    def scheme(self) -> LabelScheme:
        """Return what the part ids mean."""
        return self.base.scheme

    @property
    def splits(self) -> tuple[str, ...]:
        """Return the splits of the data set; each can be composed."""
        return self.base.splits

    def samples(self, split: str) -> list[ComposedSample]:
        """Return the pictures; each is composed when it is read.

        Raises:
            DataError: there is no such split, or it has fewer than 6 photos.
        """
        people = self.base.samples(split)
        if len(people) < max(SIZES):
            raise DataError(
                f"groups of up to {max(SIZES)} people need as many photos, got {len(people)}"
            )
        composer = Composer(people, self.base.scenes(split), self.scheme, self.seed)
        return [ComposedSample(composer, number) for number in range(self.count)]

    def scenes(self, split: str) -> Sequence[Sample]:
        """Return none."""
        del split
        return ()


class Composer:
    """Composes the pictures of a set by their numbers.

    It keeps the last one: labels and photo are asked for one after the other.
    """

    def __init__(
        self, people: Sequence[Sample], scenes: Sequence[Sample], scheme: LabelScheme, seed: int
    ) -> None:
        self._people = people
        self._scenes = scenes
        self._scheme = scheme
        self._seed = seed
        self._last: tuple[int, LabelledPhoto] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        # Without the picture, which another process does not need.
        return Composer, (self._people, self._scenes, self._scheme, self._seed)

    def picture(self, number: int) -> LabelledPhoto:
        """Return a picture with its labels.

        Raises:
            DataError: a photo that it is made of cannot be read.
        """
        if self._last is None or self._last[0] != number:
            self._last = number, self._compose(number)
        return self._last[1]

    def _compose(self, number: int) -> LabelledPhoto:
        rng = np.random.default_rng((self._seed, number))
        chosen = rng.choice(len(self._people), SIZES[number % len(SIZES)], replace=False)
        photos = [self._people[index].read() for index in chosen]
        return compose_group(photos, self._background(rng), self._scheme, rng, LAYOUT)

    def _background(self, rng: Generator) -> NDArray[np.uint8]:
        if self._scenes and rng.random() >= _INVENTED_SHARE:
            scene = self._scenes[int(rng.integers(len(self._scenes)))]
            return background_from(scene.read(), CANVAS, rng)
        return invent(CANVAS, rng)


@dataclass(frozen=True, slots=True)
class ComposedSample:
    """One composed picture; see `m2fp.datasets.Sample`."""

    composer: Composer
    number: int

    @property
    def name(self) -> str:
        """Return "group-0001" for the first picture, and so on."""
        return f"group-{self.number + 1:04d}"

    @property
    def image(self) -> None:
        """Return None: there is no file."""
        return None

    @property
    def label_files(self) -> tuple[Path, ...]:
        """Return none."""
        return ()

    def read_labels(self) -> Labels:
        """Return the labels alone."""
        picture = self.read()
        return Labels(picture.categories, picture.humans)

    def read(self) -> LabelledPhoto:
        """Return the picture with its labels."""
        return self.composer.picture(self.number)
