"""Stage measurement on the fake model."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PIL import Image
from tests.fake_model import LONG_SIDE, SHORT_SIDE, FakePerson, build_fake_model, draw_people

from m2fp.benchmark import StagePlan, StageReport, StageTimes, measure_here, measure_stages
from m2fp.benchmark.memory import peak_bytes, resident_bytes, status_bytes
from m2fp.errors import ConfigError, InferenceFailed, ModelNotFound, SourceNotFound

STAGES = ["decode", "preprocess", "inference", "postprocess", "total"]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "people.png"
    Image.fromarray(draw_people((SHORT_SIDE, LONG_SIDE), [FakePerson(1, 8, 8, 40, 80)])[0]).save(
        path
    )
    return path


def report() -> StageReport:
    stages = {name: StageTimes(0.0125, 0.010, 0.5) for name in STAGES}
    return StageReport(
        "m2fp-lite", "int8", "onnxruntime", 1, 1024, 768, 2, 20, 0.2, 0.3, stages, 90_000_000, None
    )


def test_measures_every_stage(photo: Path, fake_model: Path) -> None:
    found = measure_here(StagePlan(photo, fake_model, threads=1, runs=3))
    assert list(found.stages) == STAGES
    assert (found.model, found.threads, found.persons, found.runs) == ("fake", 1, 1, 3)
    assert (found.height, found.width) == (SHORT_SIDE, LONG_SIDE)
    for times in found.stages.values():
        assert 0 < times.fastest_s <= times.median_s <= times.slowest_s
    assert json.loads(json.dumps(found.to_dict()))["stages"]["total"]["median_s"] > 0


def test_a_process_of_its_own_is_smaller_than_this_one(photo: Path, fake_model: Path) -> None:
    found = measure_stages(StagePlan(photo, fake_model, threads=1, runs=1, warm_up=1))
    assert found.model == "fake"
    if sys.platform == "linux":
        assert found.loaded_bytes is not None
        assert found.peak_bytes is not None
        assert 10_000_000 < found.loaded_bytes <= found.peak_bytes < 500_000_000


def test_errors_are_found_before_and_in_the_process(
    photo: Path, fake_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelNotFound):
        measure_stages(StagePlan(photo, "no-such-model"))
    with pytest.raises(SourceNotFound):
        measure_stages(StagePlan(tmp_path / "none.jpg", fake_model))
    plain = build_fake_model(tmp_path / "plain.onnx", metadata="")
    with pytest.raises(InferenceFailed, match="without m2fp metadata"):
        measure_stages(StagePlan(photo, plain))


@pytest.mark.parametrize("option", ["runs", "warm_up"])
def test_plan_ranges(option: str) -> None:
    with pytest.raises(ConfigError, match=option):
        StagePlan(Path("x.jpg"), **{option: 0})  # type: ignore[arg-type]


def test_text() -> None:
    lines = report().to_text().splitlines()
    assert lines[0] == (
        "m2fp-lite (int8), onnxruntime, 1 thread, 1024 x 768 pixels, 2 persons, 20 runs"
    )
    assert lines[3].split() == ["decode", "12.5", "10.0", "500.0"]
    assert len({len(line) for line in lines[2:8]}) == 1
    assert lines[-1] == "load 200.0 ms, first photo 300.0 ms, memory 90 MB loaded, unknown peak"


def test_markdown() -> None:
    lines = report().to_markdown().splitlines()
    assert lines[4] == "| decode | 12.5 | 10.0 | 500.0 |"
    assert all(line.count("|") == 5 for line in lines[2:9])


def test_status_fields() -> None:
    status = "Name:\tpython\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n"
    assert status_bytes(status, "VmHWM") == 2_097_152
    assert status_bytes(status, "VmRSS") == 1_048_576
    assert status_bytes(status, "VmSwap") is None
    assert status_bytes("", "VmRSS") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not say")
def test_this_process_has_a_peak() -> None:
    peak, now = peak_bytes(), resident_bytes()
    assert peak is not None
    assert peak > 1_000_000
    assert now is None or now <= peak * 1.1
