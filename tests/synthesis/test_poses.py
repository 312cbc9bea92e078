"""Poses: hands and feet where they shall be, limbs as long as before."""

import numpy as np
import pytest

from m2fp.synthesis.body import Body, make_body
from m2fp.synthesis.closet import closet
from m2fp.synthesis.gestures import LOW, UPRIGHT, clasped, crossed
from m2fp.synthesis.joints import JOINT_NAMES, joint_places
from m2fp.synthesis.poses import random_pose
from m2fp.synthesis.rig import Rig, euler
from m2fp.synthesis.stances import STANCES, Stance
from m2fp.synthesis.traits import random_traits


@pytest.fixture(scope="module", params=[1, 3])
def body(request: pytest.FixtureRequest) -> Body:
    """Return the body of a random person."""
    return make_body(random_traits(np.random.default_rng(request.param)), closet().data)


def _joint(body: Body, rig: Rig, name: str) -> np.ndarray:
    return joint_places(body, rig.motions())[JOINT_NAMES.index(name)]


def test_leaning_turns_the_way_it_says() -> None:
    np.testing.assert_allclose(euler(90, 0, 0) @ [0, 1, 0], [0, 0, 1], atol=1e-9)
    np.testing.assert_allclose(euler(0, 90, 0) @ [0, 1, 0], [1, 0, 0], atol=1e-9)
    np.testing.assert_allclose(euler(0, 0, 90) @ [0, 0, 1], [1, 0, 0], atol=1e-9)


@pytest.mark.parametrize(("side", "sign"), [("L", 1), ("R", -1)])
def test_a_hand_reaches_its_place(body: Body, side: str, sign: float) -> None:
    rig = Rig(body)
    name = {"L": "left", "R": "right"}[side]
    place = rig.at(f"upperarm01.{side}") + body.scale * np.array([sign * 0.05, -0.2, 0.25])
    rig.hand(side, place, np.array([sign, -0.5, 0]))
    np.testing.assert_allclose(_joint(body, rig, f"{name}-wrist"), place, atol=1e-4)
    elbow = _joint(body, rig, f"{name}-elbow")
    middle = (place + _joint(body, rig, f"{name}-shoulder")) / 2
    assert sign * (elbow - middle)[0] > 0.02 * body.scale


def test_a_place_out_of_reach_is_pointed_at(body: Body) -> None:
    rig = Rig(body)
    shoulder = rig.at("upperarm01.L")
    rig.hand("L", shoulder + np.array([0.0, 0, 5]), np.array([0.0, -1, 0]))
    reach = _joint(body, rig, "left-wrist") - _joint(body, rig, "left-shoulder")
    arm = rig.length("upperarm01.L", "lowerarm01.L") + rig.length("lowerarm01.L", "wrist.L")
    assert np.linalg.norm(reach) == pytest.approx(arm, rel=0.01)
    assert reach[2] > 0.95 * arm


def test_feet_stay_where_they_are_when_the_body_leans(body: Body) -> None:
    rig = Rig(body)
    rig.whole(forward=40)
    place = rig.at("foot.R") + np.array([0, 0.05, 0.02]) * body.scale
    rig.foot("R", place, np.array([0.0, 0, 1]))
    np.testing.assert_allclose(_joint(body, rig, "right-ankle"), place, atol=0.002 * body.scale)
    knee = _joint(body, rig, "right-knee")
    assert knee[2] > (_joint(body, rig, "right-ankle") + _joint(body, rig, "right-hip"))[2] / 2
    # The foot stays level: its toes are as far below the ankle as at rest.
    drop = _joint(body, rig, "right-ankle")[1] - _joint(body, rig, "right-toes")[1]
    rest = Rig(body)
    level = _joint(body, rest, "right-ankle")[1] - _joint(body, rest, "right-toes")[1]
    assert drop == pytest.approx(level, abs=0.01 * body.scale)


def test_girth_grows_with_clothes(body: Body) -> None:
    aside, ahead, back = Rig(body).girth(0.1)
    thick = Rig(body, bulk=0.03).girth(0.1)
    np.testing.assert_allclose(np.subtract(thick, (aside, ahead, back)), [0.03, 0.03, -0.03])
    assert 0.08 * body.scale < aside < 0.4
    assert back < 0 < ahead


