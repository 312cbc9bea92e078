"""Garments on bodies."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from m2fp.synthesis.body import Body, make_body
from m2fp.synthesis.closet import closet
from m2fp.synthesis.cuts import above, below, legs, open_front, round_neck, sleeveless, sleeves
from m2fp.synthesis.fields import all_of, any_of, ramp
from m2fp.synthesis.garment import Garment, Piece, tailored
from m2fp.synthesis.hair import long_hair
from m2fp.synthesis.part_ids import Cihp, Mhp
from m2fp.synthesis.surfaces import neighbour_means, open_edge
from m2fp.synthesis.traits import random_traits


@pytest.fixture(scope="module", params=range(4))
def body(request: pytest.FixtureRequest) -> Body:
    """Return the body of a random person."""
    return make_body(random_traits(np.random.default_rng(request.param)), closet().data)


def _shirt(**changes: object) -> Garment:
    shirt = Garment(
        name="shirt",
        parts=(Cihp.UPPER_CLOTHES, Cihp.UPPER_CLOTHES),
        fine_parts=(Mhp.T_SHIRT, Mhp.T_SHIRT),
        material="cloth",
        base=closet().tights,
        layer=4,
        cut=lambda at: all_of(above(at, 0.1), sleeves(at, 0.15), round_neck(at, 0.09)),
        thickness=0.01,
        smoothing=2,
    )
    return replace(shirt, **changes)


def _worn(garment: Garment, body: Body, *over: np.ndarray, inner: tuple[Piece, ...] = ()) -> Piece:
    piece = tailored(garment, body, over, inner)
    assert piece is not None
    return piece


def test_fields_combine() -> None:
    one, other = np.array([1.0, -1.0, 2.0]), np.array([3.0, 2.0, -1.0])
    np.testing.assert_array_equal(all_of(one, other), [1, -1, -1])
    np.testing.assert_array_equal(any_of(one, other), [3, 2, 2])
    np.testing.assert_allclose(ramp(one, -1, 3), [0.5, 0, 0.75])
    np.testing.assert_allclose(ramp(one, 2, 0), [0.5, 1, 0])


def test_the_hem_is_level(body: Body) -> None:
    piece = _worn(_shirt(), body)
    weld = np.unique(piece.rest.round(5), axis=0, return_inverse=True)[1].ravel()
    rim = piece.rest[open_edge(piece.triangles, weld)]
    hips = body.joints[body.data.bone("upperleg01.L"), 1]
    hem = rim[(rim[:, 1] < hips + 0.2 * body.scale) & (np.abs(rim[:, 0]) < 0.25 * body.scale)]
    assert len(hem) > 20
    assert np.ptp(hem[:, 1]) < 0.004


def test_the_shirt_ends_before_elbows_neck_and_legs(body: Body) -> None:
    piece = _worn(_shirt(), body)
    rest = piece.rest
    elbow = body.joints[body.data.bone("lowerarm01.L")]
    assert np.linalg.norm(rest - elbow, axis=1).min() > 0.03 * body.scale
    assert rest[:, 1].max() < body.joints[body.data.bone("head"), 1]
    assert rest[:, 1].min() > body.joints[body.data.bone("lowerleg01.L"), 1]
    assert set(piece.parts) == {Cihp.UPPER_CLOTHES}


def test_cloth_lies_outside_of_the_skin(body: Body) -> None:
    own = closet()
    piece = _worn(_shirt(), body)
    skin = own.skin.bound.of(body.vertices)
    tree = cKDTree(skin)
    distance, nearest = tree.query(piece.rest)
    outward = -own.inward[nearest]
    height = ((piece.rest - skin[nearest]) * outward).sum(axis=1)
    assert (height > 0).mean() > 0.97
    assert np.median(distance) < 0.06 * body.scale


def test_left_and_right_halves(body: Body) -> None:
    shoes = Garment(
        name="shoes",
        parts=(Cihp.LEFT_SHOE, Cihp.RIGHT_SHOE),
        fine_parts=(Mhp.LEFT_SHOE, Mhp.RIGHT_SHOE),
        material="leather",
        base=closet().tights,
        layer=2,
        cut=lambda at: at.leg - closet().where.ankle,
    )
    piece = _worn(shoes, body)
    middle = piece.rest[piece.triangles].mean(axis=1)[:, 0]
    np.testing.assert_array_equal(piece.parts == Cihp.LEFT_SHOE, middle > 0)
    np.testing.assert_array_equal(piece.fine_parts == Mhp.RIGHT_SHOE, middle < 0)
    assert set(piece.parts) == {Cihp.LEFT_SHOE, Cihp.RIGHT_SHOE}


def test_what_is_covered_well_is_left_out(body: Body) -> None:
    shirt, own = _shirt(), closet()
    where = own.where.placed(body.vertices, body.joints, body.data)
    coat = _shirt(cut=lambda at: all_of(above(at, 0.0), sleeves(at, 0.4), open_front(at, 0.06)))
    whole = _worn(shirt, body)
    seen = _worn(shirt, body, coat.covers(where))
    assert 0.02 * len(whole.triangles) < len(seen.triangles) < 0.5 * len(whole.triangles)
    # What is left is the strip in front.
    assert np.abs(seen.rest[:, 0]).max() < 0.16 * max(body.scale, 1)
    everything = np.full(len(where.x), 1.0)
    assert tailored(shirt, body, [everything]) is None


def test_outer_layers_give_way_to_inner_ones(body: Body) -> None:
    thick = _worn(_shirt(thickness=0.03, smoothing=0), body)
    thin = _shirt(thickness=0.005, smoothing=0)
    inside = _worn(thin, body)
    outside = _worn(thin, body, inner=(thick,))
    tree = cKDTree(thick.rest)

    def height(piece: Piece) -> np.ndarray:
        _, nearest = tree.query(piece.rest)
        return ((piece.rest - thick.rest[nearest]) * thick.normals()[nearest]).sum(axis=1)

    assert (height(inside) < 0).mean() > 0.8
    assert (height(outside) > 0).mean() > 0.9


def test_loose_cloth_is_smoother(body: Body) -> None:
    def roughness(garment: Garment) -> float:
        piece = _worn(garment, body)
        weld = np.unique(piece.rest.round(5), axis=0, return_inverse=True)[1].ravel()
        off = piece.rest - neighbour_means(piece.triangles, weld).of(piece.rest)
        return float(np.linalg.norm(off, axis=1).mean())

    assert roughness(_shirt(smoothing=6)) < 0.8 * roughness(_shirt(smoothing=0))


def test_cuts_keep_what_they_say() -> None:
    where = closet().where
    skin = np.arange(len(where.x)) < closet().data.skin_vertices
    trunk = skin & (where.limb < 0.01)
    assert (above(where, 0.1)[trunk] > 0).sum() == (where.y[trunk] > 0.1).sum()
    assert above(where, 0.3)[skin & (where.limb > 0.9)].min() > 0  # hands hang lower, and stay
    assert below(where, 0.1)[skin & (where.limb > 0.5)].max() < 0
    assert legs(where, where.knee)[skin & (where.y > 0)].min() > 0
    assert legs(where, where.knee)[skin & (where.y < -0.45)].max() < 0
    bare = sleeveless(where)[skin]
    assert bare[where.limb[skin] > 0.6].max() < 0
    assert bare[(np.abs(where.x) < 0.1)[skin]].min() > 0


def test_long_hair_lies_flat_under_a_hat(body: Body) -> None:
    skin = cKDTree(body.vertices[: closet().data.skin_vertices])
    away = {}
    for flat in (False, True):
        _, falling = long_hair(np.random.default_rng(1), closet(), flat=flat)
        strips = _worn(falling, body).rest
        top = strips[:, 1] > strips[:, 1].max() - 0.1 * body.scale
        away[flat] = float(skin.query(strips[top])[0].mean())
    assert away[True] < away[False] - 0.004
    assert away[True] < 0.012
