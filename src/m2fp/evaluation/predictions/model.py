"""Predictions of a model, made while they are scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import Sample
from m2fp.evaluation.metrics.prediction import Prediction
from m2fp.evaluation.metrics.stacked_masks import StackedMasks
from m2fp.evaluation.predictions.from_maps import ids_between, prediction_of_maps
from m2fp.evaluation.predictions.source import Coverage, Size
from m2fp.evaluation.predictions.subject import Subject
from m2fp.imaging import IntakeLimits
from m2fp.imaging.grid_to_photo import GridToPhoto
from m2fp.labels import LabelScheme
from m2fp.parser import Parser
from m2fp.postprocess import OfficialRules, PostprocessConfig, TestTimeAugmentation
from m2fp.registry import DEFAULT_MODEL, ModelInfo
from m2fp.results import ModelStamp, Result
from m2fp.results.evidence import Instances
from m2fp.results.modelscope import reported


@dataclass(frozen=True, slots=True)
class ParserOptions:
    """Everything that makes a `Parser`; the fields are its arguments."""

    model: str | Path = DEFAULT_MODEL
    engine: str = "auto"
    threads: int | None = None
    limits: IntakeLimits | None = None
    rules: PostprocessConfig | OfficialRules | None = None
    augment: TestTimeAugmentation | None = None
    cache_dir: Path | None = None

    def parser(self) -> Parser:
        """Return a new parser; nothing is loaded yet.

        Raises:
            M2FPError: as `Parser`.
        """
        return Parser(
            self.model,
            engine=self.engine,
            threads=self.threads,
            limits=self.limits,
            postprocess=self.rules,
            augment=self.augment,
            cache_dir=self.cache_dir,
        )

    def in_words(self) -> str:
        """Return the rules and the views, as reports name them."""
        rules = self.rules or PostprocessConfig()
        name = "official" if isinstance(rules, OfficialRules) else "m2fp"
        words = [f"rules {name}" if rules == type(rules)() else repr(rules)]
        if self.augment is not None:
            words += ["mirrored too"] * self.augment.flip
            words.append(f"scales {', '.join(f'{scale:g}' for scale in self.augment.scales)}")
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class ModelPredictions:
    """What a model says.

    Attributes:
        options: how it is run.
        info: which model it is.
        scheme: the data set's.
    """

    kind: ClassVar[str] = "model"
    options: ParserOptions
    info: ModelInfo
    scheme: LabelScheme

    @classmethod
    def of(cls, options: ParserOptions, scheme: LabelScheme) -> Self:
        """Return the predictions of a model, which is loaded once to be asked what it is.

        Args:
            options: how it is run.
            scheme: the data set's.

        Raises:
            ModelError, EngineError: the model cannot be loaded or run.
            ConfigError: its label scheme cannot become the data set's.
        """
        with options.parser() as parser:
            info = parser.info
        ids_between(info.scheme, scheme)
        return cls(options, info, scheme)

    @property
    def subject(self) -> Subject:
        """Return the model."""
        stamp = ModelStamp(self.info.name, self.info.sha256, self.info.precision)
        return Subject(self.info.name, self.kind, stamp, self.options.in_words())

    def coverage(self, names: Sequence[str]) -> Coverage:
        """Return that nothing is missing: a model answers for every photo."""
        del names
        return Coverage()

    def fingerprint(self) -> Mapping[str, str]:
        """Return the model and how it is run; threads change nothing that is scored."""
        options = self.options
        return {
            "model": self.info.sha256,
            "engine": options.engine,
            "rules": repr(options.rules or PostprocessConfig()),
            "views": repr(options.augment),
            "limits": repr(options.limits or IntakeLimits()),
        }

    @contextmanager
    def open(self) -> Iterator[_OpenModel]:
        """Load the model; see `PredictionSource`."""
        with self.options.parser() as parser:
            ids = ids_between(self.info.scheme, self.scheme)
            yield _OpenModel(parser, ids, isinstance(self.options.rules, OfficialRules))


@dataclass(frozen=True, slots=True, eq=False)
class _OpenModel:
    parser: Parser
    ids: NDArray[np.uint8]
    official: bool

    def predict(self, sample: Sample, size: Size) -> Prediction:
        del size  # reading the sample compares it
        result = self.parser(sample.read().pixels)
        return from_result(result, self.ids, official=self.official)


def from_result(
    result: Result, ids: NDArray[np.uint8] | None = None, *, official: bool = False
) -> Prediction:
    """Return what a result says, as far as it is scored.

    Args:
        result: of one photo.
        ids: turns its label ids into the data set's, uint8 (256,); None = they are the same.
        official: take parts and people as the official evaluation does: every mask that the
            network found, overlapping ones too, with its own score. The people's scores as owners
            of parts (AP^p) stay the result's. Otherwise a part of a person is one instance.
    """
    table = np.arange(256, dtype=np.uint8) if ids is None else ids
    people = result.scheme.person_class is not None
    prediction = prediction_of_maps(result, table, people=people, seconds=result.timing.total_s)
    if not official or not isinstance(result.evidence, Instances):
        return prediction
    parts, figures = _found(result.evidence, result.scheme.person_class, table)
    return replace(prediction, parts=parts, people=figures, owners=prediction.people)


def _found(
    evidence: Instances, person_class: int | None, ids: NDArray[np.uint8]
) -> tuple[StackedMasks, StackedMasks]:
    """Return the parts and the people that the network found, the least probable first.

    Where masks are painted, the later of two equal scores covers the earlier one.
    """
    found = list(reported(evidence, person_class))[::-1]
    reader = GridToPhoto(evidence.placement)

    def stacked(*, people: bool) -> StackedMasks:
        chosen = [item for item in found if (item[0].class_id == person_class) == people]
        return StackedMasks.of_crops(
            (
                (reader.inside(item.window), item.window.reach.left, item.window.reach.top)
                for item, _ in chosen
            ),
            [0 if people else int(ids[item.class_id]) for item, _ in chosen],
            [score for _, score in chosen],
            size=evidence.placement.photo_size,
        )

    return stacked(people=False), stacked(people=True)
