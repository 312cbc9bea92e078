"""Scoring all photos of a set, in this process or in several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from m2fp.datasets import Sample
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation.metrics.tally import Tally
from m2fp.evaluation.running.journal import Journal
from m2fp.evaluation.running.scoring import Scoring
from m2fp.evaluation.running.workers import Chunk, score_in_processes

# Called with the number of photos done.
Progress = Callable[[int], None]

# Photos that are lost when a run is stopped, for every worker; and those of one file of a journal.
CHUNK_PHOTOS: Final = 25


def score(
    scoring: Scoring,
    samples: Sequence[Sample],
    *,
    workers: int = 1,
    journal: Journal | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Return the tally of all photos, the same for every number of workers.

    Args:
        scoring: what to do with each.
        samples: the photos, at least one.
        workers: processes; 1 = this one.
        journal: keeps what is finished, and knows what was finished before.
        progress: told after every photo, and at the beginning.

    Raises:
        DataError: there are no photos; labels or a prediction cannot be used; a worker died.
        ConfigError: `workers` is below 1.
        M2FPError: from the source.
        OSError: the journal or a prediction cannot be written.
    """
    if workers < 1:
        raise ConfigError(f"workers is {workers}; give 1 or more", option="workers")
    if not samples:
        raise DataError("there are no labelled photos to evaluate on")
    chunks = [
        Chunk(number, samples[start : start + CHUNK_PHOTOS])
        for number, start in enumerate(range(0, len(samples), CHUNK_PHOTOS))
    ]
    ledger = _Ledger(chunks, journal, progress)
    left = ledger.unfinished()
    count = min(workers, len(left))
    if count > 1:
        score_in_processes(
            scoring, left, workers=count, on_photo=ledger.photo, on_chunk=ledger.chunk
        )
    elif left:
        with scoring.source.open() as predictor:
            for chunk in left:
                ledger.chunk(chunk.number, scoring.score(predictor, chunk.samples, ledger.photo))
    return ledger.total()


def _fitting(chunks: Sequence[Chunk], journal: Journal | None) -> dict[int, Tally]:
    """Return the finished chunks that are of these very photos, by number."""
    finished = dict(journal.finished()) if journal else {}
    return {
        chunk.number: finished[chunk.number]
        for chunk in chunks
        if chunk.number in finished
        and finished[chunk.number].photos.names.tolist() == [one.name for one in chunk.samples]
    }


class _Ledger:
    """Which chunks are finished, and how many photos."""

    def __init__(
        self, chunks: Sequence[Chunk], journal: Journal | None, progress: Progress | None
    ) -> None:
        self._chunks = chunks
        self._journal = journal
        self._progress = progress
        self._tallies = _fitting(chunks, journal)
        self._photos = sum(len(chunk.samples) for chunk in chunks if chunk.number in self._tallies)
        self._tell()

    def unfinished(self) -> list[Chunk]:
        return [chunk for chunk in self._chunks if chunk.number not in self._tallies]

    def photo(self) -> None:
        self._photos += 1
        self._tell()

    def chunk(self, number: int, tally: Tally) -> None:
        if self._journal:
            self._journal.save(number, tally)
        self._tallies[number] = tally

    def total(self) -> Tally:
        """Return the tally of all chunks, in the order of the photos, whoever finished first."""
        return Tally.merged(self._tallies[chunk.number] for chunk in self._chunks)

    def _tell(self) -> None:
        if self._progress:
            self._progress(self._photos)
