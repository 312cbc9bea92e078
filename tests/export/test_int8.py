"""A file in eight bits is smaller, says what it is, and comes with what it changes."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image
from tests.export.small import PUBLISH, small

from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.errors import ConfigError, DataError, IncompatibleModel
from m2fp.export import export_model, int8
from m2fp.export.int8 import Int8Plan, Int8Report, export_int8
from m2fp.export.onnx_file import model_info
from m2fp.export.quantise import group_of, quantisable
from m2fp.imaging import prepare, read_photo


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    paths = tuple(folder / f"{index}.png" for index in range(3))
    for index, path in enumerate(paths):
        coarse = random.integers(0, 256, (6 + index, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((160, 120), Image.Resampling.BICUBIC).save(path)
    return paths


@pytest.fixture(scope="module")
def float_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("float") / "small.onnx"
    model = small("deformable")
    export_model(model, path, model_info(model, "small", PUBLISH))
    return path


@pytest.fixture(scope="module")
def quantised(
    float_file: Path, photos: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Int8Report]:
    output = tmp_path_factory.mktemp("int8") / "small.v1.onnx"
    plan = Int8Plan(photos, budget=0.5, sweep_photos=2, threads=1)
    return output, export_int8(float_file, output, plan)


def test_the_file_is_smaller_and_says_what_it_is(
    float_file: Path, quantised: tuple[Path, Int8Report]
) -> None:
    path, _ = quantised
    assert path.stat().st_size < 0.5 * float_file.stat().st_size
    with closing(OnnxEngine(path, 1)) as engine, closing(OnnxEngine(float_file, 1)) as before:
        assert engine.info.precision == "int8"
        assert (engine.info.name, engine.info.input) == ("small", before.info.input)


def test_what_is_quantised(float_file: Path, quantised: tuple[Path, Int8Report]) -> None:
    path, report = quantised
    assert report.sweep.kept == tuple(item.group for item in report.sweep.groups)
    before, after = (
        Counter(node.op_type for node in onnx.load(file).graph.node) for file in (float_file, path)
    )
    assert after["QuantizeLinear"] > 50
    for kind in ("DeformableSampling", "LayerNormalization", "Softmax", "MatMul", "Gemm", "Conv"):
        assert after[kind] == before[kind] > 0


def test_weights_leave_room_for_two_products_in_16_bits(
    quantised: tuple[Path, Int8Report],
) -> None:
    weights = [
        onnx.numpy_helper.to_array(tensor)
        for tensor in onnx.load(quantised[0]).graph.initializer
        if tensor.data_type == onnx.TensorProto.INT8
    ]
    most = max(int(np.abs(weight.astype(int)).max()) for weight in weights)
    assert 32 < most <= 64
    assert 2 * 255 * most < 2**15


def test_outputs_stay_close(
    float_file: Path, photos: tuple[Path, ...], quantised: tuple[Path, Int8Report]
) -> None:
    with closing(OnnxEngine(quantised[0], 1)) as engine, closing(OnnxEngine(float_file, 1)) as old:
        for photo in photos:
            tensor = prepare(read_photo(photo), engine.info.input).tensor
            ours, theirs = engine.run(tensor), old.run(tensor)
            for name in ("class_logits", "mask_logits"):
                a, b = getattr(ours, name), getattr(theirs, name)
                # Random weights amplify rounding; scrambled ranges would correlate with nothing.
                assert 0.5 < np.corrcoef(a.ravel(), b.ravel())[0, 1] < 1.0


def test_the_report_lies_beside_the_file(quantised: tuple[Path, Int8Report]) -> None:
    path, report = quantised
    document = json.loads((path.parent / "small.v1.agreement.json").read_text(encoding="utf-8"))
    assert document == json.loads(json.dumps(report.to_dict()))
    assert document["agreement"]["photos"] == 3
    assert document["agreement"]["candidate"]["bytes"] == path.stat().st_size
    text = (path.parent / "small.v1.agreement.md").read_text(encoding="utf-8")
    assert text == report.to_markdown()
    assert "| pixels with the same part " in text
    assert "| pixel_decoder.attention.value_projection " in text


def test_what_cannot_be_done(
    float_file: Path,
    photos: tuple[Path, ...],
    quantised: tuple[Path, Int8Report],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(IncompatibleModel, match="in int8 already"):
        export_int8(quantised[0], tmp_path / "x.onnx", Int8Plan(photos))
    monkeypatch.setattr(int8, "changed_cells", lambda expected, found: 1.0)
    with pytest.raises(ConfigError, match=r"no group of layers stays within a budget of 0\.9"):
        export_int8(float_file, tmp_path / "x.onnx", Int8Plan(photos[:1], 0.9, 1, 1))
    with pytest.raises(DataError, match="there are none"):
        Int8Plan(())
    with pytest.raises(ConfigError, match=r"budget is 1\.5"):
        Int8Plan(photos, budget=1.5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("node", "group"),
    [
        ("backbone.stages.2.17.conv1.conv/Conv", "backbone.stages.2"),
        ("backbone.stem.0.conv/Conv", "backbone.stem"),
        ("backbone.blocks.13.expand.conv/Conv", "backbone.blocks.13"),
        ("pixel_decoder.layers.4.ffn.fc1/MatMul/Gemm", "pixel_decoder.ffn"),
        (
            "pixel_decoder.layers.0.attention.value_projection/MatMul/Gemm",
            "pixel_decoder.attention.value_projection",
        ),
        ("decoder.layers.8.cross_attention/MatMul.2/Gemm", "decoder.cross_attention"),
        ("decoder.class_head/MatMul/Gemm", "decoder.class_head"),
        ("backbone/MaxPool", "backbone"),
    ],
)
def test_groups_by_name(node: str, group: str) -> None:
    assert group_of(node) == group


def test_products_of_attention_are_not_quantisable(float_file: Path) -> None:
    graph = onnx.load(float_file).graph
    chosen = {name for names in quantisable(graph).values() for name in names}
    kinds = Counter(node.op_type for node in graph.node if node.name in chosen)
    assert kinds["MatMul"] == kinds["LayerNormalization"] == kinds["Softmax"] == 0
    assert kinds["Conv"] == sum(node.op_type == "Conv" for node in graph.node)
    assert kinds["Gemm"] == sum(node.op_type == "Gemm" for node in graph.node)