def _lengths(body: Body, motions: np.ndarray) -> np.ndarray:
    heads = np.einsum("jab,jb->ja", motions[:, :, :3], body.joints) + motions[:, :, 3]
    return np.linalg.norm(heads[1:] - heads[body.data.bone_parents[1:]], axis=1)


@pytest.mark.parametrize("stance", STANCES, ids=lambda stance: stance.name)
def test_stances_keep_bones_and_sides(body: Body, stance: Stance) -> None:
    for seed in range(3):
        rig = Rig(body)
        stance.set_up(rig, np.random.default_rng(seed))
        motions = rig.motions()
        rotations = motions[:, :, :3]
        np.testing.assert_allclose(
            rotations @ rotations.transpose(0, 2, 1), np.tile(np.eye(3), (len(rotations), 1, 1)),
            atol=1e-4,
        )  # fmt: skip
        np.testing.assert_allclose(np.linalg.det(rotations), 1, atol=1e-4)
        rest = _lengths(body, Rig(body).motions())
        np.testing.assert_allclose(_lengths(body, motions), rest, atol=1e-4)
        joints = dict(zip(JOINT_NAMES, joint_places(body, motions), strict=True))
        # Seen from the person: left shoulder to the left of the right one.
        aside = rotations[body.data.bone("spine01")] @ [1, 0, 0]
        assert (joints["left-shoulder"] - joints["right-shoulder"]) @ aside > 0


@pytest.mark.parametrize("move", [move for move, _ in (*UPRIGHT, *LOW)], ids=lambda m: m.__name__)
def test_hands_keep_clear_of_the_trunk(body: Body, move: object) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rig = Rig(body)
        for side, sign in (("L", 1.0), ("R", -1.0)):
            move(rig, rng, side, sign)
        for name in ("left-wrist", "right-wrist"):
            x, _, z = _joint(body, rig, name)
            y = _level(body, _joint(body, rig, name))
            if not -0.02 < y < 0.4:
                continue
            aside, ahead, back = rig.girth(round(y, 2))
            middle = (ahead + back) / 2
            deep = (x / aside) ** 2 + ((z - middle) / ((ahead - back) / 2)) ** 2
            assert deep > 0.7, (move, name)


def _level(body: Body, place: np.ndarray) -> float:
    """Return the template's level of a place beside the trunk."""
    own = closet()
    return float(own.where.map(lambda v: v[:1]).placed(place[None], body.joints, own.data).y[0])


@pytest.mark.parametrize("both", [crossed, clasped], ids=lambda move: move.__name__)
def test_hands_meet_before_the_body(body: Body, both: object) -> None:
    rig = Rig(body)
    both(rig, np.random.default_rng(0))
    left, right = (_joint(body, rig, f"{side}-wrist") for side in ("left", "right"))
    assert np.linalg.norm(left - right) < 0.25 * body.scale
    assert min(left[2], right[2]) > rig.girth(0.15)[1] - 0.05
    if both is crossed:
        assert left[0] < right[0]


def test_legs_stay_together_in_a_skirt(body: Body) -> None:
    apart = {stance.name for stance in STANCES if stance.legs_apart}
    names = {
        random_pose(body, np.random.default_rng(seed), skirted=True).name for seed in range(60)
    }
    assert apart
    assert not names & apart
    assert "standing" in names


def test_files_give_poses(body: Body) -> None:
    turns = {"upperarm01.L": euler(0, 0, 50), "no such bone": np.eye(3)}
    files = [("waving", turns)]
    poses = [random_pose(body, np.random.default_rng(seed), files) for seed in range(60)]
    waving = [pose for pose in poses if pose.name == "waving"]
    assert 2 <= len(waving) <= 20
    bones = [body.data.bone(f"upperarm01.{side}") for side in "LR"]
    turned = {
        int(np.abs(pose.motions[bones, :, :3] - np.eye(3)).sum((1, 2)).argmax()) for pose in waving
    }
    assert turned == {0, 1}  # at times mirrored
