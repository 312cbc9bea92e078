"""Surfaces that garments are cut from."""

import numpy as np
import pytest

from m2fp.synthesis.body import Body, make_body
from m2fp.synthesis.closet import closet
from m2fp.synthesis.cloth_base import CHEST_UV, ClothBase, merged
from m2fp.synthesis.made_bases import brim_base, glasses_base, roll_base
from m2fp.synthesis.surfaces import open_edge
from m2fp.synthesis.traits import random_traits


@pytest.fixture(scope="module", params=[2, 4])
def body(request: pytest.FixtureRequest) -> Body:
    """Return the body of a random person."""
    return make_body(random_traits(np.random.default_rng(request.param)), closet().data)


def _made() -> dict[str, ClothBase]:
    own = closet()
    return {
        "tights": own.tights,
        "skirt": own.skirt,
        "robe": own.robe,
        "hands": own.hands,
        "dome": own.dome,
        "brim": brim_base(own.data, own.where, 0.07, 0.05, 0.01),
        "roll": roll_base(own.data, own.where, 0.025, 0.04),
    }


@pytest.mark.parametrize("name", list(_made()))
def test_normals_point_away_from_the_body(body: Body, name: str) -> None:
    base = _made()[name]
    places = base.on(body.vertices)
    normals = base.normals(places)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-3)
    if name == "brim":
        assert normals[:, 1].mean() > 0.5
    else:
        # A step outward gets further from the nearest bones' line: here simply from the middle of
        # the surface's own slice at that height.
        grown = places + 0.01 * normals
        assert _volume(grown, base) > _volume(places, base)
    np.testing.assert_allclose(base.weights.sum(axis=1), 1, atol=1e-4)


def _volume(places: np.ndarray, base: ClothBase) -> float:
    """Return the volume between the triangles and the middle of all vertices."""
    a, b, c = (places[base.triangles[:, corner]] - places.mean(axis=0) for corner in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def test_a_brim_begins_inside_of_the_crown(body: Body) -> None:
    brim = _made()["brim"].on(body.vertices).reshape(5, -1, 3)
    inner, outer = brim[0], brim[1:]
    assert (inner[:, 1] - outer[0, :, 1] > 0.012).all()
    middle = inner.mean(axis=0)
    wide = [np.linalg.norm((row - middle)[:, [0, 2]], axis=1) for row in brim]
    assert (np.diff(wide, axis=0) > 0).all()


def test_a_trim_is_straight_in_its_field() -> None:
    tights = closet().tights
    upper = tights.trimmed(tights.where.y - 0.2)
    # Cuts keep off corners by two hundredths of an edge, which is some centimetres long here.
    assert upper.where.y.min() > 0.2 - 0.002
    rim = upper.where.y[open_edge(upper.triangles, upper.weld) & (upper.where.limb < 0.1)]
    assert (np.abs(rim[rim < 0.25] - 0.2) < 0.002).all()
    places = np.stack([upper.where.x, upper.where.y, upper.where.z], axis=1)
    np.testing.assert_allclose(upper.on(closet().data.template), places, atol=1e-5)


def test_finer_surfaces_have_the_same_shape(body: Body) -> None:
    skirt = closet().skirt
    finer = skirt.finer()
    assert len(finer.triangles) == 4 * len(skirt.triangles)
    coarse, fine = skirt.on(body.vertices), finer.on(body.vertices)
    np.testing.assert_allclose(fine.min(axis=0), coarse.min(axis=0), atol=1e-5)
    assert _volume(fine, finer) == pytest.approx(_volume(coarse, skirt), rel=0.01)
    assert open_edge(finer.triangles, finer.weld).sum() == pytest.approx(
        2 * open_edge(skirt.triangles, skirt.weld).sum(), abs=4
    )


def test_merged_surfaces_stay_apart(body: Body) -> None:
    own = closet()
    both = merged([own.dome, own.skirt])
    np.testing.assert_allclose(
        both.on(body.vertices),
        np.concatenate([own.dome.on(body.vertices), own.skirt.on(body.vertices)]),
    )
    assert int(both.weld.max()) == own.dome.weld.max() + own.skirt.weld.max() + 1


def test_the_robes_halves_meet(body: Body) -> None:
    own = closet()
    skirt, tights = own.skirt.on(body.vertices), own.tights.on(body.vertices)
    top = skirt[own.skirt.where.y > own.skirt.where.y.max() - 0.005]
    gap = np.linalg.norm(top[:, None] - tights[None], axis=2).min(axis=1)
    assert gap.max() < 0.03 * body.scale


def test_texture_is_in_metres_about_the_chest() -> None:
    tights = closet().tights
    template = tights.on(closet().data.template)
    chest = np.linalg.norm(template - [0, 0.4, 0.16], axis=1).argmin()
    np.testing.assert_allclose(tights.uv[chest], CHEST_UV, atol=1e-4)
    corners = tights.uv[tights.triangles]
    (ax, ay), (bx, by) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    flat = ax * by - ay * bx
    solid = template[tights.triangles]
    areas = np.cross(solid[:, 1] - solid[:, 0], solid[:, 2] - solid[:, 0])
    assert np.abs(flat).sum() == pytest.approx(np.linalg.norm(areas, axis=1).sum(), rel=0.01)


def test_glasses_sit_before_the_eyes(body: Body) -> None:
    own = closet()
    places = glasses_base(own.data, own.where, 0.05, 0.04, 3).on(body.vertices)
    for name, sign in (("helper-l-eye", 1), ("helper-r-eye", -1)):
        eye = body.vertices[np.unique(own.data.group(name)[0])]
        lens = places[(sign * places[:, 0] > 0.01) & (places[:, 2] > eye[:, 2].max())]
        assert len(lens) > 10
        assert lens[:, 1].min() < eye[:, 1].mean() < lens[:, 1].max()
    ears = np.abs(places[:, 0]).max()
    assert 0.06 * body.scale < ears < 0.1 * body.scale * 1.3
