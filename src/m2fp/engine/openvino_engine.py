"""Inference with OpenVINO on the processor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

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
from m2fp.engine.openvino_import import import_openvino
from m2fp.engine.openvino_sampling import sampling_extension
from m2fp.engine.pinned_file import PinnedFile, pin
from m2fp.engine.protocol import QueryPredictions
from m2fp.engine.recent import RecentlyUsed
from m2fp.engine.signal_stack import same_signal_stack
from m2fp.errors import EngineError, EngineUnavailable, IncompatibleModel
from m2fp.registry.model_info import METADATA_KEY, ModelInfo

if TYPE_CHECKING:
    import openvino

Precision = Literal["f32", "bf16"]
Size = tuple[int, int]

ENGINE_NAME: Final = "openvino"
BF16_ENGINE_NAME: Final = "openvino-bf16"
PER_SIZE_ENGINE_NAME: Final = "openvino-per-size"

# Compiled networks to keep: as many as weigh this much together, one at least.
_KEPT_BYTES: Final = 160 << 20
_KEPT_MOST: Final = 4

_DEVICE: Final = "CPU"


class OpenVinoEngine:
    """Runs an m2fp ONNX file. Thread-safe: calls queue for the processors, closing is a swap."""

    def __init__(
        self,
        path: str | Path,
        threads: int | None = None,
        *,
        precision: Precision = "f32",
        per_size: bool = False,
        expected_sha256: str | None = None,
    ) -> None:
        """Load the model.

        Args:
            path: the ONNX file. With `per_size` it is read again for every new input size, so leave
                it there.
            threads: threads per inference, at least 1; None = the processors this process may use.
                OpenVINO takes fewer where that is more than there are cores.
            precision: of the arithmetic. "bf16" is faster and less exact; left to itself, OpenVINO
                would choose it wherever the processor has it.
            per_size: compile the network for every input size instead of once for all. With two
                threads, for R101 in eight bits: a sixth less time in the network and a fifth less
                memory (README, table of engines), but one to three seconds at the first photo of
                every size. The last few sizes are kept.
            expected_sha256: refuse any other file, before its content is interpreted.

        Raises:
            ModelNotFound, ChecksumMismatch, IncompatibleModel: about the file.
            MissingExtra: OpenVINO is not installed.
            EngineUnavailable: it does not work here, or the processor lacks this precision.
            ConfigError: `threads` is below 1.
        """
        self._name = BF16_ENGINE_NAME if precision == "bf16" else ENGINE_NAME
        if per_size:
            self._name = PER_SIZE_ENGINE_NAME
        options = _options(thread_count(threads), precision)
        file = pin(Path(path), expected_sha256)
        compiler = _Compiler(file, options)
        if precision == "bf16" and "BF16" not in compiler.capabilities():
            raise EngineUnavailable(
                "this processor cannot compute in bfloat16; use the engine openvino",
                engine=self._name,
            )
        self._info = compiler.describe()
        self._per_size = per_size
        kept = min(max(1, _KEPT_BYTES // file.bytes), _KEPT_MOST) if per_size else 1
        networks = RecentlyUsed(kept, compiler.compile)
        if not per_size:
            networks.get(None)
        # Assigned once and dropped once; see OnnxEngine.
        self._networks: RecentlyUsed[Size | None, openvino.CompiledModel] | None = networks

    @property
    def info(self) -> ModelInfo:
        """Return the description of the loaded model."""
        return self._info

    @property
    def name(self) -> str:
        """Return the engine's name, as accepted by `open_engine`."""
        return self._name

    def run(
        self, tensor: npt.NDArray[np.float32], cancellation: Cancellation | None = None
    ) -> QueryPredictions:
        """Return the predictions for one normalised input, float32 (1, 3, H, W).

        Raises:
            Cancelled: it was cancelled before it began, or, with two threads or more, while it
                ran. With one thread OpenVINO does not look until the end.
            InferenceFailed: the input is not such an array, or OpenVINO could not compute it.
            ModelError: the model file was changed and is needed for a new input size.
            EngineError: the engine is closed.
        """
        networks = self._networks
        if networks is None:
            raise EngineError("the engine is closed; open a new one", engine=self.name)
        check_tensor(tensor, self.name)
        height, width = tensor.shape[-2:]
        cancellation = cancellation or Cancellation()
        try:
            network = networks.get((height, width) if self._per_size else None)
            # A request of its own for every call: it owns the outputs and costs next to nothing.
            request = network.create_infer_request()
            with cancellation.interrupting(request.cancel):
                cancellation.check()  # a request that has not begun does not notice
                outputs = request.infer(
                    {INPUT: np.ascontiguousarray(tensor)}, share_inputs=True, share_outputs=True
                )
        except _faults() as error:
            cancellation.check()
            raise inference_failed(tensor, _reason(error), self.name) from error
        classes, masks = (outputs[name] for name in OUTPUTS)
        return to_predictions(classes, masks, tensor, self.name)

    def close(self) -> None:
        """Release the model once the calls under way have finished."""
        self._networks = None


