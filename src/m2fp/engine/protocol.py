"""The seam between the parser and whatever runs the network.

An engine turns one normalised tensor into raw query predictions. It knows nothing about photos,
thresholds or people: those belong to `m2fp.imaging` and `m2fp.postprocess`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from m2fp.cancellation import Cancellation
from m2fp.registry.model_info import ModelInfo

MASK_STRIDE: Final = 4  # pixels of the network input per cell of a mask, in both directions


@dataclass(frozen=True, slots=True, eq=False)
class QueryPredictions:
    """Raw network output for one photo.

    Attributes:
        class_logits: float32 (Q, C + 1); the last column is "no object".
        mask_logits: float32 (Q, h, w), at stride 4 of the padded network input, so that
            h = padded height / 4 and w = padded width / 4. Positive means inside.
    """

    class_logits: npt.NDArray[np.float32]
    mask_logits: npt.NDArray[np.float32]


class Engine(Protocol):
    """What the parser needs from an inference engine. Implementations are thread-safe."""

    @property
    def info(self) -> ModelInfo:
        """Return the description of the loaded model."""
        ...

    @property
    def name(self) -> str:
        """Return the engine's name, as accepted by `open_engine`."""
        ...

    def run(
        self, tensor: npt.NDArray[np.float32], cancellation: Cancellation | None = None
    ) -> QueryPredictions:
        """Return the predictions for one normalised input, float32 (1, 3, H, W).

        H and W are as `info.input` makes them. The outputs are the caller's to keep. Engines that
        can be interrupted end early when the run is cancelled, the others finish it.

        Raises:
            Cancelled: it was cancelled before it began, or interrupted.
            InferenceFailed: the input is not such an array, or could not be computed.
            EngineError: the engine is closed.
        """
        ...

    def close(self) -> None:
        """Release the model once the calls under way have finished; closing twice is fine.

        Later calls of `run` raise EngineError.
        """
        ...
