"""The stages of a run: each is some photos and a source of predictions, and gives a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from m2fp.evaluation.predictions import PredictionSource
from m2fp.evaluation.reporting.report import WORST, Report
from m2fp.evaluation.running.chosen_photos import ChosenPhotos
from m2fp.evaluation.running.journal import Journal
from m2fp.evaluation.running.output import Output
from m2fp.evaluation.running.run import score
from m2fp.evaluation.running.scoring import Scoring


class Listener(Protocol):
    """Who is told how far a run is."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Hear how many photos of a stage are done; first those that were done before."""
        ...

    def note(self, message: str) -> None:
        """Hear what the user should know, though nothing is wrong."""
        ...


class Silence:
    """A listener that does nothing."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Do nothing."""

    def note(self, message: str) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is done; none of it changes a score.

    Attributes:
        workers: processes; 1 = this one.
        output: folder for the report and its pictures, and for what is finished while the run goes
            on; None = neither is kept.
        fresh: forget what an earlier run in that folder has finished.
        worst: how many of the worst photos are drawn.
        save_predictions: folder that predictions are written to, in the challenge's layout; those
            of composed pictures are not.
    """

    workers: int = 1
    output: Path | None = None
    fresh: bool = False
    worst: int = WORST
    save_predictions: Path | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One report of a run.

    Attributes:
        photos: what is scored on.
        source: who predicts.
        missing: names of the photos without a prediction.
        folder: of its pictures inside the output; "" for the output itself.
    """

    photos: ChosenPhotos
    source: PredictionSource
    missing: tuple[str, ...] = ()
    folder: str = ""

    def scoring(self, run: RunOptions) -> Scoring:
        """Return what is done with every photo."""
        # Composed pictures are in no data set: beside its photos they would be strangers.
        save_to = None if self.photos.seed is not None else run.save_predictions
        return Scoring(self.source, self.photos.dataset.scheme, save_to)


def run_stages(
    stages: Sequence[Stage], run: RunOptions | None, listener: Listener | None
) -> tuple[Report, ...]:
    """Return the reports of the stages, scored one after the other; write what is wanted of them.

    Args:
        stages: at least one.
        run: how it is done.
        listener: told how far it is.

    Raises:
        M2FPError: as `score` and `Journal.begin`.
        OSError: the output cannot be written.
    """
    run, told = run or RunOptions(), listener or Silence()
    output = None if run.output is None else Output.begin(run.output, run.worst, told.note)
    journals = [_journal(stage, run, output) for stage in stages]
    reports = tuple(
        _run_stage(stage, run, told, output, journal)
        for stage, journal in zip(stages, journals, strict=True)
    )
    if output:
        output.finish(reports)
    for journal in reversed(journals):  # the inner folder first
        if journal:
            journal.remove()
    return reports


def _journal(stage: Stage, run: RunOptions, output: Output | None) -> Journal | None:
    """Return what is finished of a stage; a journal that does not fit is found before any work."""
    if output is None:
        return None
    known = {
        "kind": stage.source.subject.kind,
        **stage.photos.fingerprint(),
        **stage.source.fingerprint(),
        **stage.scoring(run).fingerprint(),
    }
    return Journal.begin(output.journal / stage.folder, known, fresh=run.fresh)


def _run_stage(
    stage: Stage, run: RunOptions, told: Listener, output: Output | None, journal: Journal | None
) -> Report:
    photos, scoring = stage.photos, stage.scoring(run)

    def progress(done: int) -> None:
        told.progress(photos.title, done, len(photos.samples))

    tally = score(scoring, photos.samples, workers=run.workers, journal=journal, progress=progress)
    if output:
        output.draw(scoring, photos.samples, tally, title=photos.title, inner=stage.folder)
    return Report.of(
        tally,
        title=photos.title,
        scheme=photos.dataset.scheme,
        subject=stage.source.subject,
        data=photos.stamp,
        missing=stage.missing,
    )
