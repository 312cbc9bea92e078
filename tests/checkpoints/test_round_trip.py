"""From a checkpoint of either family to an ONNX file that computes what the network computed.

Issue 3, "it must show", first point: within 1e-3, at four proportions, from photos whose sides are
no multiples of 32.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tests.checkpoints.official_layouts import sized_for, write_checkpoint
from tests.checkpoints.random_network import SMALL, margin, random_network

from m2fp.checkpoints import convert_checkpoint
from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.export import export_converted
from m2fp.imaging import AnyRule, InputRule, prepare, read_photo
from m2fp.model import M2FP

pytestmark = pytest.mark.slow

PHOTOS = [(230, 333), (333, 230), (201, 199), (97, 310)]  # (height, width)
TOLERANCE = 1e-3
# Few queries and layers, so that photos without a query in doubt are easy to find.
CONFIG = replace(SMALL, decoder=replace(SMALL.decoder, queries=8, layers=3))


@pytest.fixture(scope="module", params=["modelscope-cihp", "detectron2-lip"])
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[M2FP, Path]:
    """Return a network and the ONNX file that its checkpoint became."""
    folder = tmp_path_factory.mktemp("export")
    model = random_network(sized_for(request.param, CONFIG), seed=3)
    source = write_checkpoint(request.param, model, folder)
    convert_checkpoint(source, folder / "model.safetensors")
    export_converted(folder / "model.safetensors", folder / "model.onnx")
    return model, folder / "model.onnx"


def smaller(rule: AnyRule) -> AnyRule:
    """Return the same kind of rule for inputs that are quick to compute."""
    if isinstance(rule, InputRule):
        return replace(rule, short_side=150, long_side=300)
    return replace(rule, height=192, width=128)


def decided_input(model: M2FP, size: tuple[int, int], rule: AnyRule) -> NDArray[np.float32]:
    """Return a photo's tensor on which no rounding decides where a query looks, see `margin`.

    size: (height, width) of the photo.
    """
    for seed in range(50):
        pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
        tensor = prepare(read_photo(pixels), rule).tensor
        if margin(model, torch.from_numpy(tensor)) > TOLERANCE:
            return tensor
    raise AssertionError("every photo leaves a query in doubt")


def test_logits_and_masks_are_those_of_the_network(exported: tuple[M2FP, Path]) -> None:
    model, path = exported
    engine = OnnxEngine(path, threads=1)
    for size in PHOTOS:
        tensor = decided_input(model, size, smaller(engine.info.input))
        found = engine.run(tensor)
        with torch.inference_mode():
            expected = model(torch.from_numpy(tensor))
        classes, masks = expected.class_logits[0].numpy(), expected.mask_logits()[0].numpy()
        assert np.abs(found.class_logits - classes).max() < TOLERANCE
        assert np.abs(found.mask_logits - masks).max() < TOLERANCE
        # Two networks that say nothing would agree as well.
        assert classes.std() > 1
        assert 0.01 < (masks > 0).mean() < 0.5
    engine.close()


def test_the_file_needs_nothing_else(exported: tuple[M2FP, Path]) -> None:
    model, path = exported
    engine = OnnxEngine(path, threads=1)
    assert engine.info.scheme.name == model.config.scheme
    assert engine.info.name == f"m2fp-r50-{model.config.scheme}"
    assert "non-commercial" in engine.info.licence
    engine.close()
