"""What is done with one photo: its prediction is asked for, and both become a tally."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from m2fp.datasets import Labels, Sample
from m2fp.errors import DataError, ImageError, ResultError
from m2fp.evaluation.metrics.prediction import Prediction
from m2fp.evaluation.metrics.tally import Tally
from m2fp.evaluation.predictions import PredictionSource, Predictor, write_challenge
from m2fp.labels import LabelScheme


@dataclass(frozen=True, slots=True)
class Scoring:
    """What is scored and how; the same for every photo, and for every process that helps.

    Attributes:
        source: who predicts.
        scheme: what the data set's ids mean.
        save_to: folder that the predictions are written to, in the challenge's layout; None = they
            are not kept.
    """

    source: PredictionSource
    scheme: LabelScheme
    save_to: Path | None = None

    def fingerprint(self) -> dict[str, str]:
        """Return what a finished chunk depends on beside photos and predictions."""
        saved = "" if self.save_to is None else str(self.save_to.resolve())
        return {"saved predictions": saved}

    def score(
        self, predictor: Predictor, samples: Sequence[Sample], tick: Callable[[], None]
    ) -> Tally:
        """Return the tally of some photos, at least one.

        Args:
            predictor: the open source.
            samples: the photos.
            tick: called after each.

        Raises:
            DataError: labels or a prediction cannot be used; the message names the photo.
            M2FPError: from the predictor.
            OSError: a prediction cannot be written.
        """
        tallies = []
        for sample in samples:
            tallies.append(self._score_one(predictor, sample))
            tick()
        return Tally.merged(tallies)

    def _score_one(self, predictor: Predictor, sample: Sample) -> Tally:
        try:
            labels = sample.read_labels()
            prediction = predict(predictor, sample, labels)
            if self.save_to is not None:
                write_challenge(prediction, self.save_to, sample.name)
            return Tally.of(sample.name, labels, prediction, self.scheme)
        except (DataError, ImageError, ResultError) as error:
            if sample.name in error.message:
                raise
            path = error.path if isinstance(error, DataError) else None
            raise DataError(f"{sample.name}: {error.message}", path=path) from error


def predict(predictor: Predictor, sample: Sample, labels: Labels) -> Prediction:
    """Return the prediction of a photo.

    Raises:
        DataError: it does not have the labels' size.
        M2FPError: from the predictor.
    """
    height, width = labels.categories.shape
    prediction = predictor.predict(sample, (height, width))
    if prediction.categories.shape != (height, width):
        raise DataError(
            f"{sample.name}: a prediction of {prediction.categories.shape} pixels cannot be scored "
            f"on labels of {(height, width)}; it must have the photo's size"
        )
    return prediction
