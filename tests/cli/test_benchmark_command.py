"""`m2fp benchmark`: options become a plan, a report becomes output; and one real run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

import m2fp.benchmark
from m2fp.benchmark import (
    TORCH_REFERENCE,
    BenchmarkPlan,
    BenchmarkReport,
    Contender,
    Observer,
    PhotoReport,
    Row,
    StageTimes,
)
from m2fp.benchmark.report import STAGES
from m2fp.cli.app import build_app
from m2fp.imaging import IntakeLimits

TIMES = dict.fromkeys(STAGES, StageTimes(0.1, 0.1, 0.1))
ROW = Row("fake fp32, ort", "fake", "fp32", "ort", 2, TIMES, 1.0, 0.5, 0.2, None, None)


def run(*arguments: object, environment: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(
        build_app(), ["benchmark", *map(str, arguments)], env=environment or {}
    )


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[BenchmarkPlan]:
    """Collect what would be measured."""
    seen: list[BenchmarkPlan] = []

    def measure(plan: BenchmarkPlan, _: Observer) -> BenchmarkReport:
        assert all(photo.is_file() for photo in plan.photos)
        seen.append(plan)
        photos = (PhotoReport(photo.name, 64, 48, ROW.name, (ROW,)) for photo in plan.photos)
        return BenchmarkReport(1, plan.runs, tuple(photos))

    monkeypatch.setattr(m2fp.benchmark, "run_benchmark", measure)
    return seen


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.new("RGB", (64, 48)).save(path)
    return path


def test_one_model(plans: list[BenchmarkPlan], photo: Path) -> None:
    done = run(photo, "--runs", 3, "--threads", 1, "--model", "x.onnx")
    assert done.exit_code == 0, done.output
    assert plans == [BenchmarkPlan((photo,), (Contender("x.onnx"),), threads=1, runs=3)]


def test_every_model_with_every_engine(plans: list[BenchmarkPlan], photo: Path) -> None:
    models, engines = ("-m", "a.onnx", "-m", "b.onnx"), ("--engine", "auto", "--engine", "torch")
    done = run(photo, *models, *engines, "--torch-reference", "c.safetensors")
    assert done.exit_code == 0, done.output
    assert plans[0].contenders == (
        Contender("c.safetensors", TORCH_REFERENCE),
        Contender("a.onnx", "auto"),
        Contender("a.onnx", "torch"),
        Contender("b.onnx", "auto"),
        Contender("b.onnx", "torch"),
    )


def test_settings_count(plans: list[BenchmarkPlan], photo: Path) -> None:
    environment = {
        "M2FP_MODEL": "mine.onnx",
        "M2FP_ENGINE": "onnxruntime",
        "M2FP_THREADS": "3",
        "M2FP_LIMITS__MAX_PIXELS": "77",
        "M2FP_CACHE_DIR": str(photo.parent),
    }
    assert run(photo, environment=environment).exit_code == 0
    assert plans[0].contenders == (Contender("mine.onnx", "onnxruntime"),)
    assert (plans[0].threads, plans[0].cache_dir) == (3, photo.parent)
    assert plans[0].limits == IntakeLimits(max_pixels=77)


def test_formats(plans: list[BenchmarkPlan], photo: Path) -> None:
    assert "| fake fp32, ort | 100.0 |" in run(photo, "--markdown").stdout
    document = json.loads(run(photo, "--json").stdout)
    assert document["photos"][0]["rows"][0]["model"] == "fake"
    assert run(photo, photo).stdout.count("fake fp32, ort   100.0") == 2
    assert run(photo, "--json", "--markdown").exit_code == 2


def test_a_picture_is_drawn(plans: list[BenchmarkPlan]) -> None:
    done = run()
    assert done.exit_code == 0, done.output
    assert "without people" in done.stderr
    assert not plans[0].photos[0].exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none.jpg"], 3, "error[source_not_found]: "),
        (["--model", "no-such-model"], 2, "error[model_not_found]: "),
        (["--engine", "steam"], 2, "error[config_error]: --engine is 'steam'"),
        (["-m", "x", "-m", "x"], 2, "error[config_error]: x, auto is given twice"),
    ],
)
def test_mistakes(photo: Path, arguments: list[str], code: int, message: str) -> None:
    done = run(*(arguments if arguments == ["none.jpg"] else [photo, *arguments]))
    assert message in done.stderr
    assert done.exit_code == code


def test_a_real_run(photo: Path, fake_model: Path) -> None:
    engine = ("--engine", "onnxruntime")
    done = run(photo, "-m", fake_model, *engine, "--runs", 2, "--threads", 1, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["runs"] == 2
    (row,) = document["photos"][0]["rows"]
    assert (row["name"], row["persons"]) == ("fake fp32, onnxruntime", 0)
    assert row["stages"]["total"]["median_s"] > 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_ctrl_c_ends_all_processes(fake_model: Path) -> None:
    command = [sys.executable, "-m", "m2fp", "benchmark", "-m", str(fake_model), "--runs", "9999"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stderr is not None
        assert b"no photo given" in process.stderr.readline()
        time.sleep(1.0)  # long enough to start, far too short to finish
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        # It ends when the last process that could write has ended.
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (output, errors) == (b"", b"interrupted\n")
