"""Which engine is chosen, and what is said where that is not possible."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.engine.engines import ModelFiles

from m2fp.engine import choose_engine, engine_names, open_engine, selection
from m2fp.engine.selection import LARGE_BYTES
from m2fp.errors import EngineUnavailable, IncompatibleModel, MissingExtra, ModelNotFound

OPENVINO = ("openvino", "openvino-bf16", "openvino-per-size")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(LARGE_BYTES)
    return path


def pretend(monkeypatch: pytest.MonkeyPatch, *, avx512: bool, absent: tuple[str, ...] = ()) -> None:
    """Let the processor be of this kind, and these packages not be installed."""
    monkeypatch.setattr(selection, "has_avx512", lambda: avx512)
    for package in absent:
        monkeypatch.setitem(sys.modules, package, None)


def test_names() -> None:
    assert engine_names() == ("auto", "onnxruntime", *OPENVINO, "torch")


@pytest.mark.parametrize(
    ("avx512", "absent", "name", "reason"),
    [
        (True, (), "openvino", "fastest"),
        (False, (), "onnxruntime", "AVX-512"),
        (True, ("openvino",), "onnxruntime", "not installed"),
        (True, ("numba",), "onnxruntime", "not installed"),
        (True, ("torch",), "openvino", "fastest"),
    ],
)
def test_choice_for_a_large_model(
    large: Path,
    monkeypatch: pytest.MonkeyPatch,
    avx512: bool,
    absent: tuple[str, ...],
    name: str,
    reason: str,
) -> None:
    pretend(monkeypatch, avx512=avx512, absent=absent)
    choice = choose_engine(large)
    assert choice.name == name
    assert reason in choice.reason


def test_choice_for_a_small_model(fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, avx512=True)
    assert choose_engine(fake_model).name == "onnxruntime"
    assert "small" in choose_engine(fake_model).reason


@pytest.mark.parametrize("name", ["weights.safetensors", "WEIGHTS.SAFETENSORS"])
def test_choice_for_weights(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, avx512=True, absent=("torch", "openvino"))
    assert choose_engine(Path(name)).name == "torch"


def test_choosing_imports_no_engine(large: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from m2fp.engine import *\n"
        "choose_engine(Path(sys.argv[1]))\n"
        "for name in engine_names(): check_engine_name(name)\n"
        "print({'openvino', 'onnxruntime', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(large)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", ["auto", "onnxruntime", "openvino"])
def test_open_onnx(fake_model: Path, name: str) -> None:
    engine = open_engine(name, fake_model, threads=1)
    assert engine.info.name == "fake"
    assert engine.name == ("onnxruntime" if name == "auto" else name)


@pytest.mark.parametrize("name", ["auto", "torch"])
def test_open_weights(models: ModelFiles, name: str) -> None:
    assert open_engine(name, models.good["safetensors"], threads=1).name == "torch"


@pytest.mark.parametrize("name", ["onnxruntime", *OPENVINO])
def test_weights_need_torch(models: ModelFiles, name: str) -> None:
    with pytest.raises(IncompatibleModel, match="`m2fp export` makes an ONNX file"):
        open_engine(name, models.good["safetensors"], threads=1)


def test_torch_needs_weights(fake_model: Path) -> None:
    with pytest.raises(IncompatibleModel, match="made by `m2fp convert`"):
        open_engine("torch", fake_model, threads=1)


@pytest.mark.parametrize("name", engine_names())
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelNotFound):
        open_engine(name, tmp_path / f"none.{'safetensors' if name == 'torch' else 'onnx'}")


def test_unknown_engine(fake_model: Path) -> None:
    with pytest.raises(EngineUnavailable, match="auto, onnxruntime, openvino"):
        open_engine("tensorflow", fake_model)


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("openvino", "openvino", "openvino"),
        ("openvino-bf16", "openvino", "openvino"),
        ("openvino-per-size", "numba", "openvino"),
        ("torch", "torch", "export"),
        ("torch", "safetensors", "export"),
    ],
)
def test_an_engine_that_is_not_installed(
    fake_model: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=f"The engine {name} needs") as caught:
        open_engine(name, fake_model)
    assert caught.value.extra == extra
