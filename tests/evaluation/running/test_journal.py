"""What is kept of a run that is stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.evaluation.toy_results import ids, make_result

from m2fp.datasets import Labels
from m2fp.errors import ConfigError
from m2fp.evaluation import Prediction, Tally
from m2fp.evaluation.predictions import from_result
from m2fp.evaluation.running.journal import Journal
from m2fp.labels import get_scheme

RUN = {"model": "abc", "split": "val"}


def tally(name: str, part: int) -> Tally:
    labels = Labels(ids([[0, 2, 2]]), np.array([[0, 1, 1]], np.uint16))
    found = from_result(make_result(ids([[0, 2, part]]), ids([[0, 1, 1]])))
    return Tally.of(name, labels, found, get_scheme("cihp"))


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "deep" / "journal", RUN)
    assert list(journal.finished()) == []
    journal.save(3, tally("c", 2))
    journal.save(0, Tally.merged([tally("a", 2), tally("b", 13)]))

    finished = dict(Journal.begin(tmp_path / "deep" / "journal", RUN).finished())
    assert list(finished) == [0, 3]
    assert finished[0].photos.names.tolist() == ["a", "b"]
    for name, array in tally("c", 2).to_arrays().items():
        np.testing.assert_array_equal(finished[3].to_arrays()[name], array)


def test_people_may_be_unknown(tmp_path: Path) -> None:
    labels = Labels(ids([[0, 2]]), np.zeros((1, 2), np.uint16))
    journal = Journal.begin(tmp_path, RUN)
    journal.save(0, Tally.of("a", labels, Prediction(ids([[0, 2]])), get_scheme("cihp")))
    ((_, found),) = journal.finished()
    assert (found.people, found.part_masks) == (None, None)


def test_another_run_is_refused(tmp_path: Path) -> None:
    Journal.begin(tmp_path, RUN).save(0, tally("a", 2))
    for other in ({**RUN, "model": "xyz"}, {"split": "val"}, {**RUN, "rules": "official"}):
        with pytest.raises(ConfigError, match=r"differ: (model|rules)\. .* --fresh"):
            Journal.begin(tmp_path, other)
    assert len(list(Journal.begin(tmp_path, RUN).finished())) == 1
    fresh = Journal.begin(tmp_path, {**RUN, "model": "xyz"}, fresh=True)
    assert list(fresh.finished()) == []
    assert list(Journal.begin(tmp_path, {**RUN, "model": "xyz"}).finished()) == []


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "other", "lacking"])
def test_damaged_chunks_are_not_there(tmp_path: Path, damage: str) -> None:
    journal = Journal.begin(tmp_path, RUN)
    journal.save(0, tally("a", 2))
    journal.save(1, tally("b", 2))
    path = tmp_path / "00000.npz"
    content = path.read_bytes()
    middle = len(content) // 2
    if damage == "lacking":
        np.savez(path, confusion=np.zeros((20, 20), np.int64))
    else:
        path.write_bytes(
            {
                "cut": content[:middle],
                "changed": content[:300] + bytes([content[300] ^ 1]) + content[301:],
                "empty": b"",
                "other": b"something else",
            }[damage]
        )
    assert [number for number, _ in journal.finished()] == [1]


def test_a_journal_that_was_never_begun_is_begun_anew(tmp_path: Path) -> None:
    Journal.begin(tmp_path, RUN).save(0, tally("a", 2))
    (tmp_path / "run.json").write_text("{")
    assert list(Journal.begin(tmp_path, RUN).finished()) == []


def test_nothing_else_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    journal = Journal.begin(folder, RUN)
    journal.save(0, tally("a", 2))
    (folder / ".00001.npz.abc.part").touch()
    (folder / "diary.txt").write_text("mine")
    journal.remove()
    assert [path.name for path in folder.iterdir()] == ["diary.txt"]
    (folder / "diary.txt").unlink()
    journal.remove()
    assert not folder.exists()
    journal.remove()
