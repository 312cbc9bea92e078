"""From a data set and whoever predicts to a report: what `m2fp val` and `m2fp score` do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from m2fp.datasets import Dataset
from m2fp.engine import cpu_quota
from m2fp.errors import DataError
from m2fp.evaluation.predictions import ModelPredictions, ParserOptions, open_predictions
from m2fp.evaluation.reporting.report import Report
from m2fp.evaluation.running.chosen_photos import ChosenPhotos, DataChoice
from m2fp.evaluation.running.stages import Listener, RunOptions, Stage, run_stages
from m2fp.extras import needs_extra

_NAMED = 3  # photos in messages


@dataclass(frozen=True, slots=True)
class Groups:
    """Pictures composed of the photos' people: how many, and the seed of all random choices."""

    count: int
    seed: int = 1


def run_val(
    data: DataChoice,
    options: ParserOptions | None = None,
    *,
    groups: Groups | None = None,
    run: RunOptions | None = None,
    listener: Listener | None = None,
) -> tuple[Report, ...]:
    """Return the report on a model and, if wanted, the one on groups composed of the same people.

    Args:
        data: which photos.
        options: which model and how it is run; None = the built-in model.
        groups: None = none.
        run: how it is done.
        listener: told how far it is.

    Raises:
        DataError: the data set cannot be read, or has no such split.
        ConfigError: an option has no such value, or the model's labels do not fit the data set's.
        MissingExtra: groups cannot be composed with what is installed.
        ModelError, EngineError: the model cannot be loaded or run.
        OSError: the output cannot be written.
    """
    # Before anything is scored: an extra that is missing should not cost the user the first report.
    compose = _composer() if groups else None
    photos = ChosenPhotos.of(data)
    options = _sharing(options or ParserOptions(), run)
    source = ModelPredictions.of(options, photos.dataset.scheme)
    stages = [Stage(photos, source)]
    if groups and compose:
        pictures = compose(photos.dataset, groups.count, groups.seed)
        composed = photos.composed(pictures, groups.seed)
        stages.append(Stage(composed, source, folder="groups"))
    return run_stages(stages, run, listener)


def run_score(
    data: DataChoice,
    predictions: Path,
    *,
    format_name: str | None = None,
    allow_missing: bool = False,
    run: RunOptions | None = None,
    listener: Listener | None = None,
) -> Report:
    """Return the report on predictions that some tool has written.

    Args:
        data: which photos.
        predictions: file or folder.
        format_name: see `m2fp.evaluation.predictions.format_names`; None = found by looking.
        allow_missing: score photos without a prediction as if nothing had been found in them.
        run: how it is done.
        listener: told how far it is.

    Raises:
        DataError: data set or predictions cannot be read, or predictions are missing.
        ConfigError: an option has no such value, or the predictions' labels do not fit.
        SourceNotFound: there are no predictions.
        OSError: the output cannot be written.
    """
    photos = ChosenPhotos.of(data)
    source = open_predictions(predictions, photos.dataset, photos.split, format_name=format_name)
    coverage = source.coverage([sample.name for sample in photos.samples])
    if coverage.missing and not allow_missing:
        total = len(photos.samples)
        raise DataError(_what_is_missing(coverage.missing, total, coverage.unused))
    if coverage.unused and listener and data.limit is None:
        listener.note(f"predictions that belong to none of the photos: {coverage.unused}")
    (report,) = run_stages([Stage(photos, source, coverage.missing)], run, listener)
    return report


def _sharing(options: ParserOptions, run: RunOptions | None) -> ParserOptions:
    """Return the options with the processors shared among the workers, if nobody says otherwise."""
    if run is None or run.workers <= 1 or options.threads is not None:
        return options
    return replace(options, threads=max(1, cpu_quota() // run.workers))


def _what_is_missing(missing: Sequence[str], total: int, unused: int) -> str:
    names = ", ".join(missing[:_NAMED]) + (", ..." if len(missing) > _NAMED else "")
    if len(missing) == total:
        return (
            f"none of the {unused} predictions is called like one of the {total} photos ({names}); "
            "names, and folders in them, must be the same"
        )
    return (
        f"{len(missing)} of {total} photos have no prediction ({names}). Left out, they would make "
        "the scores too high; --allow-missing scores them as if nothing had been found"
    )


def _composer() -> Callable[[Dataset, int, int], Dataset]:
    """Return `GroupDataset`; composing pictures needs OpenCV, scoring does not."""
    with needs_extra("train", "Composing groups"):
        from m2fp.evaluation.groups import GroupDataset
    return GroupDataset
