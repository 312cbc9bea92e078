"""Pictures of the photos that scored lowest, to see what goes wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from PIL import Image

from m2fp.datasets import Sample
from m2fp.errors import DataError
from m2fp.evaluation.metrics.photos import PhotoScore
from m2fp.evaluation.predictions.source import Predictor
from m2fp.evaluation.reporting.comparison_picture import draw_comparison
from m2fp.labels import LabelScheme


def worst_pictures(
    worst: Iterable[PhotoScore],
    samples: Sequence[Sample],
    predictor: Predictor,
    scheme: LabelScheme,
) -> Iterator[tuple[PhotoScore, Image.Image]]:
    """Yield every score with the picture of its photo; see `draw_comparison`.

    Photos are read, and predicted again, one at a time. Nothing is written.

    Args:
        worst: of the photos to be drawn, for example `Report.worst`.
        samples: photos, those among them.
        predictor: who was scored.
        scheme: of the labels.

    Raises:
        DataError: a photo is not among the samples or cannot be read.
        M2FPError: from the predictor.
    """
    by_name = {sample.name: sample for sample in samples}
    for score in worst:
        if score.name not in by_name:
            raise DataError(f"{score.name} cannot be drawn: it is not among the photos given")
        sample = by_name[score.name]
        photo = sample.read()
        height, width = photo.categories.shape
        prediction = predictor.predict(sample, (height, width))
        yield score, draw_comparison(score, photo, prediction, scheme)
