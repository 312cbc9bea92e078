"""Runs that are stopped while the engine computes, on the engines that can be interrupted."""

from __future__ import annotations

import threading
from time import perf_counter

import numpy as np
import pytest
from tests.engine.engines import ONNX_CASES, EngineCase

from m2fp.cancellation import Cancellation
from m2fp.errors import Cancelled
from m2fp.registry import DEFAULT_MODEL, resolve


@pytest.mark.parametrize("case", ONNX_CASES, ids=str)
def test_a_running_inference_is_interrupted(
    case: EngineCase, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = case.open(resolve(DEFAULT_MODEL), 2, None)  # with one thread OpenVINO does not look
    tensor = np.zeros((1, 3, 768, 1024), np.float32)
    engine.run(tensor)
    start = perf_counter()
    expected = engine.run(tensor)
    whole = perf_counter() - start

    cancellation = Cancellation()
    timer = threading.Timer(whole / 10, cancellation.cancel)
    start = perf_counter()
    timer.start()
    with pytest.raises(Cancelled):
        engine.run(tensor, cancellation)
    assert perf_counter() - start < 0.7 * whole

    # The engine is as good as before, and says nothing of it.
    np.testing.assert_array_equal(engine.run(tensor).mask_logits, expected.mask_logits)
    assert capfd.readouterr() == ("", "")
