"""Every implementation of the engine protocol, with files for it that are good and bad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
import torch
from safetensors.torch import save_file
from tests.checkpoints.random_network import SMALL
from tests.fake_model import build_fake_model

from m2fp.checkpoints.converted import Description, write_converted
from m2fp.engine import Engine
from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.engine.openvino_engine import OpenVinoEngine
from m2fp.engine.torch_engine import TorchEngine
from m2fp.imaging import InputRule
from m2fp.labels import get_scheme
from m2fp.model import M2FP
from m2fp.registry import ModelInfo


@dataclass(frozen=True, slots=True)
class EngineCase:
    """One implementation.

    Attributes:
        label: for the names of tests.
        name: what the engine calls itself.
        open: called with path, threads and the expected sha256.
        reads: the kind of file.
        advice: the command that makes such a file, which messages must name.
    """

    label: str
    name: str
    open: Callable[[Path, int | None, str | None], Engine]
    reads: Literal["onnx", "safetensors"]
    advice: str

    def __str__(self) -> str:
        return self.label


ONNX_CASES = (
    EngineCase(
        "onnxruntime",
        "onnxruntime",
        lambda path, threads, sha256: OnnxEngine(path, threads, expected_sha256=sha256),
        "onnx",
        "m2fp export",
    ),
    EngineCase(
        "openvino-for-all-sizes",
        "openvino",
        lambda path, threads, sha256: OpenVinoEngine(
            path, threads, per_size=False, expected_sha256=sha256
        ),
        "onnx",
        "m2fp export",
    ),
    EngineCase(
        "openvino-per-size",
        "openvino-per-size",
        lambda path, threads, sha256: OpenVinoEngine(
            path, threads, per_size=True, expected_sha256=sha256
        ),
        "onnx",
        "m2fp export",
    ),
)
CASES = (
    *ONNX_CASES,
    EngineCase(
        "torch",
        "torch",
        lambda path, threads, sha256: TorchEngine.open(path, threads, expected_sha256=sha256),
        "safetensors",
        "m2fp convert",
    ),
)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Two small models of each kind of file: one that runs, and one that says nothing of itself."""

    good: dict[str, Path]
    nameless: dict[str, Path]


def write_models(folder: Path) -> ModelFiles:
    """Return the models after writing them into the folder."""
    files = ModelFiles(
        good={"onnx": folder / "fake.onnx", "safetensors": folder / "small.safetensors"},
        nameless={"onnx": folder / "plain.onnx", "safetensors": folder / "plain.safetensors"},
    )
    build_fake_model(files.good["onnx"])
    build_fake_model(files.nameless["onnx"], metadata="")
    info = ModelInfo(
        name="fake",
        scheme=get_scheme("cihp"),
        input=InputRule(96, 128),
        precision="fp32",
        licence="Apache-2.0",
        sha256="",
        description="Random; for tests.",
    )
    torch.manual_seed(4)
    tensors = M2FP(SMALL).state_dict()
    write_converted(files.good["safetensors"], tensors, Description(SMALL, info, "0" * 64))
    save_file({"decoder.class_head.weight": torch.zeros(22, 4)}, files.nameless["safetensors"])
    return files


def build_rigid_model(path: Path) -> Path:
    """Return the path after writing an ONNX model there that fails unless it gets 32 x 64 pixels.

    Its declared input is of any size, as that of other models.
    """
    model = onnx.load(build_fake_model(path))
    nothing = onnx.numpy_helper.from_array(np.zeros((1, 3, 32, 64), np.float32), "nothing")
    model.graph.initializer.append(nothing)
    for node in model.graph.node:
        node.input[:] = ["sum" if name == "pixels" else name for name in node.input]
    model.graph.node.insert(0, onnx.helper.make_node("Add", ["pixels", "nothing"], ["sum"]))
    onnx.save(model, path)
    return path
