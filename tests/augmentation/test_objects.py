"""Objects over pictures: what they hide, and what they look like."""

import numpy as np
import pytest

from m2fp.augmentation.objects import cloth_of, garment_table, outline, put_objects
from m2fp.datasets import LabelledPhoto
from m2fp.labels import get_scheme

COAT = 7
SIZE = (120, 160)
GARMENTS = garment_table(get_scheme("cihp"))


def somebody_everywhere() -> LabelledPhoto:
    return LabelledPhoto(
        np.full((*SIZE, 3), 200, np.uint8),
        np.full(SIZE, COAT, np.uint8),
        np.ones(SIZE, np.uint16),
    )


@pytest.mark.parametrize("seed", range(8))
def test_nobody_is_where_an_object_is_and_all_else_is_as_it_was(seed: int) -> None:
    photo = somebody_everywhere()
    black = np.zeros((*SIZE, 3), np.uint8)
    covered = put_objects(photo, black, None, np.random.default_rng(seed))
    hidden = covered.humans == 0
    assert hidden.any()
    assert not hidden.all()
    assert (covered.categories == np.where(hidden, 0, COAT)).all()
    deep, far = (covered.pixels == 0).all(axis=2), (covered.pixels == 200).all(axis=2)
    assert hidden[deep].all()
    assert not hidden[far].any()
    assert (photo.humans == 1).all()


def test_a_third_of_the_objects_are_of_cloth() -> None:
    red = np.zeros((10, 12, 3), np.uint8)
    red[..., 0] = 250
    black = np.zeros((*SIZE, 3), np.uint8)
    rng = np.random.default_rng(5)
    seen = [put_objects(somebody_everywhere(), black, red, rng) for _ in range(60)]
    with_red = sum(
        bool(((photo.pixels[..., 0] > 60) & (photo.pixels[..., 1] < 10)).any()) for photo in seen
    )
    assert 15 < with_red < 45


@pytest.mark.parametrize("seed", range(20))
def test_objects_are_at_most_half_the_diagonal_from_end_to_end(seed: int) -> None:
    rows, columns = np.nonzero(outline((300, 400), np.random.default_rng(seed)))
    assert np.hypot(np.ptp(rows), np.ptp(columns)) <= 0.51 * 500


def test_cloth_comes_from_inside_garments() -> None:
    photo = somebody_everywhere()
    photo.categories[:] = 0
    photo.categories[20:70, 30:90] = COAT
    photo.pixels[20:70, 30:90] = (9, 9, 9)
    for seed in range(20):
        cloth = cloth_of(photo, GARMENTS, np.random.default_rng(seed))
        assert cloth is None or (cloth == 9).mean() > 0.8


def test_there_is_no_cloth_where_nobody_wears_any() -> None:
    photo = somebody_everywhere()
    photo.categories[:] = get_scheme("cihp").names.index("face")
    assert cloth_of(photo, GARMENTS, np.random.default_rng(1)) is None
