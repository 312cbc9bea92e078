"""`m2fp convert`: what it shows of a checkpoint, and how it ends when there is none to convert."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.checkpoints.official_layouts import official_state, sized_for, write_checkpoint
from tests.checkpoints.random_network import SMALL
from typer.testing import CliRunner, Result

from m2fp.checkpoints import load_model
from m2fp.cli.app import build_app
from m2fp.model import M2FP


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build_app(), [str(word) for word in arguments])


@pytest.fixture
def model() -> M2FP:
    """A network whose values do not matter."""
    return M2FP(sized_for("detectron2-lip", SMALL))


def test_what_was_recognised(model: M2FP, tmp_path: Path) -> None:
    source = write_checkpoint("detectron2-lip", model, tmp_path)
    output = tmp_path / "lip.safetensors"
    done = run("convert", source, "-o", output, "--name", "mine")
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{output}\n"
    for text in (
        "in 'model', FrozenBatchNorm",
        "beside it: optimizer, scheduler, iteration",
        "resnet50, encoder of 2 layers, decoder of 4 layers, 20 queries; 24.1 million parameters",
        "8 and 8, the official number",
        "lip, 20 classes",
        "fitted into 384 x 512 pixels",
        "non-commercial",
        "written    mine, 413 tensors, sha256 ",
        f"next: m2fp export {output} -o {tmp_path / 'lip.onnx'}",
    ):
        assert text in done.stderr
    _, info = load_model(output)
    assert info.sha256 in done.stderr


def test_a_doubtful_configuration_is_told(model: M2FP, tmp_path: Path) -> None:
    state = {f"module.{name}": tensor for name, tensor in official_state(model).items()}
    torch.save(state, tmp_path / "model.pth")
    (tmp_path / "configuration.json").write_text("{")
    done = run("convert", tmp_path / "model.pth", "-o", tmp_path / "m.safetensors")
    assert done.exit_code == 0
    assert "bare tensors, FrozenBatchNorm, names begin with 'module.'" in done.stderr
    assert "warning[configuration]: " in done.stderr
    assert "configuration.json was ignored" in done.stderr


def test_what_cannot_be_converted(tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    torch.save({"model": {"fc.weight": torch.ones(2)}}, tmp_path / "other.pth")
    torch.save({"model": tmp_path}, tmp_path / "code.pth")
    for arguments, code, status in (
        (("other.pth", "-o", output), "incompatible_model", 3),
        (("code.pth", "-o", output), "unsafe_checkpoint", 3),
        (("absent.pth", "-o", output), "model_not_found", 2),
        (("", "-o", output), "model_not_found", 2),  # a folder with other files
        (("other.pth", "-o", tmp_path / "m.onnx"), "config_error", 2),
    ):
        done = run("convert", tmp_path / arguments[0], *arguments[1:])
        assert done.exit_code == status
        assert done.stderr.startswith(f"error[{code}]: ")
        assert done.stdout == ""
    assert not output.exists()


def test_export_takes_converted_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import m2fp.export as exporting

    def export_converted(source: Path, output: Path) -> None:
        assert source == tmp_path / "m.safetensors"
        output.write_bytes(b"x" * 2_000)

    monkeypatch.setattr(exporting, "export_converted", export_converted)
    done = run("export", tmp_path / "m.safetensors", "-o", tmp_path / "x.onnx")
    assert done.exit_code == 0
    assert done.stdout == f"{tmp_path / 'x.onnx'}\n"
    (tmp_path / "recipe.toml").write_text('name = "tiny"\nsteps = 4\nbatch = 1\n')
    recipe = ("--recipe", tmp_path / "recipe.toml")
    done = run("export", tmp_path / "m.safetensors", "-o", tmp_path / "x.onnx", *recipe)
    assert done.exit_code == 2
    assert "--recipe is for training checkpoints" in done.stderr
