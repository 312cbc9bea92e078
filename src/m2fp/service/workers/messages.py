"""What is asked of a pool of workers, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from m2fp.imaging.photo import PhotoWarning
from m2fp.results import ModelStamp
from m2fp.service.jobs.job import ParseOptions


class Priority(StrEnum):
    """Who waits for a worker: somebody at the other end of a request, or a job."""

    SYNC = "sync"
    JOB = "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRequest:
    """One picture to be parsed.

    Attributes:
        photo: the encoded picture, as it came in; only a worker decodes it.
        options: model, formats and views.
        deadline: moment of `time.monotonic` by which the answer is wanted, waiting for a worker
            included; None = whenever.
        limit_s: seconds that a worker may take, from when it begins; None = as long as it takes.
            For jobs, whose waiting is nobody's business.
    """

    photo: bytes = field(repr=False)
    options: ParseOptions
    deadline: float | None = None
    limit_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What may be said about a picture in logs: nothing of its content, name or metadata.

    Attributes:
        sha256: of the encoded bytes.
        size: number of encoded bytes.
        format: as the first bytes tell, for example "JPEG".
        width: in pixels, as displayed.
        height: likewise.
    """

    sha256: str
    size: int
    format: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAnswer:
    """What a worker made of one picture.

    Attributes:
        bodies: the rendered result, by name of the format, in the order asked for.
        persons: how many people there are.
        timing: seconds by stage: queue_s, decode_s, preprocess_s, inference_s, postprocess_s,
            encode_s, total_s (without queue_s).
        image: facts about the picture.
        model: the model that was used.
        warnings: what was changed or guessed on the way.
        worker: number of the worker, 0..workers - 1, for logs.
    """

    bodies: Mapping[str, bytes] = field(repr=False)
    persons: int
    timing: Mapping[str, float]
    image: ImageFacts
    model: ModelStamp
    warnings: tuple[PhotoWarning, ...]
    worker: int
