"""Looks of figures, and the pictures on surfaces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.synthesis.capsule_person import capsule_person

from m2fp.synthesis.appearance import looks_of
from m2fp.synthesis.colours import hair_colour, skin_colour
from m2fp.synthesis.face_masks import FACE_BOX
from m2fp.synthesis.material import TEXELS, Kind
from m2fp.synthesis.mesh import Figure
from m2fp.synthesis.noise import clouds, spots
from m2fp.synthesis.prints import make_print
from m2fp.synthesis.textures import PRINT_SIZE, TextureSet, layer_of


@pytest.fixture(scope="module")
def textures() -> TextureSet:
    return TextureSet.make()


def test_textures_are_always_the_same(textures: TextureSet) -> None:
    again = TextureSet.make()
    np.testing.assert_array_equal(textures.patterns, again.patterns)
    np.testing.assert_array_equal(textures.face, again.face)


def test_patterns_tile(textures: TextureSet) -> None:
    # Across the edge a weave steps no more than inside.
    for name in ("knit", "twill", "felt", "folds", "mottle", "plaster", "grass", "camouflage"):
        tile = textures.patterns[layer_of(name)].astype(float)
        inside = np.abs(np.diff(tile, axis=1)).mean(axis=(0, 1)).max()
        seam = np.abs(tile[:, 0] - tile[:, -1]).mean(axis=0).max()
        assert seam < 2.5 * inside + 2, name


def test_face_masks_are_where_faces_are(textures: TextureSet) -> None:
    u0, v0, width, height = FACE_BOX

    def at(u: float, v: float) -> tuple[int, int]:
        return round((v - v0) / height * 1024 - 0.5), round((u - u0) / width * 512 - 0.5)

    lips, brows = textures.face[0, ..., 0], textures.face[0, ..., 1]
    assert lips[at(0.918, 0.483)] > 200  # under the nose, on the middle
    assert lips[at(0.95, 0.483)] == 0  # the chin
    assert brows[at(0.8145, 0.4832 + 0.033)] > 100
    np.testing.assert_allclose(lips[at(0.91, 0.49)], lips[at(0.91, 0.4764)], atol=30)


@pytest.mark.parametrize("make", [clouds, lambda rng, size: spots(rng, size, 6)])
def test_noise_is_spread_evenly(make: object) -> None:
    values = make(np.random.default_rng(1), 64)  # type: ignore[operator]
    counts, _ = np.histogram(values, 4, (0, 1))
    assert np.abs(counts - 1024).max() <= 1


def looks(figure: Figure, seed: int, prints: int = 3) -> list[dict[int, object]]:
    left = list(range(prints))
    return [dict(look) for look in looks_of(figure, np.random.default_rng(seed), left)]


def test_every_part_of_every_mesh_has_a_look() -> None:
    figure = capsule_person(np.random.default_rng(1))
    for seed in range(30):
        for mesh, look in zip(figure.meshes, looks(figure, seed), strict=True):
            assert set(look) == set(np.unique(mesh.parts).tolist())
            for material in look.values():
                texels = material.texels()
                assert texels.shape == (TEXELS, 4)
                assert np.isfinite(texels).all()


def test_both_shoes_are_of_one_pair() -> None:
    figure = capsule_person(np.random.default_rng(1))
    names = [mesh.name for mesh in figure.meshes]
    for seed in range(10):
        own = looks(figure, seed)
        left, right = own[names.index("left shoe")][18], own[names.index("right shoe")][19]
        assert left is right


def test_skin_follows_the_traits() -> None:
    figure = capsule_person(np.random.default_rng(1))

    def brightness(darkness: float) -> float:
        own = replace(figure, traits={"skin_darkness": darkness, "age": 30.0, "sex": "female"})
        return float(np.mean([sum(looks(own, seed)[0][13].colours[0]) for seed in range(10)]))

    values = [brightness(darkness) for darkness in (0.0, 0.3, 0.6, 1.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 6 * values[3]
    own = looks(replace(figure, traits={"age": 5.0, "sex": "male"}), 3)[0][13]
    assert own.kind is Kind.SKIN
    assert own.stubble == 0
    assert own.creases < 0.1


def test_prints_are_worn_once() -> None:
    figure = capsule_person(np.random.default_rng(1))
    worn = 0
    for seed in range(40):
        left = [0, 1]
        rng = np.random.default_rng(seed)
        used = [
            material.print_layer
            for _ in range(3)
            for look in looks_of(figure, rng, left)
            for material in look.values()
            if material.print_layer >= 0
        ]
        assert len(used) == len(set(used)) == 2 - len(left)
        worn += len(used)
    assert worn > 5


def test_old_people_go_grey() -> None:
    def saturation(age: float) -> float:
        colours = [hair_colour(age, 0.1, np.random.default_rng(seed)) for seed in range(60)]
        return float(np.mean([(max(c) - min(c)) / max(c) for c in colours]))

    assert saturation(75) < 0.5 * saturation(25)


def test_skin_is_never_green() -> None:
    for seed in range(50):
        rng = np.random.default_rng(seed)
        red, green, blue = skin_colour(float(rng.random()), rng)
        assert red > green > blue


def test_prints() -> None:
    kinds = set()
    for seed in range(30):
        print_ = make_print(np.random.default_rng(seed))
        assert print_.shape == (PRINT_SIZE, PRINT_SIZE, 4)
        assert print_.dtype == np.uint8
        assert (print_[..., 3] > 0).mean() > 0.02
        kinds.add(print_.tobytes())
    assert len(kinds) == 30