class _Compiler:
    """Makes networks of one file, for one input size or for all."""

    def __init__(self, file: PinnedFile, options: Mapping[str, Any]) -> None:
        package = import_openvino()
        self._core: openvino.Core = package.Core()
        with same_signal_stack():
            self._core.get_versions(_DEVICE)  # loads the plugin, which would set another
        # Only this format: guessing among all that OpenVINO reads would let each of them look at
        # the file, and the one of TensorFlow prints what it thinks of it.
        self._reader = package.frontend.FrontEndManager().load_by_framework("onnx")
        # Kept: the reader holds it for as long as it is used, and Python would drop it.
        self._sampling = sampling_extension(options["INFERENCE_NUM_THREADS"])
        self._reader.add_extension(self._sampling)
        self._file = file
        self._options = options
        self._unused: openvino.Model | None = self._read()

    def capabilities(self) -> list[str]:
        """Return what the processor can do, for example "BF16"."""
        names: list[str] = self._core.get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES")
        return names

    def describe(self) -> ModelInfo:
        """Return the file's description, before the first network is compiled."""
        model = self._read() if self._unused is None else self._unused
        place = ["framework", METADATA_KEY]
        metadata = model.get_rt_info(place).astype(str) if model.has_rt_info(place) else None
        return describe_onnx(
            metadata,
            [name for port in model.inputs for name in port.get_names()],
            [name for port in model.outputs for name in port.get_names()],
            self._file.sha256,
            str(self._file.path),
        )

    def compile(self, size: Size | None) -> openvino.CompiledModel:
        """Return the network for inputs of this (height, width), or for all sizes."""
        network = self._compile(size)
        give_back_memory()  # of the model, which is twice as large as the file
        return network

    def _compile(self, size: Size | None) -> openvino.CompiledModel:
        model = self._read() if self._unused is None else self._unused
        self._unused = None
        if size is not None:
            model.reshape({INPUT: [1, 3, *size]})
        return self._core.compile_model(model, _DEVICE, self._options)

    def _read(self) -> openvino.Model:
        name = str(self._file.path)
        try:
            model = self._reader.convert(self._reader.load(name))
        except _faults() as error:
            raise IncompatibleModel(
                f"{name!r} is not an ONNX model that this OpenVINO can load ({_reason(error)}); "
                "export it with `m2fp export`, or update openvino",
                model=name,
            ) from error
        self._file.check()
        return model


def _options(threads: int, precision: Precision) -> dict[str, Any]:
    return {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        # Threads tied to cores would all be tied to the first ones, in every container of a
        # machine that limits its containers by quota.
        "ENABLE_CPU_PINNING": False,
    }


def _faults() -> tuple[type[Exception], ...]:
    """Return the exceptions of OpenVINO, which share no base class."""
    from openvino import frontend

    return (
        RuntimeError,
        frontend.GeneralFailure,
        frontend.InitializationFailure,
        frontend.NotImplementedFailure,
        frontend.OpConversionFailure,
        frontend.OpValidationFailure,
    )


def _reason(error: Exception) -> str:
    """Return the last line of a message; those before are places in OpenVINO's source."""
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in reversed(lines) if line), type(error).__name__)
