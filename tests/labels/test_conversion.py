"""Masks of one scheme become masks of another by name, never by id."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.errors import ConfigError
from m2fp.labels import conversion, get_scheme, scheme_names


def test_cihp_to_ccp14_row_by_row() -> None:
    table = conversion("cihp", "ccp14").table
    want = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 10, 10, 10, 10, 10, 13, 13]
    assert table[:20].tolist() == want
    assert (table[20:] == 255).all()
    assert table.dtype == np.uint8
    assert not table.flags.writeable


def test_the_loss_is_told() -> None:
    merged = conversion("cihp", "ccp14")
    assert not merged.lossless
    assert merged.loss == (
        "torso-skin + face + left-arm + right-arm + left-leg + right-leg -> skin; "
        "left-shoe + right-shoe -> shoes"
    )


@pytest.mark.parametrize("name", scheme_names())
def test_a_scheme_to_itself_changes_nothing(name: str) -> None:
    same = conversion(name, name)
    count = get_scheme(name).num_parts_and_background
    assert same.lossless
    assert same.loss == ""
    assert same.table[:count].tolist() == list(range(count))
    assert same.table[255] == 255


def test_schp_numbers_the_parts_of_pascal_in_another_order() -> None:
    to_ours, back = conversion("ppp-schp", "ppp"), conversion("ppp", "ppp-schp")
    assert to_ours.table[:7].tolist() == [0, 2, 4, 6, 1, 3, 5]
    assert to_ours.lossless
    np.testing.assert_array_equal(back.table[to_ours.table[:7]], np.arange(7))


def test_atr_is_mhp_v1_without_torso_skin() -> None:
    assert conversion("atr", "mhp-v1").table[:18].tolist() == list(range(18))
    with pytest.raises(ConfigError, match="no place for torso-skin"):
        conversion("mhp-v1", "atr")


def test_jumpsuits_do_not_become_skin() -> None:
    with pytest.raises(ConfigError, match="no place for jumpsuits"):
        conversion("lip", "cihp")
