"""Training pictures, each a pure function of the seed and its number."""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from m2fp.augmentation.backgrounds import empty_strip, invent, stretch
from m2fp.augmentation.colour import degrade, jitter_colour
from m2fp.augmentation.compose import GroupLayout, compose_group, drop_hidden, in_front_of
from m2fp.augmentation.objects import cloth_of, garment_table, put_objects
from m2fp.augmentation.placement import Placement, place
from m2fp.augmentation.puppet import random_puppet
from m2fp.datasets import JointSource, LabelledPhoto, Sample
from m2fp.errors import ConfigError, DataError
from m2fp.labels import LabelScheme
from m2fp.train.config import PictureConfig
from m2fp.train.targets import Targets, make_targets


@dataclass(frozen=True, slots=True)
class Batch:
    """pixels: uint8 (B, 3, H, W) RGB; targets: one per picture."""

    pixels: Tensor
    targets: list[Targets]


def _identity(sample: Sample) -> tuple[str, Path | None]:
    # Photos of two data sets may have one name.
    return sample.name, sample.image


class TrainingBatches(Dataset[Batch]):
    """Batch number n of a run; reading it twice gives the same pictures, wherever it is read.

    That makes resuming exact and processes independent: nothing remembers what came before.
    Groups stand in front of the empty strips of `scenes` (all samples when there are none);
    `synthetic` are labelled pictures of any number of people, which no groups are made of.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        scheme: LabelScheme,
        config: PictureConfig,
        *,
        batch: int,
        steps: int,
        seed: int,
        scenes: Sequence[Sample] = (),
        synthetic: Sequence[Sample] = (),
        cache_photos: int = 4096,
    ):
        if config.synthetic_share > 0 and not synthetic:
            raise ConfigError(
                "the recipe takes a share of its pictures from synthetic people; give their folder "
                "with --synthetic (see `m2fp synth`)",
                option="synthetic",
            )
        if not samples:
            raise DataError("there are no photos to train on")
        self.samples = samples
        named = {_identity(sample) for sample in scenes or samples}
        self.scenes = [i for i, sample in enumerate(samples) if _identity(sample) in named]
        self.synthetic = synthetic
        self.scheme = scheme
        self.config = config
        self.batch = batch
        self.steps = steps
        self.seed = seed
        self._garments = garment_table(scheme)
        self.weights = sampling_weights(samples, config.rare_class_share)
        self._cache: OrderedDict[int, LabelledPhoto] = OrderedDict()
        self._cache_photos = cache_photos

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, step: int) -> Batch:
        """Return the batch of a step."""
        rng = np.random.default_rng((self.seed, step))
        size = self._canvas(step, rng)
        photos = [self._picture(size, rng) for _ in range(self.batch)]
        pixels = np.stack([photo.pixels.transpose(2, 0, 1) for photo in photos])
        return Batch(
            torch.from_numpy(pixels), [make_targets(photo, self.scheme) for photo in photos]
        )

    def _canvas(self, step: int, rng: Generator) -> tuple[int, int]:
        height, width = self.config.sizes[rng.integers(len(self.config.sizes))]
        done = step / self.steps
        factor = next((factor for share, factor in self.config.growth if done < share), 1.0)
        return _multiple_of_32(height * factor), _multiple_of_32(width * factor)

    def _picture(self, size: tuple[int, int], rng: Generator) -> LabelledPhoto:
        if self.config.empty_share > 0 and rng.random() < self.config.empty_share:
            photo = LabelledPhoto(
                self._background(size, rng), np.zeros(size, np.uint8), np.zeros(size, np.uint16)
            )
        elif self.config.synthetic_share > 0 and rng.random() < self.config.synthetic_share:
            # Not kept: there are far too many of them for a second look to be likely.
            scene = self.synthetic[int(rng.integers(len(self.synthetic)))].read()
            photo = self._whole(scene, size, rng)
        elif rng.random() < self.config.group_share:
            photo = self._group(size, rng)
        else:
            photo = self._whole(self._draw_one(rng), size, rng)
        # No random number is drawn without objects, so that older recipes give what they gave.
        if self.config.object_share > 0 and rng.random() < self.config.object_share:
            photo = self._with_objects(photo, rng)
        if self.config.colour_strength == 0:
            return photo
        pixels = degrade(jitter_colour(photo.pixels, rng, self.config.colour_strength), rng)
        return LabelledPhoto(pixels, photo.categories, photo.humans)

    def _whole(self, photo: LabelledPhoto, size: tuple[int, int], rng: Generator) -> LabelledPhoto:
        height, width = photo.categories.shape
        inside, cover = sorted((size[0] / height, size[1] / width))
        low = inside * self.config.min_scale
        high = min(cover, 1.6 * inside) * self.config.max_scale
        scale = math.exp(rng.uniform(math.log(low), math.log(high)))
        # The photo's centre moves as far as it keeps the canvas covered, or itself inside.
        slack = np.abs(np.array([width * scale - size[1], height * scale - size[0]])) / 2
        shift = rng.uniform(-1, 1, 2) * slack
        angle = 0.0
        if rng.random() < self.config.rotation_share:
            angle = float(rng.normal(0, self.config.max_angle / 2))
            angle = min(max(angle, -2 * self.config.max_angle), 2 * self.config.max_angle)
        placement = Placement(
            centre=(size[1] / 2 + float(shift[0]), size[0] / 2 + float(shift[1])),
            scale=scale,
            angle=angle,
            flip=bool(rng.random() < 0.5),
        )
        whole = {number: int(area * scale**2) for number, area in _areas(photo).items()}
        return drop_hidden(place(photo, placement, size, self.scheme), whole)

    def _group(self, size: tuple[int, int], rng: Generator) -> LabelledPhoto:
        count = int(rng.integers(1, self.config.max_people + 1))
        people = [self._draw_person(rng) for _ in range(count)]
        layout = GroupLayout(max_height=self.config.max_height, harmony=self.config.harmony)
        return compose_group(people, self._background(size, rng), self.scheme, rng, layout)

    def _with_objects(self, photo: LabelledPhoto, rng: Generator) -> LabelledPhoto:
        height, width = photo.humans.shape
        cloth = cloth_of(self._photo(self._draw_index(rng)), self._garments, rng)
        covered = put_objects(photo, self._background((height, width), rng), cloth, rng)
        return drop_hidden(covered, _areas(photo))

    def _background(self, size: tuple[int, int], rng: Generator) -> NDArray[np.uint8]:
        if rng.random() < 0.8:
            for _ in range(4):
                strip = empty_strip(self._photo(int(rng.choice(self.scenes))))
                if strip is not None:
                    return stretch(strip, size, rng)
        return invent(size, rng)

    def _draw_one(self, rng: Generator) -> LabelledPhoto:
        """Return a photo, or a puppet in front of a background somewhat larger than itself."""
        index = self._draw_index(rng)
        puppet = self._puppet(index, rng)
        if puppet is None:
            return self._photo(index)
        height, width = puppet.humans.shape
        border = [
            round(rng.uniform(0.02, 0.25) * length) for length in (height, height, width, width)
        ]
        person = LabelledPhoto(
            np.pad(puppet.pixels, (border[:2], border[2:], (0, 0)), mode="edge"),
            np.pad(puppet.categories, (border[:2], border[2:])),
            np.pad(puppet.humans, (border[:2], border[2:])),
        )
        size = person.humans.shape[0], person.humans.shape[1]
        return in_front_of(person, self._background(size, rng), rng, self.config.harmony)

    def _draw_person(self, rng: Generator) -> LabelledPhoto:
        index = self._draw_index(rng)
        puppet = self._puppet(index, rng)
        return self._photo(index) if puppet is None else puppet

    def _puppet(self, index: int, rng: Generator) -> LabelledPhoto | None:
        # No random number is drawn without puppets, so that older recipes give what they gave.
        if self.config.puppet_share <= 0 or rng.random() >= self.config.puppet_share:
            return None
        sample = self.samples[index]
        joints = sample.read_joints() if isinstance(sample, JointSource) else None
        if joints is None:
            return None
        return random_puppet(self._photo(index), joints, self.scheme, rng)

    def _draw_index(self, rng: Generator) -> int:
        return int(rng.choice(len(self.samples), p=self.weights))

    def _photo(self, index: int) -> LabelledPhoto:
        if index not in self._cache:
            self._cache[index] = self.samples[index].read()
            if len(self._cache) > self._cache_photos:
                self._cache.popitem(last=False)
        return self._cache[index]


def sampling_weights(samples: Sequence[Sample], rare_share: float) -> NDArray[np.float64]:
    """Return how often to draw each photo, float64 (N,), summing to 1.

    A photo counts sqrt(rare_share / f) times, where f is the share of photos with its rarest
    class, at least once (repeat-factor sampling: Gupta et al. 2019, section 5). 0 is uniform.
    """
    if rare_share <= 0:
        return np.full(len(samples), 1 / len(samples))
    present = np.zeros((len(samples), 256), bool)
    for row, sample in zip(present, samples, strict=True):
        row[np.unique(sample.read_labels().categories)] = True
    frequency = present.mean(axis=0)
    repeat = np.sqrt(rare_share / np.maximum(frequency, 1e-9)).clip(min=1.0)
    repeat[255] = 1.0
    weights = np.where(present, repeat, 1.0).max(axis=1)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _areas(photo: LabelledPhoto) -> dict[int, int]:
    areas = np.bincount(photo.humans.ravel())
    return {number: int(areas[number]) for number in range(1, len(areas)) if areas[number]}


def _multiple_of_32(length: float) -> int:
    return max(32, round(length / 32) * 32)
