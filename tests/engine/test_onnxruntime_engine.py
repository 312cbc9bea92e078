"""What is particular to ONNX Runtime; what it shares with other engines is in test_conformance."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from tests.engine.engines import build_rigid_model

from m2fp.engine import onnxruntime_engine
from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.errors import EngineUnavailable, IncompatibleModel, InferenceFailed, ModelError


def test_a_model_with_other_outputs(tmp_path: Path, fake_model: Path) -> None:
    model = onnx.load(fake_model)
    model.graph.output[1].name = "raw_masks"
    path = tmp_path / "other.onnx"
    onnx.save(model, path)
    with pytest.raises(IncompatibleModel, match="raw_masks"):
        OnnxEngine(path, 1)


def test_an_input_that_the_graph_cannot_take(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = OnnxEngine(build_rigid_model(tmp_path / "rigid.onnx"), 1)
    with pytest.raises(InferenceFailed, match="64 x 64 pixels"):
        engine.run(np.zeros((1, 3, 64, 64), np.float32))
    assert capfd.readouterr() == ("", "")


def test_without_onnxruntime(fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngineUnavailable, match="pip install onnxruntime"):
        OnnxEngine(fake_model, 1)


@pytest.mark.parametrize(("spin", "entry"), [(True, "1"), (False, "0")])
def test_options(fake_model: Path, monkeypatch: pytest.MonkeyPatch, spin: bool, entry: str) -> None:
    seen: list[onnxruntime.SessionOptions] = []
    original = onnxruntime.InferenceSession

    def watch(
        path: str,
        options: onnxruntime.SessionOptions,
        providers: list[object],
        disabled_optimizers: list[str],
    ) -> onnxruntime.InferenceSession:
        seen.append(options)
        assert disabled_optimizers == ["SkipLayerNormFusion"]
        return original(path, options, providers, disabled_optimizers=disabled_optimizers)

    monkeypatch.setattr(onnxruntime, "InferenceSession", watch)
    OnnxEngine(fake_model, 3, spin=spin)
    (options,) = seen
    assert options.intra_op_num_threads == 3
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == entry


def test_a_file_that_changes_while_it_is_loaded(
    fake_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(fake_model.read_bytes())
    original = onnxruntime_engine.give_back_memory

    def write_meanwhile() -> bool:
        path.write_bytes(b"something else")
        return original()

    monkeypatch.setattr(onnxruntime_engine, "give_back_memory", write_meanwhile)
    with pytest.raises(ModelError, match="changed while it was in use"):
        OnnxEngine(path, 1)


_RUN = """
import os, sys
from m2fp.engine.onnxruntime_engine import OnnxEngine

before = dict(os.environ)
OnnxEngine(sys.argv[1], 1)
assert dict(os.environ) == before
"""


def test_nothing_is_written_and_the_environment_is_as_before(
    fake_model: Path, tmp_path: Path
) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    home = {"HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "USERPROFILE": str(tmp_path)}
    for more in ({}, {"ORT_DISABLE_TELEMETRY": "0"}):
        subprocess.run(
            [sys.executable, "-c", _RUN, str(fake_model)], env=kept | home | more, check=True
        )
    assert list(tmp_path.iterdir()) == []
