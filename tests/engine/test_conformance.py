"""What every engine promises, tried on every engine."""

from __future__ import annotations

import gc
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.engine.engines import CASES, ONNX_CASES, EngineCase, ModelFiles

from m2fp.cancellation import Cancellation
from m2fp.engine import Engine, QueryPredictions
from m2fp.errors import (
    Cancelled,
    ChecksumMismatch,
    ConfigError,
    EngineError,
    IncompatibleModel,
    InferenceFailed,
    ModelNotFound,
)
from m2fp.export.sensitivity import class_map
from m2fp.imaging import prepare, read_photo
from m2fp.registry import resolve

every_engine = pytest.mark.parametrize("case", CASES, ids=str)
EXAMPLE = Path(__file__).parents[2] / "examples" / "group.jpg"
SIZES = [(64, 96), (96, 64), (64, 64)]


def noise(size: tuple[int, int], seed: int = 0) -> npt.NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((1, 3, *size), dtype=np.float32)


def open_good(case: EngineCase, models: ModelFiles) -> Engine:
    return case.open(models.good[case.reads], 1, None)


def assert_same(found: QueryPredictions, expected: QueryPredictions) -> None:
    np.testing.assert_array_equal(found.class_logits, expected.class_logits)
    np.testing.assert_array_equal(found.mask_logits, expected.mask_logits)


@every_engine
def test_it_tells_what_the_file_says_about_itself(case: EngineCase, models: ModelFiles) -> None:
    engine = open_good(case, models)
    content = models.good[case.reads].read_bytes()
    assert engine.name == case.name
    assert (engine.info.name, engine.info.scheme.name) == ("fake", "cihp")
    assert engine.info.sha256 == hashlib.sha256(content).hexdigest()


@every_engine
def test_shapes_and_types(case: EngineCase, models: ModelFiles) -> None:
    engine = open_good(case, models)
    for height, width in SIZES:
        output = engine.run(noise((height, width)))
        queries = len(output.class_logits)
        assert queries > 1
        assert output.class_logits.shape == (queries, 22)
        assert output.mask_logits.shape == (queries, height // 4, width // 4)
        assert output.class_logits.dtype == output.mask_logits.dtype == np.float32
        assert np.ptp(output.mask_logits) > 0


@pytest.mark.parametrize("case", ONNX_CASES, ids=str)
def test_engines_agree_on_the_shipped_model(case: EngineCase) -> None:
    path = resolve("builtin-fp32")
    reference, engine = ONNX_CASES[0].open(path, 2, None), case.open(path, 2, None)
    for size in [(96, 128), (160, 96), (128, 128)]:
        expected, found = reference.run(noise(size)), engine.run(noise(size))
        np.testing.assert_allclose(found.class_logits, expected.class_logits, atol=1e-4)
        np.testing.assert_allclose(found.mask_logits, expected.mask_logits, atol=1e-4)


@pytest.mark.parametrize("case", ONNX_CASES, ids=str)
def test_engines_nearly_agree_on_the_default_model(case: EngineCase) -> None:
    # Eight bits are fused, and so rounded, at other places by every engine.
    path = resolve("builtin")
    reference, engine = ONNX_CASES[0].open(path, 2, None), case.open(path, 2, None)
    tensor = prepare(read_photo(EXAMPLE), reference.info.input).tensor
    expected, found = (
        class_map(each.run(tensor), each.info.scheme) for each in (reference, engine)
    )
    assert (expected == found).mean() > 0.97
    assert len(np.unique(expected)) > 5


@every_engine
def test_runs_from_several_threads(case: EngineCase, models: ModelFiles) -> None:
    engine = open_good(case, models)
    inputs = [noise(SIZES[number % 3], number) for number in range(9)]
    expected = [engine.run(tensor) for tensor in inputs]
    with ThreadPoolExecutor(4) as pool:
        for found, alone in zip(pool.map(engine.run, inputs), expected, strict=True):
            assert_same(found, alone)


@every_engine
def test_outputs_belong_to_the_caller(case: EngineCase, models: ModelFiles) -> None:
    engine = open_good(case, models)
    output = engine.run(noise(SIZES[0]))
    copy = QueryPredictions(output.class_logits.copy(), output.mask_logits.copy())
    for seed in range(1, 4):
        engine.run(noise(SIZES[0], seed))
    engine.close()
    del engine
    gc.collect()
    assert_same(output, copy)


@every_engine
def test_any_memory_layout_is_read_and_none_is_written(
    case: EngineCase, models: ModelFiles
) -> None:
    engine = open_good(case, models)
    mirrored = noise(SIZES[0])[..., ::-1]
    assert not mirrored.flags.c_contiguous
    contiguous = np.ascontiguousarray(mirrored)
    contiguous.flags.writeable = False
    assert_same(engine.run(mirrored), engine.run(contiguous))


@every_engine
def test_closing_twice_is_fine_and_running_afterwards_is_an_error(
    case: EngineCase, models: ModelFiles
) -> None:
    engine = open_good(case, models)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.run(noise(SIZES[0]))
    assert engine.info.name == "fake"


@every_engine
def test_closing_lets_calls_under_way_finish(case: EngineCase, models: ModelFiles) -> None:
    engine = open_good(case, models)
    expected = engine.run(noise(SIZES[0]))
    begun = threading.Event()
    finished: list[QueryPredictions] = []

    def run_until_closed() -> None:
        while True:
            finished.append(engine.run(noise(SIZES[0])))
            begun.set()

    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(run_until_closed) for _ in range(3)]
        assert begun.wait(30)
        engine.close()
        for call in calls:
            with pytest.raises(EngineError, match="closed"):
                call.result()
    for found in finished:
        assert_same(found, expected)


