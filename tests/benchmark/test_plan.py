"""What can be measured."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from m2fp.benchmark import TORCH_REFERENCE, BenchmarkPlan, Contender
from m2fp.errors import ConfigError, EngineUnavailable, MissingExtra

PHOTOS = (Path("x.jpg"),)


@pytest.mark.parametrize("option", ["runs", "warm_up", "threads"])
def test_ranges(option: str) -> None:
    with pytest.raises(ConfigError, match=f"{option} is 0; give 1 or more"):
        BenchmarkPlan(PHOTOS, **{option: 0})  # type: ignore[arg-type]


def test_something_must_be_measured() -> None:
    with pytest.raises(ConfigError, match="no photos"):
        BenchmarkPlan(())
    with pytest.raises(ConfigError, match="no contenders"):
        BenchmarkPlan(PHOTOS, ())


def test_a_contender_takes_part_once() -> None:
    other = Contender("a/x.onnx", "onnxruntime")
    BenchmarkPlan(PHOTOS, (Contender("a/x.onnx"), other))
    with pytest.raises(ConfigError, match=r"x\.onnx, onnxruntime is given twice"):
        BenchmarkPlan(PHOTOS, (other, Contender("a/x.onnx"), other))


def test_engines_are_known() -> None:
    BenchmarkPlan(PHOTOS, (Contender("x.safetensors", TORCH_REFERENCE),))
    with pytest.raises(EngineUnavailable, match="'steam'"):
        BenchmarkPlan(PHOTOS, (Contender("x.onnx", "steam"),))


def test_the_reference_needs_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"m2fp\[export\]"):
        BenchmarkPlan(PHOTOS, (Contender("x.safetensors", TORCH_REFERENCE),))
