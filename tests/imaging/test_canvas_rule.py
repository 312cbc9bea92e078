"""Canvas rules: sizes, places, and the way through JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m2fp.errors import ConfigError
from m2fp.imaging import AnyRule, CanvasRule, InputRule, rule_from_dict

RULE = CanvasRule()
sides = st.integers(1, 8000)


@pytest.mark.parametrize(
    ("photo", "content", "origin"),
    [
        ((1024, 768), (512, 384), (0, 0)),
        ((768, 1024), (288, 384), (112, 0)),
        ((1000, 1000), (384, 384), (64, 0)),  # a square used to crash
        ((385, 385), (384, 384), (64, 0)),
        ((384, 384), (384, 384), (64, 0)),
        ((512, 383), (512, 383), (0, 0)),  # one column of padding, on the right
        ((300, 200), (300, 200), (106, 92)),  # never enlarged
        ((301, 201), (301, 201), (105, 91)),  # the odd pixel goes right and below
        ((20, 8000), (1, 384), (255, 0)),
    ],
)
def test_places(photo: tuple[int, int], content: tuple[int, int], origin: tuple[int, int]) -> None:
    assert RULE.content_size(*photo) == content
    assert RULE.origin(*photo) == origin
    assert RULE.padded_size(*photo) == (512, 384)


@given(sides, sides)
def test_every_photo_lies_inside_in_the_middle_and_in_proportion(height: int, width: int) -> None:
    content_h, content_w = RULE.content_size(height, width)
    top, left = RULE.origin(height, width)
    below, right = 512 - content_h - top, 384 - content_w - left
    assert 1 <= content_h <= height
    assert 1 <= content_w <= width
    assert 0 <= below - top <= 1
    assert 0 <= right - left <= 1
    if (content_h, content_w) != (height, width):
        assert content_h == 512 or content_w == 384
        assert abs(content_h * width - content_w * height) <= 0.5 * max(height, width) + 1 or (
            min(content_h, content_w) == 1
        )


@pytest.mark.parametrize(
    "rule", [RULE, CanvasRule(64, 96, 7, (0.5, 1.0, 2.0), (3.0, 4.0, 5.0)), InputRule(640, 1333)]
)
def test_json_round_trip(rule: AnyRule) -> None:
    assert rule_from_dict(json.loads(json.dumps(rule.to_dict()))) == rule


def test_without_a_kind_it_is_a_rule_for_the_short_side() -> None:
    data = InputRule(384, 512).to_dict()
    del data["kind"]
    assert rule_from_dict(data) == InputRule(384, 512)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "round"},
        {"kind": None},
        {"kind": "short-side"},
        {"height": 500},
        {"width": 0},
        {"width": 384.0},
        {"fill": 256},
        {"fill": -1},
        {"fill": True},
        {"std": [1, 0, 1]},
        {"short_side": 384},
    ],
)
def test_bad_rules_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        rule_from_dict(RULE.to_dict() | change)


def test_a_missing_key_is_named() -> None:
    data = RULE.to_dict()
    del data["fill"]
    with pytest.raises(ConfigError, match="fill"):
        rule_from_dict(data)
