"""Changes to an exported graph keep what it computes."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from m2fp.export.graph import fold_weights, linear_layers_as_gemm, name_after_modules

RANDOM = np.random.default_rng(0)


def two_layers() -> onnx.ModelProto:
    """Return a linear layer whose weight is transposed and one whose weight is split, in turn."""

    def constant(name: str, *shape: int) -> TensorProto:
        values = RANDOM.standard_normal(shape, dtype=np.float32)
        return numpy_helper.from_array(values, name)

    nodes = [
        helper.make_node("Transpose", ["w"], ["wt"], perm=[1, 0]),
        helper.make_node("MatMul", ["x", "wt"], ["p"]),
        helper.make_node("Add", ["bias", "p"], ["q"]),
        helper.make_node("Split", ["both"], ["first", "second"], axis=1, num_outputs=2),
        helper.make_node("MatMul", ["q", "second"], ["r"]),
        helper.make_node("Add", ["r", "other"], ["s"]),
        helper.make_node("MatMul", ["s", "first"], ["unbiased"]),
        helper.make_node("Add", ["unbiased", "q"], ["y"]),
    ]
    for index, node in enumerate(nodes):
        entry = node.metadata_props.add()
        entry.key = "pkg.torch.onnx.name_scopes"
        entry.value = f"['', 'model', 'model.decoder.{index // 3}', 'linear']"
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "n", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "n", 4])],
        [constant("w", 4, 3), constant("bias", 4), constant("both", 4, 8), constant("other", 4)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    return model


def outputs(model: onnx.ModelProto, tokens: int) -> np.ndarray:
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    x = np.random.default_rng(1).standard_normal((1, tokens, 3), dtype=np.float32)
    return np.asarray(session.run(None, {"x": x})[0])


def test_linear_layers_become_gemm_and_compute_the_same() -> None:
    model = two_layers()
    before = outputs(model, 5)
    name_after_modules(model.graph)
    fold_weights(model.graph)
    linear_layers_as_gemm(model.graph)
    kinds = [node.op_type for node in model.graph.node if node.op_type != "Reshape"]
    assert kinds == ["Gemm", "Gemm", "MatMul", "Add"]  # the last product has no constant summand
    np.testing.assert_allclose(outputs(model, 5), before, atol=1e-5)
    assert outputs(model, 2).shape == (1, 2, 4)


def test_only_weights_that_are_read_stay() -> None:
    model = two_layers()
    fold_weights(model.graph)
    assert {tensor.name for tensor in model.graph.initializer} == {
        *("wt", "bias", "first", "second", "other"),
    }


def test_nodes_are_named_after_their_layers_without_the_exporters_notes() -> None:
    model = two_layers()
    name_after_modules(model.graph)
    assert [node.name for node in model.graph.node] == [
        "decoder.0/Transpose",
        "decoder.0/MatMul",
        "decoder.0/Add",
        "decoder.1/Split",
        "decoder.1/MatMul",
        "decoder.1/Add",
        "decoder.2/MatMul",
        "decoder.2/Add",
    ]
    assert not any(node.metadata_props for node in model.graph.node)
