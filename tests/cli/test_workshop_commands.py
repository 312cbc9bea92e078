"""`m2fp benchmark`, `train` and `export`: the commands around functions tested elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import m2fp.benchmark
from m2fp.benchmark import StagePlan, StageReport, StageTimes
from m2fp.cli.app import build_app

RECIPE = 'name = "tiny"\nsteps = 4\nbatch = 1\n'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build_app(), [str(word) for word in arguments])


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[StagePlan]:
    """Collect what would be measured."""
    seen: list[StagePlan] = []

    def measure(plan: StagePlan) -> StageReport:
        assert plan.photo.is_file()
        seen.append(plan)
        stages = {"total": StageTimes(0.1, 0.1, 0.1)}
        return StageReport("fake", "fp32", "onnxruntime", 1, 64, 48, 2, plan.runs, 0.5, 0.2,
                           stages, None, None)  # fmt: skip

    monkeypatch.setattr(m2fp.benchmark, "measure_stages", measure)
    return seen


def test_benchmark(plans: list[StagePlan], tmp_path: Path) -> None:
    photos = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for photo in photos:
        photo.touch()
    done = run("benchmark", *photos, "--runs", 3, "--threads", 1, "--model", "x.onnx")
    assert done.exit_code == 0
    assert done.stdout.count("100.0") == 6
    assert plans == [StagePlan(photo, "x.onnx", threads=1, runs=3) for photo in photos]


def test_benchmark_formats(plans: list[StagePlan], tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    assert "|---|---:|" in run("benchmark", tmp_path / "a.jpg", "--markdown").stdout
    (report,) = json.loads(run("benchmark", tmp_path / "a.jpg", "--json").stdout)
    assert report["model"] == "fake"


def test_benchmark_draws_a_picture(plans: list[StagePlan]) -> None:
    done = run("benchmark")
    assert done.exit_code == 0
    assert "without people" in done.stderr
    assert not plans[0].photo.exists()


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["train", "x.toml", "--data", "d", "-o", "r"], "m2fp[train]"),
        (["export", "last.pt", "-o", "x.onnx"], "m2fp[train]"),
    ],
)
def test_without_torch(monkeypatch: pytest.MonkeyPatch, arguments: list[str], extra: str) -> None:
    # Another test may have loaded what imports torch at its top.
    for loaded in [name for name in sys.modules if name.startswith("m2fp.export")]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, "torch", None)
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith("error[missing_extra]: ")
    assert extra in done.stderr


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.toml"
    file.write_text(RECIPE)
    training = tmp_path / "data" / "Training"
    training.mkdir(parents=True)
    (training / "train_id.txt").write_text("")
    return file


def pretend(monkeypatch: pytest.MonkeyPatch, *, stop: bool) -> list[dict[str, Any]]:
    """Replace the training loop by one that only reports."""
    from m2fp.train import loop

    calls: list[dict[str, Any]] = []

    def train(
        config: Any, samples: Any, folder: Path, *, progress: Callable[..., None], **options: Any
    ) -> None:
        calls.append(options)
        folder.mkdir()
        with (folder / loop.LOG).open("w") as log:
            for step in range(config.steps):
                score = 0.5 if step == 3 else None
                report = loop.StepReport(step, 9.0 - step, 1.0, 2.0, 3.0, 1e-4, 0.1, score)
                values = {name: getattr(report, name) for name in report.__dataclass_fields__}
                log.write(json.dumps(values) + "\n")
                progress(report)
        if stop:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "train", train)
    return calls


def test_train(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = pretend(monkeypatch, stop=False)
    run_folder = tmp_path / "run"
    done = run("train", recipe, "--data", tmp_path / "data", "-o", run_folder, "--workers", 0)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{run_folder / 'last.pt'}\n"
    assert calls[0]["workers"] == 0
    assert calls[0]["validate"] is None
    assert "step 4: mIoU 50.00 %" in done.stderr
    assert "step 4/4, 0 s left, loss 8.7" in done.stderr
    assert (run_folder / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_train_interrupted(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, stop=True)
    done = run("train", recipe, "--data", tmp_path / "data", "-o", tmp_path / "run")
    assert done.exit_code == 130
    assert "interrupted: the same command goes on from the last checkpoint" in done.stderr


def test_train_without_data(recipe: Path, tmp_path: Path) -> None:
    done = run("train", recipe, "--data", tmp_path / "nothing", "-o", tmp_path / "run")
    assert done.exit_code == 3
    assert done.stderr.startswith("error[data_error]: ")


def test_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import m2fp.export as exporting

    def export_checkpoint(checkpoint: Path, output: Path, recipe: object) -> None:
        assert recipe is None
        assert checkpoint == Path("last.pt")
        output.write_bytes(b"x" * 2_000)

    monkeypatch.setattr(exporting, "export_checkpoint", export_checkpoint)
    done = run("export", "last.pt", "-o", tmp_path / "x.onnx")
    assert done.exit_code == 0
    assert done.stdout == f"{tmp_path / 'x.onnx'}\n"
    assert "2.0 kB; try: m2fp parse photo.jpg --model " in done.stderr
