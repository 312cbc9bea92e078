"""Parsing many pictures: one bad picture never stops the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from m2fp.cli.presenters import Presenter
from m2fp.cli.progress_line import ProgressLine
from m2fp.cli.result_files import Place
from m2fp.cli.screen import show_error, show_m2fp_error, show_warning
from m2fp.cli.sources import Picture
from m2fp.cli.tool import unexpected
from m2fp.errors import M2FPError
from m2fp.results import Result


class Parse(Protocol):
    """Makes a result of a path or of bytes; m2fp.Parser does."""

    def __call__(self, source: Path | bytes, /) -> Result:
        """Return the result of one picture."""
        ...


class CannotWrite(M2FPError):
    """Results cannot be saved, which no other picture would mend."""

    code = "cannot_write"


class InternalFault(M2FPError):
    """Something nobody foresaw happened to one picture."""

    code = "internal"


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What to do.

    Attributes:
        pictures: what to parse.
        places: where the results of each picture go, in the same order.
        kinds: which files to write for each; empty to write none.
        skip_done: leave out pictures whose results are there.
        fail_fast: stop at the first failure.
        debug: let unforeseen errors through.
        limit_bytes: longest picture on standard input.
    """

    pictures: Sequence[Picture]
    places: Sequence[Place]
    kinds: tuple[str, ...]
    skip_done: bool
    fail_fast: bool
    debug: bool
    limit_bytes: int


@dataclass(slots=True)
class BatchReport:
    """What was done; also complete up to the moment of an interruption.

    Attributes:
        parsed: number of pictures with a result.
        skipped: number of pictures that were done before.
        persons: number of persons found.
        failures: (how the picture is called, what went wrong).
    """

    parsed: int = 0
    skipped: int = 0
    persons: int = 0
    failures: list[tuple[str, M2FPError]] = field(default_factory=list)


def run_batch(
    plan: BatchPlan,
    parse: Parse,
    presenter: Presenter,
    progress: ProgressLine,
    report: BatchReport,
) -> None:
    """Parse, save and show every picture, and count in `report` while at it.

    Raises:
        CannotWrite: a result could not be saved.
        BrokenPipeError: nobody reads the output any more.
    """
    for number, (picture, place) in enumerate(zip(plan.pictures, plan.places, strict=True)):
        progress.show(number, picture.shown)
        if plan.skip_done and plan.kinds and place.is_done(plan.kinds, picture.path):
            report.skipped += 1
            continue
        outcome = _parse_one(plan, picture, parse)
        saved = {} if isinstance(outcome, M2FPError) else _save(plan, outcome, place)
        progress.clear()
        if isinstance(outcome, M2FPError):
            report.failures.append((picture.shown, outcome))
            _show_failure(picture.shown, outcome)
            presenter.failure(picture.shown, outcome)
            if plan.fail_fast:
                return
        else:
            report.parsed += 1
            report.persons += len(outcome.persons)
            for warning in outcome.warnings:
                show_warning(warning.code, warning.message, source=picture.shown)
            presenter.result(picture.shown, outcome, saved)


def _parse_one(plan: BatchPlan, picture: Picture, parse: Parse) -> Result | M2FPError:
    if picture.error is not None:
        return picture.error
    try:
        return parse(picture.read(plan.limit_bytes))
    except M2FPError as error:
        return error
    except Exception as error:
        # The one broad catch of the command line: a fault of ours in one picture of a thousand
        # must not cost the other results.
        if plan.debug:
            raise
        return InternalFault(unexpected(error))


def _save(plan: BatchPlan, result: Result, place: Place) -> dict[str, Path]:
    if not plan.kinds:
        return {}
    try:
        return result.save(place.folder, what=plan.kinds, stem=place.stem)
    except OSError as error:
        raise CannotWrite(
            f"cannot write results to {place.folder}: {error.strerror or error}"
        ) from error


def _show_failure(shown: str, error: M2FPError) -> None:
    if isinstance(error, InternalFault):
        show_error(error.code, error.message, source=shown)
    else:
        show_m2fp_error(error, source=shown)
