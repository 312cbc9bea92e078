"""Eight-bit versions of an exported file: static quantisation by ONNX Runtime's own tool.

Weights are int8 per output channel, seven bits of them in use; activations are uint8 per tensor,
with ranges measured on photos. Convolutions, what stands between them, and linear layers with
constant weights can be quantised; sampling, normalisation, softmax and the products of attention
stay float.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto

from m2fp.engine.onnxruntime_import import import_onnxruntime
from m2fp.export.quiet import quiet

import_onnxruntime()  # before its tools, which would import it with its telemetry

from onnxruntime.quantization import (  # noqa: E402
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process  # noqa: E402

Tensor = NDArray[np.float32]

# Outputs of convolutions stay in eight bits on their way through these.
_BETWEEN = ("Relu", "Clip", "MaxPool", "Add")
_TYPES = ("Conv", "Gemm", *_BETWEEN)

# Parts of the network that gain or lose together, as the layers' names begin. Layers of one kind
# form one group, stages (ResNet) and blocks (EfficientNet) of the backbone one each: the earliest
# lose most, and cost little in float.
_GROUPS = (
    re.compile(r"(backbone\.(?:stages|blocks)\.\d+|backbone\.\w+)"),
    re.compile(r"(pixel_decoder|decoder)\.layers\.\d+\.(attention\.\w+|\w+)"),
    re.compile(r"(\w+\.\w+)"),
)


class Quantiser:
    """Makes eight-bit versions of one float file; ranges are measured once, at the first one."""

    def __init__(self, source: Path, tensors: Iterable[Tensor], folder: Path) -> None:
        """Prepare a quantiser.

        Args:
            source: a float file written by `export_model`.
            tensors: network inputs, float32 (1, 3, H, W), to measure ranges on; read once.
            folder: for intermediate files; the caller removes it.
        """
        self._tensors = tensors
        self._ranges = folder / "ranges.json"
        self._prepared = folder / "prepared.onnx"
        with _quiet():
            # ONNX's shape inference and nothing else: ONNX Runtime's optimisations fuse operators
            # into forms that cannot be quantised, and its symbolic inference knows no functions.
            quant_pre_process(
                source, self._prepared, skip_optimization=True, skip_symbolic_shape=True
            )
        self._nodes = quantisable(onnx.load(self._prepared).graph)

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the names of the groups of layers, in the order of the network."""
        return tuple(self._nodes)

    def write(self, output: Path, groups: Collection[str]) -> None:
        """Write the version in which these groups of layers, at least one, are in eight bits."""
        assert groups, "to ONNX Runtime no names mean all"
        with _quiet():
            quantize_static(
                self._prepared,
                output,
                _Reader(self._tensors),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                # x86 processors without VNNI add two products in 16 bits; weights of seven bits
                # keep them from saturating, so that a file gives the same everywhere.
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=list(_TYPES),
                nodes_to_quantize=[name for group in groups for name in self._nodes[group]],
                calibration_cache_path=self._ranges,
                # A linear layer that is followed by something in float gives floats at no cost.
                extra_options={"OpTypesToExcludeOutputQuantization": ["Gemm"]},
            )


def quantisable(graph: GraphProto) -> Mapping[str, list[str]]:
    """Return the names of the nodes that can be quantised by group, in the order of the graph."""
    constants = {tensor.name for tensor in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    nodes: dict[str, list[str]] = {}
    for node in graph.node:
        if _has_weights(node, constants) or _is_between(node, makers):
            nodes.setdefault(group_of(node.name), []).append(node.name)
    return nodes


def group_of(node: str) -> str:
    """Return the group of a node by its name, "decoder.layers.3.ffn.fc1/Gemm" -> "decoder.ffn"."""
    layer = node.partition("/")[0]
    for pattern in _GROUPS:
        found = pattern.match(layer)
        if found:
            return ".".join(found.groups())
    return layer


def _has_weights(node: NodeProto, constants: set[str]) -> bool:
    return node.op_type in ("Conv", "Gemm") and node.input[1] in constants


def _is_between(node: NodeProto, makers: Mapping[str, NodeProto]) -> bool:
    """Return whether the node only passes on, or adds, what convolutions have computed."""
    if node.op_type not in _BETWEEN or not node.name.startswith("backbone"):
        return False
    sources = [makers.get(name) for name in node.input if name]
    passing = ("Conv", *_BETWEEN)
    return any(source is not None and source.op_type in passing for source in sources) and all(
        source is None or source.op_type in (*passing, "Constant") for source in sources
    )


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, tensors: Iterable[Tensor]) -> None:
        self._tensors = iter(tensors)

    def get_next(self) -> dict[str, Tensor] | None:
        tensor = next(self._tensors, None)
        return None if tensor is None else {"pixels": tensor}


@contextmanager
def _quiet() -> Iterator[None]:
    # The tool advises to prepare the model, which has been done, and divides by the infinite range
    # of attention masks, which are not quantised.
    with quiet(""), np.errstate(all="ignore"):
        yield