@every_engine
def test_what_is_cancelled_before_it_begins_is_not_run(
    case: EngineCase, models: ModelFiles
) -> None:
    engine = open_good(case, models)
    cancellation = Cancellation()
    expected = engine.run(noise(SIZES[0]), cancellation)
    cancellation.cancel()
    with pytest.raises(Cancelled):
        engine.run(noise(SIZES[0]), cancellation)
    assert_same(engine.run(noise(SIZES[0]), Cancellation()), expected)


@every_engine
@pytest.mark.parametrize(
    "tensor",
    [
        np.zeros((1, 5, 64, 64), np.float32),
        np.zeros((2, 3, 64, 64), np.float32),
        np.zeros((3, 64, 64), np.float32),
        np.zeros((1, 3, 64, 0), np.float32),
        np.zeros((1, 3, 64, 64), np.float64),
        np.zeros((1, 3, 64, 64), np.uint8),
    ],
    ids=lambda tensor: f"{tensor.dtype}{tensor.shape}",
)
def test_a_wrong_input_is_an_inference_error(
    case: EngineCase, models: ModelFiles, tensor: npt.NDArray[np.float32]
) -> None:
    engine = open_good(case, models)
    with pytest.raises(InferenceFailed, match="must be float32") as caught:
        engine.run(tensor)
    assert caught.value.engine == case.name
    assert np.isfinite(engine.run(noise(SIZES[0])).mask_logits).all()


@every_engine
def test_threads_below_one_are_refused(case: EngineCase, models: ModelFiles) -> None:
    with pytest.raises(ConfigError, match="1 or more"):
        case.open(models.good[case.reads], 0, None)


@every_engine
def test_a_missing_file(case: EngineCase, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="none") as caught:
        case.open(tmp_path / f"none.{case.reads}", 1, None)
    assert caught.value.model == str(tmp_path / f"none.{case.reads}")


@every_engine
@pytest.mark.parametrize(
    "content", [b"", b"not a model", b"\x89PNG\r\n\x1a\n" + bytes(100), b"\x08\x08" * 5000]
)
def test_a_file_that_is_something_else(
    case: EngineCase, tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"photo.{case.reads}"
    path.write_bytes(content)
    with pytest.raises(IncompatibleModel, match="photo") as caught:
        case.open(path, 1, None)
    assert case.advice.split()[1] in caught.value.message
    assert capfd.readouterr() == ("", "")


@every_engine
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_truncated_model(
    case: EngineCase, models: ModelFiles, tmp_path: Path, share: float
) -> None:
    content = models.good[case.reads].read_bytes()
    path = tmp_path / f"half.{case.reads}"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(IncompatibleModel, match="half"):
        case.open(path, 1, None)


@every_engine
def test_a_model_that_says_nothing_of_itself(case: EngineCase, models: ModelFiles) -> None:
    with pytest.raises(IncompatibleModel, match=case.advice):
        case.open(models.nameless[case.reads], 1, None)


@every_engine
def test_a_changed_file_is_refused_before_it_is_loaded(case: EngineCase, tmp_path: Path) -> None:
    path = tmp_path / f"changed.{case.reads}"
    path.write_bytes(b"not a model")
    with pytest.raises(ChecksumMismatch) as caught:
        case.open(path, 1, "0" * 64)
    assert caught.value.expected == "0" * 64
    assert caught.value.actual == hashlib.sha256(b"not a model").hexdigest()


@every_engine
def test_the_expected_file_is_loaded(case: EngineCase, models: ModelFiles) -> None:
    path = models.good[case.reads]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert case.open(path, 1, sha256).info.sha256 == sha256


@every_engine
def test_nothing_is_printed(
    case: EngineCase, models: ModelFiles, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = open_good(case, models)
    engine.run(noise(SIZES[0]))
    engine.close()
    assert capfd.readouterr() == ("", "")
