"""Scoring a network while it trains, on the same path from photo to maps that the library takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from m2fp.data.cihp_folder import CihpSample, read_sample
from m2fp.engine.protocol import QueryPredictions
from m2fp.errors import ConfigError, DataError, EngineError
from m2fp.evaluation import evaluate
from m2fp.imaging import InputRule
from m2fp.labels import get_scheme
from m2fp.model import M2FP
from m2fp.parser import Parser
from m2fp.registry import ModelInfo


class TorchEngine:
    """Runs a network in PyTorch; an `m2fp.engine.Engine`.

    Give it to `Parser(engine=...)`. It uses the network as it is, also while it changes, in
    evaluation mode, and leaves the mode as it found it.
    """

    name = "torch"

    def __init__(self, model: M2FP, rule: InputRule, name: str = "in-training") -> None:
        """Wrap a network.

        Args:
            model: on any device.
            rule: how photos are scaled; its mean and std give way to the backbone's.
            name: the model's name in results.
        """
        self._model: M2FP | None = model
        backbone = model.backbone
        self._info = ModelInfo(
            name=name,
            scheme=get_scheme(model.config.scheme),
            input=replace(rule, mean=backbone.mean, std=backbone.std),
            precision="fp32",
            licence="not stated",
            sha256="",  # there is no file
            description="",
        )

    @property
    def info(self) -> ModelInfo:
        """Return the description of the network."""
        return self._info

    def run(self, tensor: NDArray[np.float32]) -> QueryPredictions:
        """Return the predictions for one normalised input, float32 (1, 3, H, W).

        Raises:
            EngineError: the engine is closed.
        """
        model = self._model
        if model is None:
            raise EngineError("the engine is closed; open a new one", engine=self.name)
        training = model.training
        model.eval()
        device = next(model.parameters()).device
        with torch.inference_mode():
            output = model(torch.from_numpy(tensor).to(device))
            classes, masks = output.class_logits[0], output.mask_logits()[0]
        model.train(training)
        return QueryPredictions(classes.float().cpu().numpy(), masks.float().cpu().numpy())

    def close(self) -> None:
        """Let go of the network."""
        self._model = None


def make_validator(
    samples: Sequence[CihpSample],
    rule: InputRule,
    limit: int | None = None,
    table: str = "ccp14",
) -> Callable[[M2FP], float]:
    """Return a function that gives a network's mIoU on the samples, protocol d2, 0..1.

    Args:
        samples: the validation split.
        rule: how photos are scaled; its mean and std give way to the backbone's.
        limit: score only this many of the samples, evenly spread.
        table: the classes to score with; see `m2fp.evaluation.tables`.

    Raises:
        DataError: there are no samples.
        ConfigError: `limit` is below 1.
    """
    if limit is not None and limit < 1:
        raise ConfigError(f"limit is {limit}; give 1 or more", option="limit")
    if not samples:
        raise DataError("there are no samples to validate on")
    count = min(len(samples), limit or len(samples))
    chosen = [samples[i * len(samples) // count] for i in range(count)]

    def validate(model: M2FP) -> float:
        with Parser(engine=TorchEngine(model, rule)) as parser:
            report = evaluate(parser, map(read_sample, chosen))
        return report.table(table).miou_d2 or 0.0

    return validate
