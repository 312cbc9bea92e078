"""The ONNX Runtime engine on the fake model, and on files that are not models."""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from tests.fake_model import build_fake_model

from m2fp.engine import engine_names, open_engine
from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.errors import (
    ChecksumMismatch,
    ConfigError,
    EngineError,
    EngineUnavailable,
    IncompatibleModel,
    InferenceFailed,
    ModelNotFound,
)


def test_reads_what_the_file_says_about_itself(fake_model: Path) -> None:
    engine = OnnxEngine(fake_model, 1)
    assert engine.name == "onnxruntime"
    assert (engine.info.name, engine.info.scheme.name) == ("fake", "cihp")
    assert engine.info.sha256 == hashlib.sha256(fake_model.read_bytes()).hexdigest()


def test_shapes_and_types(fake_model: Path) -> None:
    for height, width in [(32, 64), (96, 128)]:
        output = OnnxEngine(fake_model, 1).run(np.zeros((1, 3, height, width), np.float32))
        queries = output.class_logits.shape[0]
        assert output.class_logits.shape == (queries, 22)
        assert output.mask_logits.shape == (queries, height // 4, width // 4)
        assert output.class_logits.dtype == output.mask_logits.dtype == np.float32


def test_runs_from_several_threads(fake_model: Path) -> None:
    engine = OnnxEngine(fake_model, 1)
    inputs = [np.full((1, 3, 32, 32), value / 8, np.float32) for value in range(8)]
    expected = [engine.run(tensor).mask_logits for tensor in inputs]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda tensor: engine.run(tensor).mask_logits, inputs))
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_closing_twice_is_fine_and_running_afterwards_is_an_error(fake_model: Path) -> None:
    engine = OnnxEngine(fake_model, 1)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.run(np.zeros((1, 3, 32, 32), np.float32))


def test_a_wrong_input_is_an_inference_error(fake_model: Path) -> None:
    with pytest.raises(InferenceFailed):
        OnnxEngine(fake_model, 1).run(np.zeros((1, 5, 32, 32), np.float32))


def test_threads_below_one_are_refused(fake_model: Path) -> None:
    with pytest.raises(ConfigError, match="1 or more"):
        OnnxEngine(fake_model, 0)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"none\.onnx"):
        OnnxEngine(tmp_path / "none.onnx")


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x89PNG\r\n\x1a\n" + bytes(100)])
def test_a_file_that_is_not_onnx(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.onnx"
    path.write_bytes(content)
    with pytest.raises(IncompatibleModel, match="m2fp export"):
        OnnxEngine(path, 1)


def test_a_truncated_model(tmp_path: Path, fake_model: Path) -> None:
    path = tmp_path / "half.onnx"
    path.write_bytes(fake_model.read_bytes()[:700])
    with pytest.raises(IncompatibleModel):
        OnnxEngine(path, 1)


def test_a_model_without_metadata(tmp_path: Path) -> None:
    path = build_fake_model(tmp_path / "plain.onnx", metadata="")
    with pytest.raises(IncompatibleModel, match="without m2fp metadata"):
        OnnxEngine(path, 1)


def test_a_model_with_other_outputs(tmp_path: Path, fake_model: Path) -> None:
    model = onnx.load(fake_model)
    model.graph.output[1].name = "raw_masks"
    path = tmp_path / "other.onnx"
    onnx.save(model, path)
    with pytest.raises(IncompatibleModel, match="raw_masks"):
        OnnxEngine(path, 1)


def test_a_changed_file_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "changed.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ChecksumMismatch) as caught:
        OnnxEngine(path, 1, expected_sha256="0" * 64)
    assert caught.value.expected == "0" * 64
    assert caught.value.actual == hashlib.sha256(b"not a model").hexdigest()


@pytest.mark.parametrize("name", engine_names())
def test_open_engine(fake_model: Path, name: str) -> None:
    assert open_engine(name, fake_model, threads=1).info.name == "fake"


def test_without_onnxruntime(fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngineUnavailable, match="pip install onnxruntime"):
        OnnxEngine(fake_model, 1)


def test_unknown_engine(fake_model: Path) -> None:
    with pytest.raises(EngineUnavailable, match="auto, onnxruntime"):
        open_engine("tensorflow", fake_model)
