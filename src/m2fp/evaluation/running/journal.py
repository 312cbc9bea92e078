"""What is scored already, on disk, so that a run that was stopped goes on from there.

    FOLDER/run.json     what the run depends on
    FOLDER/00000.npz    the tally of the first photos, and so on

A chunk is written whole or not at all. One that cannot be read is done again.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import numpy as np

from m2fp.errors import ConfigError, DataError
from m2fp.evaluation.metrics.tally import Tally
from m2fp.whole_file import whole_file

_RUN: Final = "run.json"
_ENDING: Final = ".npz"
_DRAFTS: Final = ".*.part"  # what `whole_file` leaves of a process that was killed
# What numpy raises for files that are cut, changed or something else.
_DAMAGED: Final = (
    DataError,
    EOFError,
    KeyError,
    OSError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class Journal:
    """The finished chunks of one run."""

    def __init__(self, folder: Path) -> None:
        """Take a folder; see `begin`."""
        self._folder = folder

    @classmethod
    def begin(cls, folder: Path, run: Mapping[str, str], *, fresh: bool = False) -> Self:
        """Return the journal of a run, with what was finished before.

        Args:
            folder: its own; made if it is not there.
            run: what the scores depend on, such as the model and the data set.
            fresh: forget what was finished before.

        Raises:
            ConfigError: the folder holds the journal of another run.
            OSError: the folder cannot be written.
        """
        journal = cls(folder)
        if fresh:
            journal.remove()
        before = _read_run(folder / _RUN)
        if before is None:
            journal.remove()
            folder.mkdir(parents=True, exist_ok=True)
            with whole_file(folder / _RUN) as draft:
                draft.write_text(json.dumps(dict(run), indent=2), encoding="utf-8")
        elif before != run:
            changed = sorted(
                name for name in before.keys() | run.keys() if before.get(name) != run.get(name)
            )
            raise ConfigError(
                f"{folder} is the journal of a run that was stopped, and another one: these "
                f"differ: {', '.join(changed)}. Choose another folder, or begin anew with --fresh",
                option="out",
            )
        return journal

    def finished(self) -> Iterator[tuple[int, Tally]]:
        """Yield the number and the tally of every chunk that is finished and can be read."""
        for path in sorted(self._folder.glob(f"*{_ENDING}")):
            tally = _read_tally(path)
            if tally is not None and path.stem.isdecimal():
                yield int(path.stem), tally

    def save(self, number: int, tally: Tally) -> None:
        """Write the tally of a chunk.

        Raises:
            OSError: it cannot be written.
        """
        path = self._folder / f"{number:05d}{_ENDING}"
        with whole_file(path) as draft, draft.open("wb") as file:
            np.savez(file, allow_pickle=False, **tally.to_arrays())

    def remove(self) -> None:
        """Delete the journal, and its folder if nothing else is in it."""
        for path in [*self._folder.glob(f"*{_ENDING}"), *self._folder.glob(_DRAFTS)]:
            path.unlink()
        (self._folder / _RUN).unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()


def _read_run(path: Path) -> dict[str, str] | None:
    """Return what the journal's run depends on; None where there is no journal or half of one."""
    try:
        values = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def _read_tally(path: Path) -> Tally | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Tally.from_arrays(dict(arrays))
    except _DAMAGED:
        return None
