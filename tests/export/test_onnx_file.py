"""The exported file computes what the network computes, at any size, and says what it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from tests.export.small import PUBLISH, small

from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.errors import ConfigError
from m2fp.export import export_checkpoint, export_model
from m2fp.export.onnx_file import model_info
from m2fp.model import M2FP

SIZES = [(64, 64), (64, 160), (192, 96), (32, 224)]


def largest_difference(model: M2FP, path: Path, size: tuple[int, int], seed: int) -> float:
    """Return the largest absolute difference between the file's and the network's outputs.

    size: (height, width) of a random input, multiples of 32.
    """
    pixels = np.random.default_rng(seed).standard_normal((1, 3, *size), dtype=np.float32)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    from_file = session.run(None, {"pixels": pixels})
    with torch.no_grad():
        output = model(torch.from_numpy(pixels))
    expected = (output.class_logits.numpy(), output.mask_logits().numpy())
    return max(float(np.abs(a - b).max()) for a, b in zip(from_file, expected, strict=True))


@pytest.fixture(scope="module", params=["fpn", "deformable"])
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[M2FP, Path]:
    model, path = small(request.param), tmp_path_factory.mktemp("export") / "model.onnx"
    export_model(model, path, model_info(model, "small", PUBLISH))
    return model, path


def test_the_file_computes_what_the_network_computes(exported: tuple[M2FP, Path]) -> None:
    for seed, size in enumerate(SIZES):
        assert largest_difference(*exported, size, seed) < 1e-3


def test_the_file_says_what_it_is_and_nothing_of_the_machine(exported: tuple[M2FP, Path]) -> None:
    model, path = exported
    engine = OnnxEngine(path, threads=1)
    info = engine.info
    engine.close()
    assert (info.name, info.scheme.name, info.licence) == ("small", "cihp", "CC0-1.0")
    assert (info.input.short_side, info.input.long_side) == (96, 160)
    assert info.input.mean == model.backbone.mean
    assert [entry.key for entry in onnx.load(path).metadata_props] == ["m2fp"]
    assert str(Path(torch.__file__).parent.parent).encode() not in path.read_bytes()


def test_only_a_training_checkpoint_is_exported(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no checkpoint"):
        export_checkpoint(tmp_path / "absent.pt", tmp_path / "model.onnx")
    torch.save({"weights": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(ConfigError, match="not written by"):
        export_checkpoint(tmp_path / "other.pt", tmp_path / "model.onnx")


def test_another_recipe_can_correct_what_the_file_says() -> None:
    model = small("fpn")
    info = model_info(model, "small", replace(PUBLISH, licence="MIT"))
    assert info.licence == "MIT"
