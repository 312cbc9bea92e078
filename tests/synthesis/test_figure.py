"""Whole figures."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from m2fp.labels import get_scheme
from m2fp.synthesis.body import make_body
from m2fp.synthesis.closet import closet
from m2fp.synthesis.figure import dressed, make_figure
from m2fp.synthesis.library import EMPTY
from m2fp.synthesis.mesh import Figure
from m2fp.synthesis.part_ids import Cihp
from m2fp.synthesis.skinning import posed
from m2fp.synthesis.traits import random_traits
from m2fp.synthesis.wardrobe import random_outfit

_COUNT = 20


@pytest.fixture(scope="module", params=range(_COUNT))
def figure(request: pytest.FixtureRequest) -> Figure:
    """Return a random figure made without assets."""
    return make_figure(np.random.default_rng([11, request.param]))


def test_meshes_are_whole(figure: Figure) -> None:
    assert figure.meshes[0].material == "skin"
    parts = len(get_scheme("cihp").labels)
    fine = len(get_scheme("mhp-v2").labels)
    for mesh in figure.meshes:
        count = len(mesh.vertices)
        assert mesh.vertices.dtype == np.float32
        assert mesh.vertices.shape == (count, 3)
        assert np.isfinite(mesh.vertices).all()
        assert mesh.triangles.dtype == np.int32
        assert 0 <= mesh.triangles.min() <= mesh.triangles.max() < count
        assert mesh.uv.dtype == np.float32
        assert mesh.uv.shape == (count, 2)
        assert mesh.parts.dtype == mesh.fine_parts.dtype == np.uint8
        assert len(mesh.parts) == len(mesh.fine_parts) == len(mesh.triangles)
        assert 1 <= mesh.parts.min() <= mesh.parts.max() < parts
        assert mesh.fine_parts.max() < fine


def test_the_figure_stands_on_the_ground_about_the_origin(figure: Figure) -> None:
    vertices = np.concatenate([mesh.vertices for mesh in figure.meshes])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    assert low[1] == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose((low + high)[[0, 2]], 0, atol=1e-4)
    assert high[1] < 2.6


@pytest.mark.parametrize("seed", range(_COUNT))
def test_left_is_the_side_of_the_bones_that_move_it(seed: int) -> None:
    own = closet()
    rng = np.random.default_rng([3, seed])
    traits = random_traits(rng)
    body = make_body(traits, own.data)
    sides = {
        side: [k for k, name in enumerate(own.data.bone_names) if name.endswith(side)]
        for side in (".L", ".R")
    }
    checked = 0
    for piece in dressed(body, own, random_outfit(rng, traits, own, EMPTY)):
        corners = piece.rest[piece.triangles]
        lefts = piece.weights[:, sides[".L"]].sum(axis=1)[piece.triangles].mean(axis=1)
        rights = piece.weights[:, sides[".R"]].sum(axis=1)[piece.triangles].mean(axis=1)
        for left, right in get_scheme("cihp").flip_pairs:
            for part, sign in ((left, 1), (right, -1)):
                own_part = piece.parts == part
                assert (sign * corners[own_part].mean(axis=1)[:, 0] > 0).all()
                assert (sign * (lefts - rights)[own_part] >= -1e-6).all()
                checked += int(own_part.sum())
    assert checked > 500


def test_every_figure_has_a_head_and_some_clothes(figure: Figure) -> None:
    seen = set(np.concatenate([mesh.parts for mesh in figure.meshes]).tolist())
    assert Cihp.FACE in seen
    assert Cihp.HAIR in seen
    assert seen & {Cihp.PANTS, Cihp.SKIRT, Cihp.DRESS, Cihp.COAT}


def test_traits_tell_what_it_is(figure: Figure) -> None:
    traits = figure.traits
    assert traits["sex"] in ("female", "male")
    assert 0 <= float(traits["skin_darkness"]) <= 1
    assert 2 <= float(traits["age"]) <= 85
    assert traits["pose"]
    assert traits["outfit"]
    assert ("seat_height" in traits) == (traits["pose"] == "sitting")
    if "seat_height" in traits:
        assert 0.1 < float(traits["seat_height"]) < 0.75


def test_the_same_state_gives_the_same_figure() -> None:
    first, second = (make_figure(np.random.default_rng(4)) for _ in range(2))
    assert first.traits == second.traits
    np.testing.assert_array_equal(first.joints, second.joints)
    for one, other in zip(first.meshes, second.meshes, strict=True):
        assert one.name == other.name
        np.testing.assert_array_equal(one.vertices, other.vertices)
        np.testing.assert_array_equal(one.parts, other.parts)
    assert make_figure(np.random.default_rng(5)).traits != first.traits


def test_skin_lies_inside_of_the_cloth_over_it() -> None:
    own = closet()
    poking = seen = 0
    for seed in range(6):
        rng = np.random.default_rng([5, seed])
        traits = random_traits(rng)
        body = make_body(traits, own.data)
        skin, *worn = dressed(body, own, random_outfit(rng, traits, own, EMPTY))
        # A scarf is a roll, and what is inside of it lies beneath none of its outside.
        cloth = [
            piece
            for piece in worn
            if piece.material in ("cloth", "denim", "knit") and "scarf" not in piece.name
        ]
        points = np.concatenate([piece.rest for piece in cloth])
        outward = np.concatenate([piece.normals() for piece in cloth])
        distance, nearest = cKDTree(points).query(skin.rest)
        off = skin.rest - points[nearest]
        height = (off * outward[nearest]).sum(axis=1)
        beside = np.linalg.norm(off - outward[nearest] * height[:, None], axis=1)
        under = (distance < 0.03) & (beside < 0.008)
        seen += int(under.sum())
        poking += int((under & (height > 0.002)).sum())
    assert seen > 500
    assert poking < 0.03 * seen


def test_rest_pose_is_kept_by_no_motion() -> None:
    own = closet()
    traits = random_traits(np.random.default_rng(0))
    body = make_body(traits, own.data)
    still = np.tile(np.eye(3, 4, dtype=np.float32), (len(body.joints), 1, 1))
    for piece in dressed(body, own, random_outfit(np.random.default_rng(0), traits, own, EMPTY)):
        np.testing.assert_allclose(posed(piece.rest, piece.weights, still), piece.rest, atol=1e-4)


def test_outfits_lift_rare_classes() -> None:
    own = closet()
    worn: Counter[int] = Counter()
    people = 300
    for seed in range(people):
        rng = np.random.default_rng([9, seed])
        outfit = random_outfit(rng, random_traits(rng), own, EMPTY)
        layers = [garment.layer for garment in outfit.garments]
        assert layers == sorted(layers)
        worn.update({part for garment in outfit.garments for part in garment.parts})
    for part, share in {
        Cihp.HAT: 0.15, Cihp.GLOVE: 0.05, Cihp.SUNGLASSES: 0.08, Cihp.DRESS: 0.07,
        Cihp.COAT: 0.2, Cihp.SOCKS: 0.3, Cihp.PANTS: 0.5, Cihp.SCARF: 0.08, Cihp.SKIRT: 0.05,
        Cihp.UPPER_CLOTHES: 0.6, Cihp.LEFT_SHOE: 0.7,
    }.items():  # fmt: skip
        assert worn[part] > share * people, part


def test_missing_assets_are_named(tmp_path: Path) -> None:
    from m2fp.errors import DataError

    with pytest.raises(DataError, match=str(tmp_path)):
        make_figure(np.random.default_rng(0), tmp_path)
