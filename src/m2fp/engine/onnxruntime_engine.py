"""Inference with ONNX Runtime on the processor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from m2fp.cancellation import Cancellation
from m2fp.engine.contract import (
    INPUT,
    OUTPUTS,
    check_tensor,
    describe_onnx,
    inference_failed,
    thread_count,
    to_predictions,
)
from m2fp.engine.heap import give_back_memory
from m2fp.engine.onnxruntime_import import import_onnxruntime
from m2fp.engine.pinned_file import PinnedFile, pin
from m2fp.engine.protocol import QueryPredictions
from m2fp.errors import EngineError, IncompatibleModel
from m2fp.registry.model_info import METADATA_KEY, ModelInfo

if TYPE_CHECKING:
    import onnxruntime

ENGINE_NAME: Final = "onnxruntime"

# ONNX Runtime's severity "fatal". It would print errors on stderr, which are raised as well.
_QUIET: Final = 4

# Fuses a sum and its normalisation into an operator that takes four times as long as the two
# (1.31.1, 11,340 tokens of 256 channels, two threads: 5.5 ms instead of 1.3).
_SLOWER: Final = ("SkipLayerNormFusion",)


class OnnxEngine:
    """Runs an m2fp ONNX file. Thread-safe: the session runs concurrently, closing is a swap."""

    name = ENGINE_NAME

    def __init__(
        self,
        path: str | Path,
        threads: int | None = None,
        *,
        spin: bool = True,
        expected_sha256: str | None = None,
    ) -> None:
        """Load the model.

        Args:
            path: the ONNX file.
            threads: threads per inference, at least 1; None = the processors this process may use.
            spin: let threads wait actively between operators. Faster for one session; turn it off
                where several sessions share the processors.
            expected_sha256: refuse any other file, before its content is interpreted.

        Raises:
            ModelNotFound, ChecksumMismatch, IncompatibleModel: about the file.
            EngineUnavailable: ONNX Runtime is not installed, or does not work on this machine.
            ConfigError: `threads` is below 1.
        """
        count = thread_count(threads)
        file = pin(Path(path), expected_sha256)
        session = _open_session(file, count, spin=spin)
        file.check()
        self._info = _describe(session, file)
        # Assigned once and dropped once; every call takes its own reference, so a call that is
        # running while another thread closes the engine finishes undisturbed.
        self._session: onnxruntime.InferenceSession | None = session

    @property
    def info(self) -> ModelInfo:
        """Return the description of the loaded model."""
        return self._info

    def run(
        self, tensor: npt.NDArray[np.float32], cancellation: Cancellation | None = None
    ) -> QueryPredictions:
        """Return the predictions for one normalised input, float32 (1, 3, H, W).

        Raises:
            Cancelled: it was cancelled, before or while it ran; the operator at work is finished.
            InferenceFailed: the input is not such an array, or ONNX Runtime could not compute it,
                for example for lack of memory.
            EngineError: the engine is closed.
        """
        session = self._session
        if session is None:
            raise EngineError("the engine is closed; open a new one", engine=self.name)
        check_tensor(tensor, self.name)
        cancellation = cancellation or Cancellation()
        options = import_onnxruntime().RunOptions()
        try:
            with cancellation.interrupting(lambda: _terminate(options)):
                classes, masks = session.run(list(OUTPUTS), {INPUT: tensor}, options)
        except _runtime_errors() as error:
            cancellation.check()  # ONNX Runtime has no error of its own for being interrupted
            raise inference_failed(tensor, error, self.name) from error
        return to_predictions(np.asarray(classes), np.asarray(masks), tensor, self.name)

    def close(self) -> None:
        """Release the model once the calls under way have finished."""
        self._session = None


def _open_session(file: PinnedFile, threads: int, *, spin: bool) -> onnxruntime.InferenceSession:
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Patterns plan memory for a repeated shape; photos have many shapes and each would be kept.
    options.enable_mem_pattern = False
    options.log_severity_level = _QUIET
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
    # Only while a photo is in the network: what comes after it wants the processors.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # Doubling the arena at every step, the default, would keep up to twice what is needed.
    provider = ("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})
    model = str(file.path)
    try:
        # By its path: a session made from bytes keeps them as long as it lives.
        session = onnxruntime.InferenceSession(
            model, options, providers=[provider], disabled_optimizers=list(_SLOWER)
        )
    except _runtime_errors() as error:
        raise IncompatibleModel(
            f"{model!r} is not an ONNX model that this ONNX Runtime can load ({error}); export it "
            "with `m2fp export`, or update onnxruntime",
            model=model,
        ) from error
    give_back_memory()
    return session


def _terminate(options: onnxruntime.RunOptions) -> None:
    """Have the run that got these options end after the operator at work."""
    options.terminate = True


def _describe(session: onnxruntime.InferenceSession, file: PinnedFile) -> ModelInfo:
    return describe_onnx(
        session.get_modelmeta().custom_metadata_map.get(METADATA_KEY),
        [value.name for value in session.get_inputs()],
        [value.name for value in session.get_outputs()],
        file.sha256,
        str(file.path),
    )


def _runtime_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions of ONNX Runtime, which share no base class."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    names = ("EPFail", "Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "ModelLoaded")
    more = ("NoModel", "NoSuchFile", "NotImplemented", "RuntimeException")
    return tuple(getattr(state, name) for name in names + more if hasattr(state, name))
