"""`m2fp train` and `export`: the commands around functions tested elsewhere."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.labelled_photos import standing_person, write_cihp
from typer.testing import CliRunner, Result

from m2fp.cli.app import build_app

_WITH_TORCH = ("m2fp.checkpoints", "m2fp.export")
RECIPE = 'name = "tiny"\nsteps = 4\nbatch = 1\n'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build_app(), [str(word) for word in arguments])


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["train", "x.toml", "--data", "d", "-o", "r"], "m2fp[train]"),
        (["export", "last.pt", "-o", "x.onnx"], "m2fp[export]"),
        (["convert", "x.pth", "-o", "x.safetensors"], "m2fp[export]"),
    ],
)
def test_without_torch(monkeypatch: pytest.MonkeyPatch, arguments: list[str], extra: str) -> None:
    # Another test may have loaded what imports torch at its top.
    for loaded in [name for name in sys.modules if name.startswith(_WITH_TORCH)]:
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
    write_cihp(tmp_path / "data", [standing_person()])
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


def test_train_on_several_sets(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = pretend(monkeypatch, stop=False)
    data = tmp_path / "data"
    (data / "Training" / "scene_id.txt").write_text("0000001\n")
    folders = ("--data", data, "--data", data, "--synthetic", data)
    done = run("train", recipe, *folders, "-o", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert [len(calls[0][name]) for name in ("scenes", "synthetic")] == [2, 1]
    assert " 2 photos" in done.stderr


def test_train_interrupted(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, stop=True)
    done = run("train", recipe, "--data", tmp_path / "data", "-o", tmp_path / "run")
    assert done.exit_code == 130
    assert "interrupted: the same command goes on from the last checkpoint" in done.stderr


def test_train_without_data(recipe: Path, tmp_path: Path) -> None:
    done = run("train", recipe, "--data", tmp_path / "nothing", "-o", tmp_path / "run")
    assert done.exit_code == 3
    assert done.stderr.startswith("error[missing_file]: ")


def test_train_on_labels_of_another_scheme(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = pretend(monkeypatch, stop=False)
    data = (tmp_path / "data").rename(tmp_path / "lip")
    command = ("train", recipe, "--data", data, "-o", tmp_path / "run")
    done = run(*command)
    assert done.exit_code == 3
    assert "scheme lip (layout cihp), and the recipe tiny learns cihp" in done.stderr
    assert calls == []
    assert run(*command, "--scheme", "cihp").exit_code == 0
    assert len(calls) == 1


def test_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import m2fp.export as exporting

    def export_checkpoint(checkpoint: Path, output: Path, recipe: object) -> None:
        assert recipe is None
        assert checkpoint == Path("last.pt")
        output.write_bytes(b"x" * 2_000)

    monkeypatch.setattr(exporting, "export_checkpoint", export_checkpoint)
    output = tmp_path / "new" / "x.onnx"
    done = run("export", "last.pt", "-o", output)
    assert done.exit_code == 0
    assert done.stdout == f"{output}\n"
    assert "2.0 kB; try: m2fp parse photo.jpg --model " in done.stderr


@pytest.mark.parametrize(
    ("source", "output", "says"),
    [
        ("last.pt", "x.safetensors", r"must be called \*.onnx, not 'x.safetensors'"),
        ("mine.onnx", "x.onnx", "mine.onnx is exported already; only --precision int8"),
        ("builtin", "x.onnx", "builtin is exported already"),
    ],
)
def test_what_is_not_exported(source: str, output: str, says: str) -> None:
    done = run("export", source, "-o", output)
    assert done.exit_code == 2
    assert re.match(rf"error\[config_error\]: .*{says}", done.stderr)
