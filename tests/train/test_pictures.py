"""Training pictures are pure functions of the seed and the step."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.augmentation.stick_person import stick_person
from tests.labelled_photos import standing_person, write_cihp
from tests.train.tiny import RECIPE, samples

from m2fp.datasets import LabelledPhoto, Sample, open_dataset
from m2fp.errors import ConfigError, DataError
from m2fp.labels import get_scheme
from m2fp.train.config import PictureConfig
from m2fp.train.pictures import Batch, TrainingBatches, sampling_weights

STEPS = 8


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    return samples(tmp_path_factory.mktemp("cihp"))


def _batches(
    people: list[Sample], seed: int = 1, config: PictureConfig = RECIPE.pictures
) -> TrainingBatches:
    return TrainingBatches(
        people, get_scheme("cihp"), config, batch=3, steps=STEPS, seed=seed, cache_photos=2
    )


def _same(one: Batch, two: Batch) -> bool:
    return torch.equal(one.pixels, two.pixels) and all(
        torch.equal(a.classes, b.classes) and torch.equal(a.masks, b.masks)
        for a, b in zip(one.targets, two.targets, strict=True)
    )


def test_a_step_gives_the_same_batch_wherever_it_is_read(people: list[Sample]) -> None:
    forwards = _batches(people)
    first = [forwards[step] for step in range(STEPS)]
    backwards = _batches(people)
    for step in reversed(range(STEPS)):
        assert _same(first[step], backwards[step])
        assert _same(first[step], forwards[step])


def test_scenes_are_of_their_own_data_set(tmp_path: Path) -> None:
    first, second = samples(tmp_path / "a"), samples(tmp_path / "b")
    assert first[1].name == second[1].name
    batches = TrainingBatches(
        [*first, *second], get_scheme("cihp"), RECIPE.pictures, batch=3, steps=STEPS, seed=1,
        scenes=[first[1]],
    )  # fmt: skip
    assert batches.scenes == [1]


def test_without_photos_it_says_so() -> None:
    with pytest.raises(DataError, match="no photos to train on"):
        _batches([])


def test_seeds_and_steps_differ(people: list[Sample]) -> None:
    config = replace(RECIPE.pictures, sizes=((64, 64),), growth=())
    one, other = _batches(people, 1, config), _batches(people, 2, config)
    assert not torch.equal(one[0].pixels, other[0].pixels)
    assert not torch.equal(one[0].pixels, one[1].pixels)


def test_shapes_types_and_classes(people: list[Sample]) -> None:
    seen = set()
    for step in range(STEPS):
        batch = _batches(people)[step]
        height, width = batch.pixels.shape[2:]
        seen.add((height, width))
        assert batch.pixels.shape == (3, 3, height, width)
        assert batch.pixels.dtype == torch.uint8
        assert len(batch.targets) == 3
        for targets in batch.targets:
            assert targets.masks.shape == (len(targets.classes), height, width)
            assert targets.classes.max() <= 20
            assert targets.masks.flatten(1).any(1).all()
    # The first half of the steps at 0.67 times the size, rounded to a multiple of 32.
    assert seen <= {(32, 64), (64, 32), (64, 96), (96, 64)}


@pytest.mark.parametrize(
    ("growth", "sides"),
    [
        (((1.0, 1.0),), [128] * 8),
        (((0.5, 0.5), (1.0, 1.0)), [64] * 4 + [128] * 4),
        (((0.25, 0.25), (0.5, 0.75)), [32] * 2 + [96] * 2 + [128] * 4),
        ((), [128] * 8),
    ],
)
def test_canvases_grow(
    people: list[Sample], growth: tuple[tuple[float, float], ...], sides: list[int]
) -> None:
    batches = _batches(people, config=PictureConfig(sizes=((128, 128),), growth=growth))
    assert [batches._canvas(step, np.random.default_rng(0))[0] for step in range(STEPS)] == sides


def test_no_colour_strength_leaves_colours_alone(people: list[Sample]) -> None:
    config = PictureConfig(
        sizes=((64, 64),), group_share=0, colour_strength=0, rotation_share=0, max_people=1
    )
    pixels = _batches(people, config=config)[0].pixels
    green = (pixels.permute(0, 2, 3, 1).int() - torch.tensor([20, 120, 40])).abs().amax(-1) < 8
    assert green.any()


def test_sampling_weights_by_hand(tmp_path: Path) -> None:
    # A hat (class 1) on one photo of four, hair and the rest on all.
    people = [standing_person() for _ in range(4)]
    people[2].categories[2:8, 20:40] = 1
    listed = open_dataset(write_cihp(tmp_path, people)).samples("train")
    assert sampling_weights(listed, 0.0).tolist() == [0.25] * 4
    for share, hat in [(0.1, 1.0), (0.25, 1.0), (0.5, 2**0.5), (1.0, 2.0)]:
        want = np.array([1, 1, hat, 1])
        assert sampling_weights(listed, share) == pytest.approx(want / want.sum()), share


def test_unknown_pixels_do_not_make_a_photo_rare(tmp_path: Path) -> None:
    people = [standing_person() for _ in range(4)]
    people[1].categories[:3] = 255
    listed = open_dataset(write_cihp(tmp_path, people)).samples("train")
    assert sampling_weights(listed, 1.0).tolist() == [0.25] * 4


def test_a_picture_with_nobody_is_all_background(people: list[Sample]) -> None:
    batch = _batches(people, config=PictureConfig(sizes=((64, 96),), empty_share=1.0))[0]
    for target in batch.targets:
        assert target.classes.tolist() == [0]
        assert target.masks.all()


def _two_side_by_side(tmp_path: Path) -> list[Sample]:
    left, right = standing_person(), standing_person()
    right.humans[right.humans == 1] = 2
    both = LabelledPhoto(
        *(
            np.concatenate([getattr(one, name) for one in (left, right)], axis=1)
            for name in ("pixels", "categories", "humans")
        )
    )
    return open_dataset(write_cihp(tmp_path, [both])).samples("train")


def test_synthetic_people_come_as_they_are(people: list[Sample], tmp_path: Path) -> None:
    config = PictureConfig(
        sizes=((160, 256),),
        synthetic_share=1.0,
        rotation_share=0,
        min_scale=1,
        max_scale=1,
    )
    batches = TrainingBatches(
        people,
        get_scheme("cihp"),
        config,
        batch=1,
        steps=1,
        seed=1,
        synthetic=_two_side_by_side(tmp_path),
    )
    classes = batches[0].targets[0].classes.tolist()
    assert classes.count(get_scheme("cihp").person_class) == 2
    assert classes.count(13) == 2


def test_synthetic_people_must_be_somewhere(people: list[Sample]) -> None:
    with pytest.raises(ConfigError, match="--synthetic"):
        _batches(people, config=PictureConfig(synthetic_share=0.1))


def _stick_people(root: Path, *, joints: bool) -> list[Sample]:
    photo, found = stick_person()
    write_cihp(root, [photo])
    if joints:
        points = np.zeros((33, 3))
        points[0, :2] = found.head
        pairs = {11: found.shoulders, 13: found.elbows, 15: found.wrists, 17: found.hands}
        pairs |= {19: found.hands, 23: found.hips, 25: found.knees}
        for number, pair in (pairs | {27: found.ankles, 31: found.toes}).items():
            points[number : number + 2, :2] = pair
        table = {"0000001": {"points": points.tolist()}}
        (root / "joints.json").write_text(json.dumps(table))
    return list(open_dataset(root).samples("train"))


@pytest.mark.parametrize("group_share", [0.0, 1.0])
def test_people_with_joints_are_posed_anew(tmp_path: Path, group_share: float) -> None:
    config = replace(
        RECIPE.pictures, group_share=group_share, puppet_share=1.0, harmony=1.0, sizes=((96, 96),)
    )
    with_joints = _stick_people(tmp_path / "a", joints=True)
    one, two = (_batches(with_joints, 1, config)[3] for _ in range(2))
    assert _same(one, two)
    still = _batches(with_joints, 1, replace(config, puppet_share=0.0))[3]
    assert not torch.equal(one.pixels, still.pixels)
    for targets in one.targets:
        # Background, what the stick person wears, and the person class.
        assert set(targets.classes.tolist()) <= {0, 5, 9, 10, 13, 14, 15, 18, 19, 20}


def test_people_without_joints_stay_as_they_are(tmp_path: Path) -> None:
    config = replace(RECIPE.pictures, group_share=0.0, puppet_share=1.0, sizes=((96, 96),))
    people = _stick_people(tmp_path, joints=False)
    harmony = replace(config, harmony=1.0)  # tones only who stands before another background
    assert _same(_batches(people, 1, config)[0], _batches(people, 1, harmony)[0])


def test_a_share_of_the_pictures_has_objects_in_it(tmp_path: Path) -> None:
    config = replace(RECIPE.pictures, group_share=0.0, sizes=((96, 96),), colour_strength=0.0)
    people = _stick_people(tmp_path, joints=False)
    plain = _batches(people, 1, config)[0]
    all_covered = _batches(people, 1, replace(config, object_share=1.0))[0]
    assert not torch.equal(plain.pixels, all_covered.pixels)
    assert _same(all_covered, _batches(people, 1, replace(config, object_share=1.0))[0])
