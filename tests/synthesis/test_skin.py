"""The labelled skin, and the fields that it is labelled by."""

import numpy as np
import pytest

from m2fp.labels import get_scheme
from m2fp.synthesis.closet import closet
from m2fp.synthesis.part_ids import Cihp, Mhp

_PLACES = [  # x, y, z of the template; CIHP, MHP-v2
    ("nose", (0.0, 0.694, 0.167), Cihp.FACE, Mhp.FACE),
    ("chin", (0.0, 0.617, 0.138), Cihp.FACE, Mhp.FACE),
    ("left ear", (0.087, 0.726, 0.04), Cihp.FACE, Mhp.FACE),
    ("throat", (0.0, 0.607, 0.074), Cihp.TORSO_SKIN, Mhp.TORSO_SKIN),
    ("nape", (0.0, 0.62, -0.02), Cihp.TORSO_SKIN, Mhp.TORSO_SKIN),
    ("crown", (0.0, 0.849, 0.05), Cihp.HAIR, Mhp.HAIR),
    ("back of the head", (0.0, 0.74, -0.039), Cihp.HAIR, Mhp.HAIR),
    ("breastbone", (0.0, 0.437, 0.13), Cihp.TORSO_SKIN, Mhp.TORSO_SKIN),
    ("left elbow", (0.34, 0.36, -0.02), Cihp.LEFT_ARM, Mhp.LEFT_ARM),
    ("right elbow", (-0.34, 0.36, -0.02), Cihp.RIGHT_ARM, Mhp.RIGHT_ARM),
    ("left finger", (0.475, 0.149, 0.286), Cihp.LEFT_ARM, Mhp.LEFT_HAND),
    ("right finger", (-0.475, 0.149, 0.286), Cihp.RIGHT_ARM, Mhp.RIGHT_HAND),
    ("left hip", (0.19, 0.1, 0.02), Cihp.TORSO_SKIN, Mhp.TORSO_SKIN),
    ("left knee", (0.158, -0.369, 0.08), Cihp.LEFT_LEG, Mhp.LEFT_LEG),
    ("right knee", (-0.158, -0.369, 0.08), Cihp.RIGHT_LEG, Mhp.RIGHT_LEG),
    ("left toes", (0.24, -0.80, 0.165), Cihp.LEFT_LEG, Mhp.LEFT_FOOT),
    ("right heel", (-0.22, -0.79, -0.06), Cihp.RIGHT_LEG, Mhp.RIGHT_FOOT),
]  # fmt: skip


@pytest.fixture(scope="module")
def middles() -> np.ndarray:
    """Return the middles of the skin's triangles on the template."""
    own = closet()
    return own.skin.bound.of(own.data.template)[own.skin.triangles].mean(axis=1)


@pytest.mark.parametrize(("name", "place", "part", "fine"), _PLACES, ids=str)
def test_parts_are_where_anatomy_has_them(
    middles: np.ndarray, name: str, place: tuple[float, ...], part: int, fine: int
) -> None:
    nearest = np.linalg.norm(middles - place, axis=1).argmin()
    skin = closet().skin
    assert (skin.parts[nearest], skin.fine_parts[nearest]) == (part, fine)


def test_left_parts_are_at_positive_x(middles: np.ndarray) -> None:
    skin = closet().skin
    for scheme, labels in (("cihp", skin.parts), ("mhp-v2", skin.fine_parts)):
        for left, right in get_scheme(scheme).flip_pairs:
            assert (middles[labels == left, 0] > 0).all()
            assert (middles[labels == right, 0] < 0).all()


def test_a_mirrored_body_has_the_other_sides_labels(middles: np.ndarray) -> None:
    skin = closet().skin
    for scheme, labels in (("cihp", skin.parts), ("mhp-v2", skin.fine_parts)):
        flip = get_scheme(scheme).flip_table()
        mirrored = middles * [-1, 1, 1]
        # Triangles need not be mirrored one by one, so nearest ones are compared, by area.
        from scipy.spatial import cKDTree

        distance, nearest = cKDTree(middles).query(mirrored)
        close = distance < 0.004
        assert close.mean() > 0.9
        same = flip[labels[nearest]] == labels
        assert same[close].mean() > 0.995


def test_borders_are_cut_through_triangles() -> None:
    own = closet()
    edge = own.skin.bound.of(own.where.in_hand)
    hand = np.isin(own.skin.fine_parts, (Mhp.LEFT_HAND, Mhp.RIGHT_HAND))
    arm = np.isin(own.skin.fine_parts, (Mhp.LEFT_ARM, Mhp.RIGHT_ARM))
    assert edge[own.skin.triangles[hand]].min() > -0.001
    assert edge[own.skin.triangles[arm]].max() < 0.001


def test_nothing_is_left_over() -> None:
    own = closet()
    base = len(own.data.group("body", "helper-l-eye", "helper-r-eye")[0])
    assert base <= len(own.skin.triangles) < 1.15 * base
    assert set(np.unique(own.skin.parts)) == {
        Cihp.HAIR, Cihp.TORSO_SKIN, Cihp.FACE, Cihp.LEFT_ARM, Cihp.RIGHT_ARM, Cihp.LEFT_LEG,
        Cihp.RIGHT_LEG,
    }  # fmt: skip
    np.testing.assert_allclose(own.skin.weights.sum(axis=1), 1, atol=1e-4)


def test_limbs_are_measured_along_themselves() -> None:
    own = closet()
    where, joints = own.where, own.data.joints(own.data.template)
    skin = own.data.template[: own.data.skin_vertices]
    for bone, field, value in (
        ("lowerarm01.L", where.arm, where.elbow),
        ("wrist.R", where.arm, where.wrist),
        ("lowerleg01.R", where.leg, where.knee),
        ("foot.L", where.leg, where.ankle),
    ):
        near = np.argsort(np.linalg.norm(skin - joints[own.data.bone(bone)], axis=1))[:12]
        assert field[near].mean() == pytest.approx(value, abs=0.025)
    trunk = np.linalg.norm(skin - [0, 0.3, 0.1], axis=1) < 0.1
    assert where.arm[: len(skin)][trunk].max() < 0
