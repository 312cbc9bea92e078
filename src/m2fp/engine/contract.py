"""What every engine demands of its threads, its model file, its input and its outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import MASK_STRIDE, QueryPredictions
from m2fp.engine.threads import cpu_quota
from m2fp.errors import ConfigError, IncompatibleModel, InferenceFailed
from m2fp.registry.model_info import ModelInfo

INPUT: Final = "pixels"
OUTPUTS: Final = ("class_logits", "mask_logits")


def thread_count(threads: int | None) -> int:
    """Return the threads to use; None = the processors this process may use.

    Raises:
        ConfigError: `threads` is below 1.
    """
    if threads is not None and threads < 1:
        raise ConfigError(f"threads is {threads}; give 1 or more", option="threads")
    return threads or cpu_quota()


def check_tensor(tensor: npt.NDArray[np.float32], engine: str) -> None:
    """Return when the array is a network input: float32 (1, 3, H, W), H and W at least 1.

    Raises:
        InferenceFailed: it is not.
    """
    shape = tensor.shape
    if tensor.dtype != np.float32 or len(shape) != 4 or shape[:2] != (1, 3) or 0 in shape:
        raise InferenceFailed(
            f"an input must be float32 of shape (1, 3, height, width), not {tensor.dtype} of "
            f"shape {shape}",
            engine=engine,
        )


def to_predictions(
    classes: npt.NDArray[np.float32],
    masks: npt.NDArray[np.float32],
    tensor: npt.NDArray[np.float32],
    engine: str,
) -> QueryPredictions:
    """Return the network's outputs for this input, without the axis of the batch.

    Where a graph takes one size only and declares that it takes any, OpenVINO computes something
    for every size, part of it from memory that was never written. The sizes show it.

    Raises:
        InferenceFailed: the outputs do not belong to such an input.
    """
    height, width = tensor.shape[-2:]
    expected = (1, classes.shape[1], height // MASK_STRIDE, width // MASK_STRIDE)
    if classes.ndim != 3 or masks.shape != expected:
        raise inference_failed(
            tensor, f"it gave classes {classes.shape} and masks {masks.shape}", engine
        )
    return QueryPredictions(classes[0], masks[0])


def inference_failed(
    tensor: npt.NDArray[np.float32], reason: object, engine: str
) -> InferenceFailed:
    """Return the error that says that this input could not be computed, and why."""
    height, width = tensor.shape[-2:]
    return InferenceFailed(
        f"the model could not be run on an input of {height} x {width} pixels: {reason}",
        engine=engine,
    )


def describe_onnx(
    metadata: str | None, inputs: Iterable[str], outputs: Iterable[str], sha256: str, model: str
) -> ModelInfo:
    """Return an ONNX file's description after checking that its graph is one of ours.

    Args:
        metadata: what it has under the key "m2fp", None for nothing.
        inputs: names of the graph's inputs.
        outputs: names of its outputs.
        sha256: of the file.
        model: the file's name, for messages.

    Raises:
        IncompatibleModel: it was not exported by m2fp, or by a newer version.
    """
    if metadata is None:
        raise IncompatibleModel(
            f"{model!r} is an ONNX model without m2fp metadata, so its labels and input size are "
            "unknown; export it with `m2fp export`",
            model=model,
        )
    info = ModelInfo.from_metadata(metadata, sha256)
    found, given = tuple(inputs), tuple(outputs)
    if found != (INPUT,) or not set(OUTPUTS) <= set(given):
        raise IncompatibleModel(
            f"{model!r} has inputs {found} and outputs {given}, but m2fp needs ({INPUT!r},) "
            f"and {OUTPUTS}; export it with `m2fp export`",
            model=model,
        )
    return info
