"""ModelScope's human parsing pipelines without ModelScope: change the imports, keep the calls.

    # from modelscope.outputs import OutputKeys
    # from modelscope.pipelines import pipeline
    # from modelscope.utils.constant import Tasks
    from m2fp.integrations.modelscope import OutputKeys, Tasks, pipeline

    parsing = pipeline(Tasks.image_segmentation, "damo/cv_resnet101_image-multiple-human-parsing")
    parsing("group.jpg")[OutputKeys.LABELS]

The model has to be there: ``m2fp models pull`` fetches it, or give the path of a file that
``m2fp convert`` or ``m2fp export`` wrote. Nothing is fetched here.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.engine import Engine
from m2fp.errors import ConfigError, UndecodableImage
from m2fp.imaging import IntakeLimits
from m2fp.parser import Parser
from m2fp.results import ModelScopeDict

Picture: TypeAlias = str | os.PathLike[str] | Image.Image | NDArray[np.uint8]
_PictureT = TypeVar("_PictureT", bound=Picture)


class Tasks:
    """The tasks that m2fp knows, by ModelScope's names."""

    image_segmentation: Final = "image-segmentation"


class OutputKeys:
    """The keys of a pipeline's result."""

    LABELS: Final = "labels"
    MASKS: Final = "masks"
    SCORES: Final = "scores"


class HumanParsingPipeline:
    """Answers as ModelScope's ``ImageHumanParsingPipeline`` does. Thread-safe."""

    def __init__(self, parser: Parser, limits: IntakeLimits) -> None:
        self._parser = parser
        self._limits = limits

    @overload
    def __call__(self, input: Picture, *, score_thr: float = ...) -> ModelScopeDict: ...

    @overload
    def __call__(
        self, input: list[_PictureT], *, score_thr: float = ...
    ) -> list[ModelScopeDict]: ...

    def __call__(
        self, input: Picture | list[_PictureT], *, score_thr: float = 0.0
    ) -> ModelScopeDict | list[ModelScopeDict]:
        """Return {"masks", "labels", "scores"} of one picture, or a list of these for a list.

        See ``m2fp.results.modelscope`` for the masks, which have the size of the picture.

        Args:
            input: the path of a picture, turned by its EXIF orientation; a PIL image, taken as it
                is stored; an array, uint8 **BGR** (H, W, 3) as OpenCV reads it, or grey (H, W); or
                a list of these.
            score_thr: leave out what scores less, 0..1.

        Raises:
            SourceNotFound: no such file; web addresses are not fetched.
            ImageError: the picture cannot be used.
            ModelError, EngineError: the model cannot be loaded or run.
        """
        if isinstance(input, list):
            return [self._one(picture, score_thr) for picture in input]
        return self._one(input, score_thr)

    def close(self) -> None:
        """Release the model; see ``Parser.close``."""
        self._parser.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _one(self, picture: Picture, score_thr: float) -> ModelScopeDict:
        if isinstance(picture, Image.Image):
            picture = self._as_stored(picture)
        elif isinstance(picture, np.ndarray) and picture.ndim == 3:
            picture = picture[:, :, ::-1]  # BGR to RGB
        (result,) = self._parser.iterate([picture])
        return result.to_modelscope(score_thr=score_thr)

    def _as_stored(self, image: Image.Image) -> NDArray[np.uint8]:
        """Return the pixels, RGB; the masks must fit the caller's image, which is not turned."""
        name = Path(getattr(image, "filename", "") or "").name or None
        self._limits.check_size(image.height, image.width, name)
        try:
            return np.asarray(image.convert("RGB"))
        except OSError as error:  # the file is only read now, and it is damaged
            raise UndecodableImage(
                f"the picture does not decode: {error}", reason=str(error), name=name
            ) from error


def pipeline(
    task: str,
    model: str | Path,
    *,
    model_revision: str | None = None,  # noqa: ARG001
    device: str | None = None,  # noqa: ARG001
    engine: str | Engine = "auto",
    threads: int | None = None,
    limits: IntakeLimits | None = None,
) -> HumanParsingPipeline:
    """Return a pipeline; the model is loaded at its first call.

    Args:
        task: `Tasks.image_segmentation`.
        model: a ModelScope id, under "damo/" or "iic/"; any other name of a model, or the path of
            a file made by m2fp.
        model_revision: as ModelScope has it, and without effect: a model file is what it is.
        device: likewise: m2fp computes on the processor.
        engine: see `Parser`.
        threads: see `Parser`.
        limits: see `Parser`.

    Raises:
        ConfigError: another task.
        ModelNotFound: no such model here.
        EngineUnavailable: no such engine.
    """
    if task != Tasks.image_segmentation:
        raise ConfigError(
            f"m2fp has no task {task!r}; it has {Tasks.image_segmentation!r}, for human parsing",
            option="task",
        )
    limits = limits or IntakeLimits()
    return HumanParsingPipeline(
        Parser(model, engine=engine, threads=threads, limits=limits), limits
    )
