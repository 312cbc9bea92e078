"""Predictions of any tool, read or made photo by photo."""

from m2fp.evaluation.predictions.challenge import write_challenge
from m2fp.evaluation.predictions.detect import format_names, open_predictions
from m2fp.evaluation.predictions.model import ModelPredictions, ParserOptions, from_result
from m2fp.evaluation.predictions.source import Coverage, PredictionSource, Predictor

__all__ = [
    "Coverage",
    "ModelPredictions",
    "ParserOptions",
    "PredictionSource",
    "Predictor",
    "format_names",
    "from_result",
    "open_predictions",
    "write_challenge",
]
