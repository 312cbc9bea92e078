"""Puppets: limbs land where trigonometry says, with their labels, or nobody is posed at all."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.augmentation.stick_person import (
    LEFT_ARM,
    LEFT_SHOE,
    RIGHT_ARM,
    RIGHT_SHOE,
    stick_person,
)

from m2fp.augmentation.puppet import ArmPose, LegPose, Pose, random_puppet, repose
from m2fp.augmentation.puppet.parts import Bone
from m2fp.augmentation.puppet.poses import Freedom, random_pose
from m2fp.augmentation.puppet.turning import turns
from m2fp.datasets import LabelledPhoto
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")
LEFT_OUT = Pose(arms=(ArmPose(90, 90), None))


def _posed(pose: Pose) -> LabelledPhoto:
    posed = repose(*stick_person(), pose, CIHP)
    assert posed is not None
    return posed


def _centre(photo: LabelledPhoto, part: int) -> np.ndarray:
    rows, columns = np.nonzero(photo.categories == part)
    return np.array([columns.mean(), rows.mean()])


def test_an_arm_turned_by_90_degrees_lands_where_trigonometry_says() -> None:
    _, joints = stick_person()
    matrices = turns(joints, LEFT_OUT)

    def moved(bone: Bone, point: np.ndarray) -> np.ndarray:
        return matrices[bone][:, :2] @ point + matrices[bone][:, 2]

    shoulder, elbow, wrist = joints.shoulders[0], joints.elbows[0], joints.wrists[0]
    upper, fore = np.linalg.norm(elbow - shoulder), np.linalg.norm(wrist - elbow)
    assert moved(Bone.UPPER_LEFT, elbow) == pytest.approx(np.add(shoulder, (upper, 0)))
    assert moved(Bone.FORE_LEFT, elbow) == pytest.approx(np.add(shoulder, (upper, 0)))
    assert moved(Bone.FORE_LEFT, wrist) == pytest.approx(np.add(shoulder, (upper + fore, 0)))
    # The person's right side does not move.
    assert moved(Bone.FORE_RIGHT, joints.wrists[1]) == pytest.approx(joints.wrists[1])


def test_the_picture_of_the_turned_arm_is_level_with_the_shoulder() -> None:
    posed = _posed(LEFT_OUT)
    still = _posed(Pose(arms=(ArmPose(0, 0), None)))
    rows, columns = np.nonzero(posed.categories == LEFT_ARM)
    right_rows, _ = np.nonzero(posed.categories == RIGHT_ARM)
    assert np.ptp(rows) < np.ptp(columns) / 3
    # Shoulders are level: the arm's axis is at the top of the hanging one, less half a width.
    assert rows.mean() == pytest.approx(right_rows.min() + 10, abs=4)
    # Side and area stay.
    assert _centre(posed, LEFT_ARM)[0] > _centre(posed, RIGHT_ARM)[0]
    area = (still.categories == LEFT_ARM).sum()
    assert len(rows) == pytest.approx(area, rel=0.06)


def test_legs_turn_in_the_pictures_frame_and_are_foreshortened() -> None:
    _, joints = stick_person()
    legs = (LegPose(30, 0, 0.5), None)
    matrices = turns(joints, Pose(legs=legs, lean=20))
    thigh = np.linalg.norm(joints.knees[0] - joints.hips[0])
    knee = matrices[Bone.THIGH_LEFT] @ (*joints.knees[0], 1)
    hip = matrices[Bone.TORSO] @ (*joints.hips[0], 1)
    assert knee - hip == pytest.approx(0.5 * thigh * np.array([0.5, np.sqrt(0.75)]))
    assert matrices[Bone.SHIN_RIGHT] @ (*joints.ankles[1], 1) == pytest.approx(joints.ankles[1])


def test_labels_and_pixels_move_together() -> None:
    posed = _posed(
        Pose(
            lean=5, arms=(ArmPose(120, 150), ArmPose(20, -60)), legs=(LegPose(20, 5), LegPose(5, 0))
        )
    )
    inside = cv2.erode(posed.humans.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    # Away from the borders of parts, where colours blend, colours still tell the ids.
    flat = cv2.dilate(posed.categories, np.ones((5, 5))) == cv2.erode(
        posed.categories, np.ones((5, 5))
    )
    where = inside & flat
    assert where.sum() > 5000
    off = posed.pixels[where][:, 0].astype(int) != posed.categories[where].astype(int) * 10
    assert off.mean() < 0.03


@pytest.mark.parametrize("seed", range(30))
def test_any_pose_keeps_ids_sides_and_one_person_in_one_piece(seed: int) -> None:
    photo, joints = stick_person()
    posed = random_puppet(photo, joints, CIHP, np.random.default_rng(seed))
    if posed is None:
        return
    again = random_puppet(photo, joints, CIHP, np.random.default_rng(seed))
    assert again is not None
    assert np.array_equal(posed.pixels, again.pixels)
    assert np.array_equal(posed.categories, again.categories)
    assert set(np.unique(posed.categories)) <= set(np.unique(photo.categories))
    assert np.array_equal(posed.humans > 0, posed.categories > 0)
    assert cv2.connectedComponents(posed.humans.astype(np.uint8), connectivity=4)[0] == 2
    assert _centre(posed, LEFT_SHOE)[0] > _centre(posed, RIGHT_SHOE)[0]
    for part in (LEFT_ARM, RIGHT_ARM):
        assert (posed.categories == part).sum() < 1.1 * (photo.categories == part).sum()


def test_most_random_poses_of_a_good_photo_are_possible() -> None:
    photo, joints = stick_person()
    posed = [random_puppet(photo, joints, CIHP, np.random.default_rng(n)) for n in range(30)]
    assert sum(each is not None for each in posed) >= 20


def test_the_gate_refuses_what_it_cannot_pose() -> None:
    photo, joints = stick_person()
    lying = replace(joints, hips=joints.shoulders + np.array([80.0, 10.0]))
    outside = replace(joints, shoulders=joints.shoulders + np.array([400.0, 0.0]))
    sideways = replace(joints, shoulders=joints.shoulders[::-1])
    for bad in (lying, outside, sideways):
        assert repose(photo, bad, LEFT_OUT, CIHP) is None
    # A hand in a pocket: the forearm's end cannot be seen.
    pocket = photo.categories.copy()
    pocket[(pocket == LEFT_ARM) & (np.indices(pocket.shape)[0] > 165)] = 9
    assert repose(LabelledPhoto(photo.pixels, pocket, photo.humans), joints, LEFT_OUT, CIHP) is None
    # Skirts hold the legs, and nobody has none.
    nobody = LabelledPhoto(photo.pixels, photo.categories, np.zeros_like(photo.humans))
    assert repose(nobody, joints, LEFT_OUT, CIHP) is None
    assert repose(photo, joints, LEFT_OUT, get_scheme("ppp")) is None


def test_people_without_free_limbs_have_no_pose_and_skirts_only_swing() -> None:
    rng = np.random.default_rng(0)
    stiff = Freedom(arms=(False, False), legs=False, skirt=False)
    assert random_pose(stiff, rng) is None
    for _ in range(50):
        pose = random_pose(Freedom(arms=(True, False), legs=True, skirt=True), rng)
        assert pose is not None
        assert pose.arms[1] is None
        assert abs(pose.lean) <= 7
        assert all(leg is not None and abs(leg.thigh) <= 7 for leg in pose.legs)
