"""Input rules: sizes, and the way through JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m2fp.errors import ConfigError
from m2fp.imaging import InputRule

RULE = InputRule(short_side=384, long_side=512)


@pytest.mark.parametrize(
    ("photo", "content", "padded"),
    [
        ((768, 1024), (384, 512), (384, 512)),
        ((4000, 6000), (341, 512), (352, 512)),
        ((1024, 768), (512, 384), (512, 384)),
        ((100, 100), (384, 384), (384, 384)),
        ((16, 320), (26, 512), (32, 512)),
    ],
)
def test_sizes(photo: tuple[int, int], content: tuple[int, int], padded: tuple[int, int]) -> None:
    assert RULE.content_size(*photo) == content
    assert RULE.padded_size(*photo) == padded


@pytest.mark.parametrize(
    ("photo", "content", "padded"),
    [
        ((768, 1024), (640, 853), (640, 864)),
        ((1024, 768), (853, 640), (864, 640)),
        ((3000, 4000), (640, 853), (640, 864)),
        ((1000, 3000), (444, 1333), (448, 1344)),  # the long side is the limit
        ((1280, 1281), (640, 641), (640, 672)),  # 640.5 rounded up
        ((500, 500), (640, 640), (640, 640)),
    ],
)
def test_sizes_of_the_official_multi_person_models(
    photo: tuple[int, int], content: tuple[int, int], padded: tuple[int, int]
) -> None:
    rule = InputRule(640, 1333)
    assert rule.content_size(*photo) == content
    assert rule.padded_size(*photo) == padded
    assert rule.origin(*photo) == (0, 0)


@given(st.integers(16, 8000), st.integers(16, 8000), st.sampled_from([1, 32, 64]))
def test_sizes_keep_their_bounds(height: int, width: int, multiple: int) -> None:
    rule = InputRule(384, 512, multiple)
    content_h, content_w = rule.content_size(height, width)
    padded_h, padded_w = rule.padded_size(height, width)
    assert max(content_h, content_w) <= 512
    assert min(content_h, content_w) <= 384
    assert padded_h % multiple == padded_w % multiple == 0
    assert 0 <= padded_h - content_h < multiple
    assert 0 <= padded_w - content_w < multiple


def test_json_round_trip() -> None:
    rule = InputRule(512, 640, 64, (0.5, 1.0, 2.0), (3.0, 4.0, 5.0))
    assert InputRule.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule


@pytest.mark.parametrize(
    "change",
    [
        {"short_side": 0},
        {"short_side": 600},
        {"short_side": 1.5},
        {"long_side": True},
        {"multiple": 0},
        {"mean": [1, 2]},
        {"mean": [1, 2, float("nan")]},
        {"mean": "abc"},
        {"std": [1, 0, 1]},
        {"std": [1, "2", 1]},
        {"size": 1},
        {"kind": "canvas"},
    ],
)
def test_bad_rules_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        InputRule.from_dict(RULE.to_dict() | change)


def test_a_missing_key_is_named() -> None:
    data = RULE.to_dict()
    del data["std"]
    with pytest.raises(ConfigError, match="std"):
        InputRule.from_dict(data)
