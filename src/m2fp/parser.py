"""The parser: photos in, results out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Final, Self, TypeGuard, TypeVar, cast, overload

import numpy as np
from PIL import Image

from m2fp.cancellation import Cancellation
from m2fp.engine import Engine, check_engine_name, open_engine
from m2fp.errors import (
    ConfigError,
    EngineError,
    ImageError,
    InferenceFailed,
    M2FPError,
    MissingExtra,
    SourceNotFound,
)
from m2fp.imaging import IntakeLimits, PhotoSource, read_photo
from m2fp.postprocess import (
    Answer,
    OfficialRules,
    PostprocessConfig,
    TestTimeAugmentation,
    merge,
    views,
)
from m2fp.registry import DEFAULT_MODEL, ModelInfo, locate
from m2fp.results import ModelStamp, Result, Timing

_SourceT = TypeVar("_SourceT", bound=PhotoSource)

# What a folder is searched for. Only names are looked at here; the decoder looks at the content.
IMAGE_SUFFIXES: Final = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpeg", ".jpg", ".png"}
    | {".tif", ".tiff", ".webp"}
)

_SINGLE: Final = (bytes, bytearray, memoryview, Image.Image, np.ndarray)

# Trouble with one photo; anything else concerns all of them.
_ITEM_ERRORS: Final = (ImageError, SourceNotFound, MissingExtra, InferenceFailed)


class Parser:
    """Finds people and their parts in photos. Thread-safe; the model is loaded at first use.

    Example:
        with Parser() as parser:
            result = parser("group.jpg")
            result.plot().save("overlay.png")
    """

    def __init__(
        self,
        model: str | Path = DEFAULT_MODEL,
        *,
        engine: str | Engine = "auto",
        threads: int | None = None,
        limits: IntakeLimits | None = None,
        postprocess: PostprocessConfig | OfficialRules | None = None,
        augment: TestTimeAugmentation | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        """Prepare a parser; nothing is loaded yet.

        Args:
            model: name of a shipped or fetched model (`m2fp models list`), or path of a file made
                by m2fp.
            engine: a name of `m2fp.engine.engine_names`, "auto" for what is fastest here; or an
                engine that is already open, which brings its own model and threads and is closed
                with the parser.
            threads: threads per photo, at least 1; None = the processors this process may use.
            limits: which pictures are refused; None = the defaults of IntakeLimits.
            postprocess: our rules with other thresholds, or the official ones; None = ours with
                the defaults of PostprocessConfig.
            augment: show every photo in several sizes or mirrored too, and merge the answers;
                None = once, as it is.
            cache_dir: folder of fetched models; None = this system's folder for caches.

        Raises:
            ModelNotFound: no such model.
            EngineUnavailable: no such engine.
            MissingExtra: a package that the engine needs is not installed.
            ConfigError: `threads` is below 1.
        """
        self._engine: Engine | None = None if isinstance(engine, str) else engine
        self._load = (
            _loader(model, engine, threads, cache_dir)
            if isinstance(engine, str)
            else lambda: engine
        )
        self._limits = limits or IntakeLimits()
        self._rules = postprocess or PostprocessConfig()
        self._augment = augment
        self._closed = False
        self._lock = threading.Lock()  # guards _engine and _closed

    @property
    def info(self) -> ModelInfo:
        """Return the description of the model, which is loaded if it is not yet."""
        return self._open().info

    # A str is an iterable of str to the type checker; the first signature is the one meant.
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, source: PhotoSource, *, cancellation: Cancellation | None = ...
    ) -> Result: ...

    @overload
    def __call__(
        self, source: Iterable[PhotoSource], *, cancellation: Cancellation | None = ...
    ) -> Iterator[Result]: ...

    def __call__(
        self,
        source: PhotoSource | Iterable[PhotoSource],
        *,
        cancellation: Cancellation | None = None,
    ) -> Result | Iterator[Result]:
        """Return the result of one photo, or an iterator of results for several.

        Args:
            source: a path, encoded bytes, a binary file, a PIL image, or an RGB array uint8
                (H, W, 3). A list, any other iterable of these, or the path of a folder gives an
                iterator; for folders `iterate` also says so in its type.
            cancellation: stops the work when another thread cancels it, between two stages; ONNX
                Runtime is interrupted.

        Raises:
            Cancelled: it was cancelled.
            SourceNotFound: no such file.
            ImageError: the picture cannot be used.
            ModelError, EngineError: the model cannot be loaded or run.
        """
        if isinstance(source, str | os.PathLike):
            if Path(source).is_dir():
                return self.iterate(source, cancellation=cancellation)
            return self._parse(source, cancellation)
        if _is_photo(source):
            return self._parse(source, cancellation)
        return self.iterate(cast("Iterable[PhotoSource]", source), cancellation=cancellation)

    predict = __call__

    def iterate(
        self,
        sources: str | os.PathLike[str] | Iterable[PhotoSource],
        *,
        cancellation: Cancellation | None = None,
    ) -> Iterator[Result]:
        """Return an iterator of results that parses one photo per step and keeps none.

        Args:
            sources: photos, or the path of a folder: its pictures by name, no sub-folders, no
                hidden files.
            cancellation: as for one photo.

        Raises:
            SourceNotFound: the folder is missing or has no picture.
            Cancelled: while iterating.
            ImageError: while iterating, with the picture's name; the iteration ends there. Use
                `stream` to go on.
        """
        items = list_folder(sources) if isinstance(sources, str | os.PathLike) else sources
        return (self._parse(item, cancellation) for item in items)

    def stream(self, sources: Iterable[_SourceT]) -> Iterator[tuple[_SourceT, Result | M2FPError]]:
        """Yield (source, result) or, for a source that cannot be parsed, (source, error).

        Raises:
            ModelError, EngineError: the model cannot be loaded, which no other source would mend.
        """
        self._open()
        for source in sources:
            try:
                yield source, self._parse(source)
            except _ITEM_ERRORS as error:
                yield source, error

    def close(self) -> None:
        """Release the model. Calls under way finish; later ones raise EngineError."""
        with self._lock:
            self._closed = True
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _parse(self, source: PhotoSource, cancellation: Cancellation | None = None) -> Result:
        engine = self._open()
        cancellation = cancellation or Cancellation()
        cancellation.check()
        start = perf_counter()
        photo = read_photo(source, self._limits)
        decoded = perf_counter()
        answers: list[Answer] = []
        inference_s = 0.0
        for view in views(photo, engine.info.input, self._augment):
            cancellation.check()
            prepared = perf_counter()
            predictions = engine.run(view.tensor, cancellation)
            inference_s += perf_counter() - prepared
            answers.append(view.turn_back(predictions, engine.info.scheme))
        cancellation.check()
        answered = perf_counter()
        maps = merge(answers, engine.info.scheme, self._rules, cancellation)
        cancellation.check()
        result = Result.from_maps(
            photo,
            maps.part_map,
            maps.person_map,
            person_scores=maps.person_scores,
            segment_scores=maps.segment_scores,
            scheme=engine.info.scheme,
            model=ModelStamp(engine.info.name, engine.info.sha256, engine.info.precision),
            timing=Timing(0.0, 0.0, 0.0, 0.0, 0.0),
            warnings=photo.warnings,
            evidence=maps.evidence,
        )
        end = perf_counter()
        # Only now is the last stage over, and it includes the making of the result.
        timing = Timing(
            decode_s=decoded - start,
            preprocess_s=answered - decoded - inference_s,
            inference_s=inference_s,
            postprocess_s=end - answered,
            total_s=end - start,
        )
        return replace(result, timing=timing)

    def _open(self) -> Engine:
        """Return the engine, loading the model at the first call."""
        with self._lock:
            if self._closed:
                raise EngineError("the parser is closed; make a new one")
            if self._engine is None:
                self._engine = self._load()
            return self._engine


def _loader(
    model: str | Path, engine: str, threads: int | None, cache_dir: Path | None
) -> Callable[[], Engine]:
    """Return what loads the model, after checking all that can be checked without loading."""
    check_engine_name(engine)
    if threads is not None and threads < 1:
        raise ConfigError(f"threads is {threads}; give 1 or more", option="threads")
    file = locate(model, cache_dir)
    return partial(
        open_engine,
        engine,
        file.path,
        threads=threads,
        expected_sha256=file.sha256,
    )


def _is_photo(source: PhotoSource | Iterable[PhotoSource]) -> TypeGuard[PhotoSource]:
    """Return whether this is one picture; some pictures can be iterated over as well."""
    return isinstance(source, _SINGLE) or hasattr(source, "read")


def list_folder(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the pictures of a folder by name: no sub-folders, no hidden files.

    Raises:
        SourceNotFound: the folder is missing or has no picture.
    """
    path = Path(folder)
    if not path.is_dir():
        raise SourceNotFound(f"there is no folder {str(path)!r}", source=str(path))
    pictures = sorted(
        entry
        for entry in path.iterdir()
        if entry.suffix.lower() in IMAGE_SUFFIXES
        and not entry.name.startswith(".")
        and entry.is_file()
    )
    if not pictures:
        raise SourceNotFound(
            f"the folder {str(path)!r} has no pictures; looked for "
            f"{', '.join(sorted(IMAGE_SUFFIXES))}, not in sub-folders",
            source=str(path),
        )
    return pictures
