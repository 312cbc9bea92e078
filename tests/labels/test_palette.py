"""Parts can be told apart by their colours, with usual and with colour-blind vision."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from m2fp.labels import get_scheme

RECIPE = Path(__file__).resolve().parents[2] / "recipes" / "palette" / "colour_vision.py"


@pytest.fixture(scope="module")
def vision() -> ModuleType:
    spec = importlib.util.spec_from_file_location("colour_vision", RECIPE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_ciede2000_matches_the_published_pairs(
    vision: ModuleType,
    first: tuple[float, float, float],
    second: tuple[float, float, float],
    difference: float,
) -> None:
    found = vision.ciede2000(np.array(first, dtype=float), np.array(second, dtype=float))
    assert float(found) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "normal", "colour_blind"),
    [
        ("cihp", 15.0, 10.0),
        ("lip", 15.0, 10.0),
        ("atr", 15.0, 10.0),
        ("mhp-v1", 15.0, 10.0),
        ("ppp", 15.0, 10.0),
        ("ppp-schp", 15.0, 10.0),
        ("ccp14", 15.0, 10.0),
        ("mhp-v2", 9.0, 5.5),  # 58 parts: more than any palette can keep far apart
    ],
)
def test_smallest_difference(
    vision: ModuleType, name: str, normal: float, colour_blind: float
) -> None:
    colours = np.array([label.colour for label in get_scheme(name).labels], dtype=float)
    assert vision.least_difference(colours, "normal") >= normal
    assert vision.least_difference(colours, "protan") >= colour_blind
    assert vision.least_difference(colours, "deutan") >= colour_blind


@pytest.mark.parametrize("name", ["cihp", "lip", "atr", "mhp-v1", "mhp-v2"])
def test_left_is_light_and_right_is_dark(vision: ModuleType, name: str) -> None:
    scheme = get_scheme(name)
    for left, right in scheme.flip_pairs:
        light = vision.lab(np.array(scheme.labels[left].colour, dtype=float))
        dark = vision.lab(np.array(scheme.labels[right].colour, dtype=float))
        assert light[0] - dark[0] > 20
        turn = np.degrees(np.arctan2(light[2], light[1]) - np.arctan2(dark[2], dark[1]))
        assert abs((turn + 180) % 360 - 180) < 5


def test_a_part_keeps_its_colour_in_every_small_scheme() -> None:
    cihp = {label.name: label.colour for label in get_scheme("cihp").labels}
    for name in ("lip", "atr", "mhp-v1", "ccp14"):
        for label in get_scheme(name).labels:
            assert cihp.get(label.name, label.colour) == label.colour
