"""Larger and smaller inputs of the same photo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m2fp.imaging import AnyRule, CanvasRule, InputRule
from m2fp.imaging.scaled_rule import MOST_PIXELS, ScaledRule

SHORT, CANVAS = InputRule(640, 1333), CanvasRule()
Size = tuple[int, int]

sides = st.integers(16, 6000)


@pytest.mark.parametrize(
    ("rule", "scale", "photo", "content", "padded", "origin"),
    [
        (SHORT, 0.75, (768, 1024), (480, 640), (480, 640), (0, 0)),
        (SHORT, 1.25, (768, 1024), (800, 1066), (800, 1088), (0, 0)),
        (SHORT, 1.1, (100, 50), (1408, 704), (1408, 704), (0, 0)),
        (CANVAS, 1.25, (768, 1024), (360, 480), (640, 480), (140, 0)),
        (CANVAS, 1.1, (768, 1024), (317, 422), (576, 448), (129, 13)),
        # What the canvas leaves as small as it is becomes larger and smaller all the same.
        (CANVAS, 1.25, (100, 50), (125, 63), (640, 480), (257, 208)),
        (CANVAS, 0.25, (100, 50), (25, 13), (128, 96), (51, 41)),
        (InputRule(32, 64), 0.25, (2000, 100), (16, 1), (32, 32), (0, 0)),
    ],
)
def test_sizes(
    rule: AnyRule, scale: float, photo: Size, content: Size, padded: Size, origin: Size
) -> None:
    scaled = ScaledRule(rule, scale)
    assert scaled.content_size(*photo) == content
    assert scaled.padded_size(*photo) == padded
    assert scaled.origin(*photo) == origin
    assert (scaled.mean, scaled.std, scaled.padding) == (rule.mean, rule.std, rule.padding)


@given(sides, sides, st.sampled_from([SHORT, CANVAS, InputRule(384, 512, 64)]))
def test_a_scale_of_one_changes_nothing(height: int, width: int, rule: AnyRule) -> None:
    scaled = ScaledRule(rule, 1.0)
    for name in ("content_size", "padded_size", "origin"):
        assert getattr(scaled, name)(height, width) == getattr(rule, name)(height, width)


@given(sides, sides, st.sampled_from([SHORT, CANVAS]), st.floats(0.25, 4.0))
def test_the_photo_fits_and_keeps_its_proportions(
    height: int, width: int, rule: AnyRule, scale: float
) -> None:
    scaled = ScaledRule(rule, scale)
    content, padded = scaled.content_size(height, width), scaled.padded_size(height, width)
    plain, origin = rule.content_size(height, width), scaled.origin(height, width)
    for side, whole, start in zip(content, padded, origin, strict=True):
        assert 0 <= start <= whole - side
        assert whole % 32 == 0
    factors = [side / before for side, before in zip(content, plain, strict=True)]
    rounding = sum(0.5 / before for before in plain)
    assert max(factors) - min(factors) <= rounding or min(content) == 1
    assert max(factors) <= scale + rounding or min(content) == 1


@pytest.mark.parametrize("photo", [(1000, 1500), (4000, 4000), (64, 64)])
def test_no_input_is_enormous(photo: Size) -> None:
    wide = InputRule(1000, 2000)
    height, width = ScaledRule(wide, 4.0).content_size(*photo)
    assert 0.95 * MOST_PIXELS < height * width <= MOST_PIXELS
    # A rule that asks for more gets it: that is what the model was trained with.
    huge = InputRule(3000, 6000)
    assert ScaledRule(huge, 4.0).content_size(*photo) == huge.content_size(*photo)
    halves = tuple(side // 2 for side in huge.content_size(*photo))
    assert ScaledRule(huge, 0.5).content_size(*photo) == halves
