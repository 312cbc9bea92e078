"""Deformable sampling in OpenVINO is the network's own, and no input makes it read elsewhere."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.export.small import PUBLISH, small

from m2fp.engine import openvino_sampling
from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.engine.openvino_engine import OpenVinoEngine
from m2fp.engine.openvino_sampling import Floats, Sampling
from m2fp.errors import MissingExtra
from m2fp.export import export_model
from m2fp.export.onnx_file import model_info
from m2fp.model.pixel_decoder.deformable_sampling import sample_levels

HEADS, CHANNELS, POINTS = 2, 4, 3
SIZES = [(2, 3), (4, 6), (8, 12)]
COUNT = sum(height * width for height, width in SIZES)


@dataclass(frozen=True, slots=True)
class Attention:
    values: Floats
    offsets: Floats
    logits: Floats


def random_attention(reach: float) -> Attention:
    """Return inputs whose samples lie about `reach` cells from their token."""
    random = np.random.default_rng(0)
    samples = HEADS * len(SIZES) * POINTS
    return Attention(
        random.standard_normal((1, COUNT, HEADS * CHANNELS), dtype=np.float32),
        random.standard_normal((1, COUNT, samples * 2), dtype=np.float32) * np.float32(reach),
        random.standard_normal((1, COUNT, samples), dtype=np.float32),
    )


def sampled(inputs: Attention, threads: int = 1) -> Floats:
    attended = np.full_like(inputs.values, np.nan)
    with ThreadPoolExecutor(threads) as pool:
        sampling = Sampling(HEADS, POINTS, threads, pool)
        sizes = np.array(SIZES, np.int64)
        sampling.compute(inputs.values, inputs.offsets, inputs.logits, sizes, attended)
    return attended


def reference(inputs: Attention) -> Floats:
    centres = [
        ((column + 0.5) / width, (row + 0.5) / height)
        for height, width in SIZES
        for row in range(height)
        for column in range(width)
    ]
    tensors = map(torch.from_numpy, (inputs.values, inputs.offsets, inputs.logits))
    found: Floats = sample_levels(
        *tensors, reference=torch.tensor(centres), sizes=SIZES, heads=HEADS
    ).numpy()
    return found


@pytest.mark.parametrize("reach", [0.0, 1.0, 6.0, 100.0])
def test_equals_the_networks_sampling(reach: float) -> None:
    inputs = random_attention(reach)
    np.testing.assert_allclose(sampled(inputs), reference(inputs), atol=2e-6)


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_nothing(threads: int) -> None:
    inputs = random_attention(2.0)
    np.testing.assert_array_equal(sampled(inputs, threads), sampled(inputs))


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf, 3e38])
def test_samples_at_no_place_are_zero(strange: float) -> None:
    inputs = random_attention(1.0)
    inputs.offsets[0, 5] = strange
    found = sampled(inputs)
    assert (found[0, 5] == 0).all()
    expected = reference(random_attention(1.0))
    np.testing.assert_allclose(np.delete(found, 5, 1), np.delete(expected, 5, 1), atol=2e-6)


@pytest.fixture(scope="module")
def deformable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("deformable") / "model.onnx"
    model = small("deformable")
    export_model(model, path, model_info(model, "small", PUBLISH))
    return path


@pytest.mark.parametrize("per_size", [True, False])
def test_both_engines_agree_on_a_model_with_sampling(deformable: Path, *, per_size: bool) -> None:
    random = np.random.default_rng(0)
    with (
        closing(OnnxEngine(deformable, 1)) as ours,
        closing(OpenVinoEngine(deformable, 2, per_size=per_size)) as theirs,
    ):
        for size in ((64, 96), (96, 64), (64, 96), (128, 32)):
            tensor = random.standard_normal((1, 3, *size), dtype=np.float32)
            a, b = ours.run(tensor), theirs.run(tensor)
            np.testing.assert_allclose(a.class_logits, b.class_logits, atol=1e-3)
            np.testing.assert_allclose(a.mask_logits, b.mask_logits, atol=1e-3)


def test_calls_from_several_threads(deformable: Path) -> None:
    tensor = np.random.default_rng(0).standard_normal((1, 3, 64, 96), dtype=np.float32)
    with closing(OpenVinoEngine(deformable, 2)) as engine, ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: engine.run(tensor).mask_logits, range(8)))
    for run in runs:
        np.testing.assert_allclose(run, runs[0], atol=1e-5)


def test_without_numba_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "m2fp.engine.sampling_kernel", raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)
    openvino_sampling._kernel.cache_clear()
    with pytest.raises(MissingExtra, match=r"m2fp\[openvino\]"):
        openvino_sampling._kernel(1, 1, 1, 1)
