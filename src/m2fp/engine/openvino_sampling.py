"""The node "DeformableSampling" of our ONNX files, taught to OpenVINO.

ONNX Runtime runs the body that the node has in the file. OpenVINO does not read such bodies, and
what it would make of this one takes twice as long as all of R101's convolutions in eight bits. So
the node becomes an operator of our own there, which runs a kernel compiled by Numba.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from m2fp.extras import needs_extra

if TYPE_CHECKING:
    import openvino

    from m2fp.engine.sampling_kernel import Kernel

DOMAIN: Final = "m2fp"
NAME: Final = "DeformableSampling"

# Pieces per thread: a thread that is interrupted then holds the others up for a quarter as long.
_PIECES: Final = 4

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sampling:
    """Deformable sampling on several threads.

    Attributes:
        heads: of the attention.
        points: sampled by a head on every level.
        threads: to use.
        pool: runs them.
    """

    heads: int
    points: int
    threads: int
    pool: ThreadPoolExecutor

    def compute(
        self, values: Floats, offsets: Floats, logits: Floats, sizes: Integers, attended: Floats
    ) -> None:
        """Write the weighted sums of samples into `attended`, (1, N, D).

        Args:
            values: float32 (1, N, D).
            offsets: float32 (1, N, heads * levels * points * 2).
            logits: float32 (1, N, heads * levels * points).
            sizes: int64 (levels, 2), height and width of every level.
            attended: float32 (1, N, D).
        """
        count, levels = values.shape[1], len(sizes)
        by_head = (count, self.heads, -1)
        starts = np.concatenate([[0], np.cumsum(sizes.prod(axis=1))])
        kernel = _kernel(self.heads, values.shape[2] // self.heads, levels, self.points)
        arrays = (
            values.reshape(by_head),
            offsets.reshape(count, self.heads, levels * self.points, 2),
            logits.reshape(by_head),
            sizes,
            starts,
            attended.reshape(by_head),
        )
        cuts = np.linspace(0, count, self.threads * _PIECES + 1).astype(int).tolist()
        # Read to the end, so that an error in a thread is raised here.
        list(self.pool.map(lambda part: kernel(*arrays, part), pairwise(cuts)))


def sampling_extension(threads: int) -> openvino.Extension:
    """Return what OpenVINO's ONNX reader needs to read the node; OpenVINO is installed.

    Raises:
        MissingExtra: when a model with such a node is read and Numba is not installed.
    """
    from openvino.frontend.onnx import ConversionExtension

    pool = ThreadPoolExecutor(threads, thread_name_prefix="m2fp-sampling")
    operator = _operator()

    def convert(node: Any) -> list[openvino.Output]:  # noqa: ANN401 - a private class of OpenVINO
        sampling = Sampling(
            int(node.get_attribute("heads")), int(node.get_attribute("points")), threads, pool
        )
        # The fourth input, the tokens' centres, follows from the sizes.
        inputs = [node.get_input(index) for index in (0, 1, 2, 4)]
        return [operator(sampling, inputs).output(0)]

    return ConversionExtension(NAME, DOMAIN, convert)


@cache
def _kernel(heads: int, channels: int, levels: int, points: int) -> Kernel:
    with needs_extra("openvino", "This model in OpenVINO"):
        from m2fp.engine.sampling_kernel import compile_kernel
    return compile_kernel(heads, channels, levels, points)


@cache
def _operator() -> Callable[[Sampling, list[openvino.Output]], openvino.Op]:
    """Return the class of the operator, which can only be written where OpenVINO is there."""
    import openvino

    class DeformableSampling(openvino.Op):  # type: ignore[misc]
        """OpenVINO's view of the node."""

        def __init__(self, sampling: Sampling, inputs: list[openvino.Output]) -> None:
            super().__init__(self, inputs)
            self._sampling = sampling
            self.constructor_validate_and_infer_types()

        def validate_and_infer_types(self) -> None:
            """Say that the output is like the values."""
            self.set_output_type(0, self.get_input_element_type(0), self.get_input_partial_shape(0))

        def clone_with_new_inputs(self, inputs: list[openvino.Output]) -> openvino.Op:
            """Return the same operator elsewhere in a graph."""
            return DeformableSampling(self._sampling, inputs)

        def get_type_info(self) -> openvino.DiscreteTypeInfo:
            """Return the operator's name."""
            return openvino.DiscreteTypeInfo(NAME, DOMAIN)

        def has_evaluate(self) -> bool:
            """Say that it can be computed here."""
            return True

        def evaluate(self, outputs: list[openvino.Tensor], inputs: list[openvino.Tensor]) -> bool:
            """Compute it."""
            values, offsets, logits, sizes = (tensor.data for tensor in inputs)
            outputs[0].shape = values.shape
            self._sampling.compute(values, offsets, logits, sizes.astype(np.int64), outputs[0].data)
            return True

    return DeformableSampling
