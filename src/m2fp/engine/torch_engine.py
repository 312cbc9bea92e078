"""Inference with PyTorch: for reference, and for networks that are still in training."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import torch

from m2fp.cancellation import Cancellation
from m2fp.checkpoints import load_model
from m2fp.engine.contract import (
    check_tensor,
    inference_failed,
    thread_count,
    to_predictions,
)
from m2fp.engine.pinned_file import pin
from m2fp.engine.protocol import QueryPredictions
from m2fp.errors import EngineError
from m2fp.imaging import AnyRule
from m2fp.labels import get_scheme
from m2fp.model import M2FP
from m2fp.registry.model_info import ModelInfo

ENGINE_NAME: Final = "torch"


class TorchEngine:
    """Runs a network as it is written down. Thread-safe: one call computes at a time.

    The network is used in evaluation mode, and its mode is left as it was found.
    """

    name = ENGINE_NAME

    def __init__(self, model: M2FP, info: ModelInfo) -> None:
        """Wrap a network; `open` and `around` are the ways to get one with its description.

        Args:
            model: on any device. It may go on changing between calls.
            info: its description.
        """
        self._model: M2FP | None = model
        self._info = info
        self._running = threading.Lock()  # the mode of a network is one for all threads

    @classmethod
    def open(
        cls,
        path: str | Path,
        threads: int | None = None,
        *,
        expected_sha256: str | None = None,
    ) -> Self:
        """Return the engine with a converted checkpoint loaded.

        Args:
            path: a `.safetensors` file made by `m2fp convert`.
            threads: threads per inference, at least 1; None = the processors this process may use.
                PyTorch has one number of threads for the whole process, which this sets.
            expected_sha256: refuse any other file, before its content is interpreted.

        Raises:
            ModelNotFound, ChecksumMismatch, IncompatibleModel: about the file.
            ConfigError: `threads` is below 1.
        """
        count = thread_count(threads)
        if expected_sha256 is not None:
            pin(Path(path), expected_sha256)
        model, info = load_model(Path(path))
        torch.set_num_threads(count)
        return cls(model, info)

    @classmethod
    def around(cls, model: M2FP, rule: AnyRule, name: str = "in-training") -> Self:
        """Return the engine around a network in memory, with as many threads as PyTorch has.

        Args:
            model: on any device.
            rule: how photos become its input; its mean and std give way to the backbone's.
            name: the model's name in results.
        """
        backbone = model.backbone
        info = ModelInfo(
            name=name,
            scheme=get_scheme(model.config.scheme),
            input=replace(rule, mean=backbone.mean, std=backbone.std),
            precision="fp32",
            licence="not stated",
            sha256="",  # there is no file
            description="",
        )
        return cls(model, info)

    @property
    def info(self) -> ModelInfo:
        """Return the description of the network."""
        return self._info

    def run(
        self, tensor: npt.NDArray[np.float32], cancellation: Cancellation | None = None
    ) -> QueryPredictions:
        """Return the predictions for one normalised input, float32 (1, 3, H, W).

        Raises:
            Cancelled: it was cancelled before it began; PyTorch cannot be interrupted.
            InferenceFailed: the input is not such an array, or PyTorch could not compute it, for
                example for lack of memory.
            EngineError: the engine is closed.
        """
        model = self._model
        if model is None:
            raise EngineError("the engine is closed; open a new one", engine=self.name)
        check_tensor(tensor, self.name)
        try:
            with self._running:
                if cancellation is not None:
                    cancellation.check()
                classes, masks = _run(model, tensor)
        except RuntimeError as error:
            raise inference_failed(tensor, error, self.name) from error
        return to_predictions(classes, masks, tensor, self.name)

    def close(self) -> None:
        """Let go of the network once the calls under way have finished."""
        self._model = None


def _run(
    model: M2FP, tensor: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return class and mask logits, float32 (1, Q, C + 1) and (1, Q, H / 4, W / 4)."""
    training = model.training
    device = next(model.parameters()).device
    # A copy: PyTorch knows no negative strides, and warns of arrays that it must not write to.
    pixels = torch.from_numpy(tensor.copy()).to(device)
    model.eval()
    try:
        with torch.inference_mode():
            output = model(pixels)
            classes, masks = output.class_logits, output.mask_logits()
    finally:
        model.train(training)
    return classes.float().cpu().numpy(), masks.float().cpu().numpy()
