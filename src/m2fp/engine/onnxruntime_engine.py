"""Inference with ONNX Runtime on the processor."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import QueryPredictions
from m2fp.engine.threads import cpu_quota
from m2fp.errors import (
    ConfigError,
    EngineError,
    EngineUnavailable,
    IncompatibleModel,
    InferenceFailed,
    ModelNotFound,
)
from m2fp.registry.catalogue import check_digest
from m2fp.registry.model_info import METADATA_KEY, ModelInfo

if TYPE_CHECKING:
    import onnxruntime

ENGINE_NAME: Final = "onnxruntime"

_INPUT: Final = "pixels"
_OUTPUTS: Final = ("class_logits", "mask_logits")
_QUIET: Final = 3  # ONNX Runtime's severity "error": a library does not chat on stderr


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
            EngineUnavailable: ONNX Runtime is not installed.
            ConfigError: `threads` is below 1.
        """
        if threads is not None and threads < 1:
            raise ConfigError(f"threads is {threads}; give 1 or more", option="threads")
        # Read once: what is hashed is exactly what runs.
        content = _read(Path(path))
        sha256 = hashlib.sha256(content).hexdigest()
        if expected_sha256 is not None:
            check_digest(expected_sha256, sha256, str(path))
        session = _open_session(content, str(path), threads or cpu_quota(), spin=spin)
        self._info = _read_info(session, sha256, str(path))
        # Assigned once and dropped once; every call takes its own reference, so a call that is
        # running while another thread closes the engine finishes undisturbed.
        self._session: onnxruntime.InferenceSession | None = session

    @property
    def info(self) -> ModelInfo:
        """Return the description of the loaded model."""
        return self._info

    def run(self, tensor: npt.NDArray[np.float32]) -> QueryPredictions:
        """Return the predictions for one normalised input, float32 (1, 3, H, W).

        Raises:
            InferenceFailed: ONNX Runtime could not compute it, for example for lack of memory.
            EngineError: the engine is closed.
        """
        session = self._session
        if session is None:
            raise EngineError("the engine is closed; open a new one", engine=self.name)
        try:
            classes, masks = session.run(list(_OUTPUTS), {_INPUT: tensor})
        except _runtime_errors() as error:
            raise InferenceFailed(
                f"the model could not be run on an input of {tensor.shape[-2:]} pixels: {error}",
                engine=self.name,
            ) from error
        return QueryPredictions(np.asarray(classes)[0], np.asarray(masks)[0])

    def close(self) -> None:
        """Release the model once the calls under way have finished."""
        self._session = None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelNotFound(
            f"the model file {str(path)!r} cannot be read: {error.strerror or error}",
            model=str(path),
        ) from error


def _open_session(
    content: bytes, model: str, threads: int, *, spin: bool
) -> onnxruntime.InferenceSession:
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineUnavailable(
            "ONNX Runtime is not installed: pip install onnxruntime", engine=ENGINE_NAME
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Patterns plan memory for a repeated shape; photos have many shapes and each would be kept.
    options.enable_mem_pattern = False
    options.log_severity_level = _QUIET
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
    # Doubling the arena at every step, the default, would keep up to twice what is needed.
    provider = ("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})
    try:
        return onnxruntime.InferenceSession(content, options, providers=[provider])
    except _runtime_errors() as error:
        raise IncompatibleModel(
            f"{model!r} is not an ONNX model that this ONNX Runtime can load ({error}); export it "
            "with `m2fp export`, or update onnxruntime",
            model=model,
        ) from error


def _read_info(session: onnxruntime.InferenceSession, sha256: str, model: str) -> ModelInfo:
    """Return the file's description after checking its inputs and outputs."""
    metadata = session.get_modelmeta().custom_metadata_map
    if METADATA_KEY not in metadata:
        raise IncompatibleModel(
            f"{model!r} is an ONNX model without m2fp metadata, so its labels and input size are "
            "unknown; export it with `m2fp export`",
            model=model,
        )
    info = ModelInfo.from_metadata(metadata[METADATA_KEY], sha256)
    inputs = tuple(value.name for value in session.get_inputs())
    outputs = tuple(value.name for value in session.get_outputs())
    if inputs != (_INPUT,) or not set(_OUTPUTS) <= set(outputs):
        raise IncompatibleModel(
            f"{model!r} has inputs {inputs} and outputs {outputs}, but m2fp needs ({_INPUT!r},) "
            f"and {_OUTPUTS}; export it with `m2fp export`",
            model=model,
        )
    return info


def _runtime_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions of ONNX Runtime, which share no base class."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    names = ("EPFail", "Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "ModelLoaded")
    more = ("NoModel", "NoSuchFile", "NotImplemented", "RuntimeException")
    return tuple(getattr(state, name) for name in names + more if hasattr(state, name))
