"""Scoring many photos: in this process, in several, and again after an interruption."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
from tests.evaluation.toy_set import SIZE, draw, guess

from m2fp.datasets import LabelledPhoto, Labels
from m2fp.errors import ConfigError, DataError, ImageTooLarge, InferenceFailed
from m2fp.evaluation import Prediction, Subject, Tally
from m2fp.evaluation.metrics.prediction import PaintedMasks
from m2fp.evaluation.predictions import Coverage
from m2fp.evaluation.running.journal import Journal
from m2fp.evaluation.running.run import CHUNK_PHOTOS, score
from m2fp.evaluation.running.scoring import Scoring
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")
COUNT = 2 * CHUNK_PHOTOS + 7


@dataclass(frozen=True)
class DrawnSample:
    number: int
    image: None = None
    label_files: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        return f"photo-{self.number}"

    def read_labels(self) -> Labels:
        return Labels(*draw(np.random.default_rng(self.number)))

    def read(self) -> LabelledPhoto:
        labels = self.read_labels()
        return LabelledPhoto(np.zeros((*SIZE, 3), np.uint8), labels.categories, labels.humans)


@dataclass(frozen=True)
class Guesses:
    """A source whose processes leave their number in a folder; it fails at one photo."""

    folder: Path
    fails_at: int = -1
    failure: str = ""
    seen: list[int] = field(default_factory=list)

    subject = Subject("guesses", "toy")

    def coverage(self, names: Sequence[str]) -> Coverage:
        return Coverage()

    def fingerprint(self) -> Mapping[str, str]:
        return {}

    @contextmanager
    def open(self) -> Iterator[Guesses]:
        (self.folder / f"process-{os.getpid()}").touch()
        yield self

    def predict(self, sample: DrawnSample, size: tuple[int, int]) -> Prediction:
        assert size == SIZE
        self.seen.append(sample.number)
        if sample.number == self.fails_at:
            fail(self.failure)
        rng = np.random.default_rng(sample.number)
        parts, people = guess(draw(rng), rng)
        count = int(people.max(initial=0))
        masks = PaintedMasks(people, np.zeros(count, np.intp), rng.random(count))
        return Prediction(parts, people=masks, seconds=rng.random())


def fail(how: str) -> None:
    if how == "error":
        raise ImageTooLarge("too large", actual=7, limit=5)
    if how == "engine":
        raise InferenceFailed("no memory", engine="toy")
    if how == "fault":
        raise ZeroDivisionError("a fault")
    if how == "death":
        os._exit(9)
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "sleep":
        time.sleep(60)


SAMPLES = [DrawnSample(number) for number in range(COUNT)]


def run(source: Guesses, **options: object) -> Tally:
    return score(Scoring(source, CIHP), SAMPLES, **options)


def the_same(one: Tally, other: Tally) -> bool:
    arrays, others = one.to_arrays(), other.to_arrays()
    return arrays.keys() == others.keys() and all(
        array.tobytes() == others[name].tobytes() for name, array in arrays.items()
    )


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    return run(Guesses(tmp_path_factory.mktemp("alone")))


def test_in_this_process(expected: Tally, tmp_path: Path) -> None:
    assert expected.photos.names.tolist() == [sample.name for sample in SAMPLES]
    # However many photos are merged at a time.
    scoring, source = Scoring(Guesses(tmp_path), CIHP), Guesses(tmp_path)
    one_by_one = [scoring.score(source, [sample], lambda: None) for sample in SAMPLES]
    assert the_same(Tally.merged(one_by_one), expected)


def test_processes_change_nothing_to_the_last_bit(expected: Tally, tmp_path: Path) -> None:
    done: list[int] = []
    tally = run(Guesses(tmp_path), workers=2, progress=done.append)
    assert the_same(tally, expected)
    assert done == list(range(COUNT + 1))
    processes = {path.name for path in tmp_path.iterdir()}
    assert len(processes) == 2
    assert f"process-{os.getpid()}" not in processes
    assert active_children() == []


def test_no_more_processes_than_work(expected: Tally, tmp_path: Path) -> None:
    run(Guesses(tmp_path), workers=8)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("failure", "error", "message"),
    [
        ("error", DataError, "photo-30: too large"),
        ("engine", InferenceFailed, "no memory"),
        ("fault", ZeroDivisionError, "a fault"),
    ],
)
def test_errors_come_as_they_were_raised(
    tmp_path: Path, workers: int, failure: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        run(Guesses(tmp_path, 30, failure), workers=workers)
    assert str(caught.value) == message
    assert active_children() == []


def test_an_error_in_a_worker_says_where_it_was(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run(Guesses(tmp_path, 30, "fault"), workers=2)
    assert "in predict" in caught.value.__notes__[0]


def test_a_worker_that_dies(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"a worker process ended with status 9; .* fewer --workers"
    ):
        run(Guesses(tmp_path, 30, "death"), workers=2)
    assert active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_run_does_what_is_left(expected: Tally, tmp_path: Path, workers: int) -> None:
    journal = Journal.begin(tmp_path / "journal", {})
    with pytest.raises(InferenceFailed):
        run(Guesses(tmp_path, COUNT - 1, "engine"), workers=1, journal=journal)
    assert len(list(journal.finished())) == 2

    done: list[int] = []
    source = Guesses(tmp_path)
    again = Journal.begin(tmp_path / "journal", {})
    tally = run(source, workers=workers, journal=again, progress=done.append)
    assert the_same(tally, expected)
    assert source.seen == [*range(2 * CHUNK_PHOTOS, COUNT)]  # one chunk is left: this process
    assert done[0] == 2 * CHUNK_PHOTOS
    assert done[-1] == COUNT


def test_a_damaged_chunk_is_done_again(expected: Tally, tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "journal", {})
    run(Guesses(tmp_path), journal=journal)
    (tmp_path / "journal" / "00001.npz").write_bytes(b"damaged")
    source = Guesses(tmp_path)
    assert the_same(run(source, journal=journal), expected)
    assert source.seen == [*range(CHUNK_PHOTOS, 2 * CHUNK_PHOTOS)]
    assert len(list(journal.finished())) == 3


def test_chunks_of_other_photos_do_not_count(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "journal", {})
    run(Guesses(tmp_path), journal=journal)
    source = Guesses(tmp_path)
    score(Scoring(source, CIHP), SAMPLES[1:], journal=journal)
    assert source.seen == [sample.number for sample in SAMPLES[1:]]


def test_an_interruption_ends_all_processes_soon(tmp_path: Path) -> None:
    def interrupt(done: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    # One worker is busy with a photo that takes a minute.
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(Guesses(tmp_path, 0, "sleep"), workers=2, progress=interrupt)
    assert active_children() == []
    assert time.monotonic() - start < 45


def test_predictions_are_kept(tmp_path: Path) -> None:
    scoring = Scoring(Guesses(tmp_path), CIHP, save_to=tmp_path / "kept")
    score(scoring, SAMPLES[:3])
    kept = sorted(path.name for path in (tmp_path / "kept" / "global_parsing").iterdir())
    assert kept == ["photo-0.png", "photo-1.png", "photo-2.png"]
    assert (tmp_path / "kept" / "instance_segmentation" / "photo-1.txt").is_file()


def test_a_prediction_of_another_size_names_the_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Prediction(np.zeros((2, 2), np.uint8))
    monkeypatch.setattr(Guesses, "predict", lambda *_: small)
    with pytest.raises(DataError, match=r"photo-0: a prediction of \(2, 2\) .* \(24, 32\)"):
        run(Guesses(tmp_path))


def test_what_cannot_be_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="workers is 0"):
        run(Guesses(tmp_path), workers=0)
    with pytest.raises(DataError, match="no labelled photos"):
        score(Scoring(Guesses(tmp_path), CIHP), [])
