"""Writing a set of synthetic pictures with several processes; can be stopped and gone on with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from m2fp.datasets import open_dataset
from m2fp.errors import ConfigError
from m2fp.synthesis.contact_sheet import contact_sheet
from m2fp.synthesis.worker import Recipe, Worker
from m2fp.synthesis.write import PictureFiles, write_list
from m2fp.whole_file import whole_file

# The processes share the processors; more threads in each would only fight. Libraries look when
# they are loaded, which is before a new process does anything of ours.
_ONE_THREAD = {
    "LP_NUM_THREADS": "0",  # Mesa draws in the calling thread
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
FOLDERS = {"train": "Training", "val": "Validation"}
RECIPE = "synthesis.json"
_SHEET = 24


def _silent(_done: int, _total: int) -> None:
    pass


def produce(
    recipe: Recipe,
    folder: Path,
    count: int,
    *,
    split: str = "train",
    workers: int = 1,
    progress: Callable[[int, int], None] = _silent,
) -> Path:
    """Write pictures 1..count into a set in CIHP layout and return its contact sheet's file.

    Pictures that are there stay. On one machine picture n is the same whatever `count`, `workers`
    or the history of the set are; OpenGL drivers of other machines may round differently.
    progress: is told how many of how many pictures are there.

    Raises:
        ConfigError: the folder holds a set of another recipe, or there is no such split.
        EngineUnavailable: nothing here can draw.
        MissingExtra: a package of the extra "synth" is not installed.
    """
    if split not in FOLDERS:
        raise ConfigError(
            f"there is no split {split!r}, only: {', '.join(FOLDERS)}", option="split"
        )
    home = folder / FOLDERS[split]
    _claim(home, recipe)
    names = [f"{number:07d}" for number in range(1, count + 1)]
    missing = [n for n, name in enumerate(names, 1) if not PictureFiles(home, name).done()]
    progress(count - len(missing), count)
    if missing:
        _run(
            recipe,
            home,
            missing,
            workers,
            lambda done: progress(count - len(missing) + done, count),
        )
    write_list(names, home / f"{split}_id.txt")
    sheet = folder / f"contact_sheet_{split}.png"
    dataset = open_dataset(folder, layout="cihp", scheme="cihp")
    with whole_file(sheet) as draft:
        contact_sheet(dataset.samples(split)[:_SHEET]).save(draft, format="PNG")
    return sheet


def _claim(home: Path, recipe: Recipe) -> None:
    home.mkdir(parents=True, exist_ok=True)
    path = home / RECIPE
    stamp = recipe.stamp()
    # A first attempt may have ended before there was a picture.
    if path.is_file() and any((home / "Images").glob("*.jpg")):
        known = json.loads(path.read_text(encoding="utf-8"))
        other = [key for key in stamp if known.get(key) != stamp[key]]
        if other:
            raise ConfigError(
                f"{home} holds pictures made with other settings ({', '.join(other)}); choose "
                "another folder, or the same settings to go on",
                option=other[0],
            )
        return
    with whole_file(path) as draft:
        draft.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


def _run(
    recipe: Recipe, home: Path, missing: list[int], workers: int, progress: Callable[[int], None]
) -> None:
    pool = ProcessPoolExecutor(
        max_workers=min(workers, len(missing)),
        mp_context=get_context("spawn"),  # neither torch nor OpenGL survives a fork
        initializer=Worker.start,
        initargs=(recipe, home),
    )
    try:
        with _inherited(_ONE_THREAD):
            futures = [pool.submit(Worker.work, number) for number in missing]
        for done, future in enumerate(as_completed(futures), 1):
            future.result()
            progress(done)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _inherited(variables: Mapping[str, str]) -> Iterator[None]:
    """Give the processes begun meanwhile these environment variables, where they have no value."""
    added = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]
