"""A loaded model, and everything that turns one picture into an answer."""

from __future__ import annotations

import io
from dataclasses import asdict
from time import perf_counter
from types import TracebackType
from typing import Self

import numpy as np
from PIL import Image

from m2fp.cancellation import Cancellation
from m2fp.engine import open_engine
from m2fp.errors import ConfigError
from m2fp.imaging.formats import SNIFF_BYTES, sniff
from m2fp.parser import Parser
from m2fp.postprocess import TestTimeAugmentation
from m2fp.registry import ModelInfo, locate
from m2fp.results import Result
from m2fp.service.errors import InvalidParameter
from m2fp.service.jobs.job import ParseOptions
from m2fp.service.rendering import FORMATS, check_formats, render
from m2fp.service.workers.messages import ImageFacts, WorkAnswer, WorkRequest
from m2fp.service.workers.settings import PoolSettings

_WARM_SIZE = (576, 768)  # of the picture that is parsed before the first one of a client


class Workbench:
    """Parses pictures with one model, one at a time. Needs no process of its own, but suits one."""

    def __init__(self, settings: PoolSettings, number: int = 0) -> None:
        """Load the model.

        Args:
            settings: model, engine, threads and limits.
            number: the worker's, for answers.

        Raises:
            ModelError, EngineError, MissingExtra: the model cannot be loaded or run.
        """
        self._settings = settings
        self._number = number
        file = locate(settings.model)
        self._engine = open_engine(
            settings.engine,
            file.path,
            threads=settings.threads,
            # Threads that wait actively would do so on processors that other workers need.
            spin=settings.workers == 1,
            expected_sha256=file.sha256,
        )

    @property
    def info(self) -> ModelInfo:
        """Return the description of the model."""
        return self._engine.info

    @property
    def engine(self) -> str:
        """Return the name of what runs it."""
        return self._engine.name

    def warm(self) -> None:
        """Parse a picture of nobody and render it in all formats, so that the first is no slower.

        Raises:
            EngineError: the model cannot be run.
        """
        buffer = io.BytesIO()
        Image.fromarray(np.full((*_WARM_SIZE, 3), 127, np.uint8)).save(buffer, "PNG")
        options = ParseOptions(model=self._settings.model, formats=tuple(FORMATS))
        self.parse(WorkRequest(photo=buffer.getvalue(), options=options))

    def parse(self, request: WorkRequest, cancellation: Cancellation | None = None) -> WorkAnswer:
        """Return the answer; deadline and limit are the caller's to keep.

        Args:
            request: the picture and what is wanted of it.
            cancellation: stops the work when another thread cancels it.

        Raises:
            Cancelled: it was cancelled.
            InvalidParameter: there is no such format, or no such views.
            M2FPError: as `Parser`.
        """
        cancellation = cancellation or Cancellation()
        formats = check_formats(request.options.formats)
        # Next to nothing without a model to load; the engine stays open.
        parser = Parser(
            engine=self._engine,
            limits=self._settings.limits,
            augment=augmentation_of(request.options),
        )
        start = perf_counter()
        result = parser(request.photo, cancellation=cancellation)
        parsed = perf_counter()
        bodies = {}
        for name in formats:
            cancellation.check()
            bodies[name] = render(result, name)
        end = perf_counter()
        timing = asdict(result.timing) | {"encode_s": end - parsed, "total_s": end - start}
        return WorkAnswer(
            bodies=bodies,
            persons=len(result.persons),
            timing=timing,
            image=_facts(request.photo, result),
            model=result.model,
            warnings=result.warnings,
            worker=self._number,
        )

    def close(self) -> None:
        """Release the model."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def augmentation_of(options: ParseOptions) -> TestTimeAugmentation | None:
    """Return the views that are asked for; None = the picture once, as it is.

    Raises:
        InvalidParameter: a scale is out of range, or there are too many views.
    """
    if not options.flip and tuple(options.scales) == (1.0,):
        return None
    try:
        return TestTimeAugmentation(flip=options.flip, scales=tuple(options.scales))
    except ConfigError as error:
        raise InvalidParameter(error.message, parameter=error.option or "scales") from error


def _facts(photo: bytes, result: Result) -> ImageFacts:
    height, width = result.maps.size
    return ImageFacts(
        sha256=result.photo.sha256 or "",
        size=len(photo),
        format=str(sniff(photo[:SNIFF_BYTES])),
        width=width,
        height=height,
    )
