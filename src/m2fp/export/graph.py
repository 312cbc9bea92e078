"""Changes to an exported graph that keep what it computes."""

import ast
from collections import Counter
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
from onnx import GraphProto, NodeProto, helper, numpy_helper

Array: TypeAlias = npt.NDArray[np.generic]

_SCOPES = "pkg.torch.onnx.name_scopes"


def name_after_modules(graph: GraphProto) -> None:
    """Name every node after the layer it comes from, "backbone.stem.0.conv/Conv".

    The names group nodes when the file is quantised, and tell people where they are. The exporter's
    own notes go: they hold source paths of the machine that exported.
    """
    used: Counter[str] = Counter()
    for node in graph.node:
        name = f"{_layer(node)}/{node.op_type}"
        used[name] += 1
        node.name = name if used[name] == 1 else f"{name}.{used[name]}"
        node.doc_string = ""
        del node.metadata_props[:]
    for value in (*graph.value_info, *graph.input, *graph.output):
        del value.metadata_props[:]
    del graph.metadata_props[:]


def _layer(node: NodeProto) -> str:
    scopes = next((entry.value for entry in node.metadata_props if entry.key == _SCOPES), "[]")
    # From the outside in, "" for the wrapper, then "model", "model.backbone", .. and an operator.
    layers = [scope for scope in ast.literal_eval(scopes)[:-1] if scope.startswith("model")]
    return layers[-1].partition(".")[2] if layers else ""


def fold_weights(graph: GraphProto) -> None:
    """Split and transpose weights now, which the exporter leaves to the runtime.

    It does so where one weight serves several nodes. A runtime may fold them too, but whoever
    looks for linear layers, as the quantiser does, finds only products with constants.
    """
    constants = {tensor.name: tensor for tensor in graph.initializer}
    kept: list[NodeProto] = []
    for node in graph.node:
        operands = [constants.get(name) for name in node.input]
        if node.op_type not in ("Split", "Transpose") or None in operands:
            kept.append(node)
            continue
        values = [numpy_helper.to_array(operand) for operand in operands if operand is not None]
        for name, value in zip(node.output, _evaluate(node, values), strict=True):
            tensor = numpy_helper.from_array(np.ascontiguousarray(value), name)
            constants[name] = tensor
            graph.initializer.append(tensor)
    del graph.node[:]
    graph.node.extend(kept)
    read = {name for node in kept for name in node.input}
    used = [tensor for tensor in graph.initializer if tensor.name in read]
    del graph.initializer[:]
    graph.initializer.extend(used)


def _evaluate(node: NodeProto, values: list[Array]) -> list[Array]:
    attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
    if node.op_type == "Transpose":
        return [values[0].transpose(attributes["perm"])]
    if len(values) == 1:
        return np.split(values[0], len(node.output), attributes["axis"])
    return np.split(values[0], np.cumsum(values[1])[:-1], attributes["axis"])


def linear_layers_as_gemm(graph: GraphProto) -> None:
    """Turn every product with a constant matrix, plus a constant vector, into one Gemm.

    The exporter writes a linear layer on tokens (1, N, K) as MatMul and Add. As Gemm on (N, K) it
    is one operator, and the one that quantised keeps its bias and gives floats at no extra cost.
    """
    constants = {tensor.name: tensor for tensor in graph.initializer}
    readers: dict[str, list[NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)

    nodes: list[NodeProto] = []
    absorbed: set[str] = set()
    shapes: dict[str, tuple[int, ...]] = {}
    for node in graph.node:
        if node.output[0] in absorbed:
            continue
        add = _bias_of(node, readers, constants)
        if add is None:
            nodes.append(node)
            continue
        bias = next(name for name in add.input if name != node.output[0])
        n_in, n_out = constants[node.input[1]].dims
        tokens, channels = f"tokens_{n_in}", f"batch_tokens_{n_out}"
        shapes |= {tokens: (-1, n_in), channels: (1, -1, n_out)}
        flat, product, output = f"{node.name}:flat", f"{node.name}:product", add.output[0]
        nodes += [
            helper.make_node("Reshape", [node.input[0], tokens], [flat], f"{node.name}/flatten"),
            helper.make_node("Gemm", [flat, node.input[1], bias], [product], f"{node.name}/Gemm"),
            helper.make_node("Reshape", [product, channels], [output], f"{node.name}/unflatten"),
        ]
        absorbed.add(output)
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(
        numpy_helper.from_array(np.array(shape, np.int64), name) for name, shape in shapes.items()
    )


def _bias_of(
    node: NodeProto,
    readers: dict[str, list[NodeProto]],
    constants: dict[str, onnx.TensorProto],
) -> NodeProto | None:
    """Return the Add that completes a linear layer, or None if the node is not one's product."""
    if node.op_type != "MatMul" or len(constants.get(node.input[1], _NOTHING).dims) != 2:
        return None
    following = readers.get(node.output[0], [])
    if len(following) != 1 or following[0].op_type != "Add":
        return None
    others = [name for name in following[0].input if name != node.output[0]]
    is_vector = len(others) == 1 and len(constants.get(others[0], _NOTHING).dims) == 1
    return following[0] if is_vector else None


_NOTHING = onnx.TensorProto()
