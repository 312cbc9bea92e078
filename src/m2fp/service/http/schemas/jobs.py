"""Jobs and their items, as the API shows them."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from m2fp.service.http.schemas.urls import item_url, job_url
from m2fp.service.jobs import Item, ItemError, ItemState, Job, JobState


class Progress(BaseModel):
    """How far a job is, in pictures."""

    total: int
    done: int = Field(description="Pictures that have ended, well or not.")
    failed: int
    current: str | None = Field(description="What the client called a picture that is worked on.")


class JobOptions(BaseModel):
    """What is done with every picture."""

    model: str
    formats: list[str]
    flip: bool
    scales: list[float]


class JobLinks(BaseModel):
    """Where more is."""

    self: str
    items: str
    result: str
    events: str


class JobDocument(BaseModel):
    """A job."""

    id: str
    status: JobState
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None = Field(description="Results are deleted then.")
    progress: Progress
    queue_position: int | None = Field(
        description="Pictures of all jobs that come before its next one; null when it has ended."
    )
    options: JobOptions
    links: JobLinks

    @classmethod
    def of(cls, job: Job, position: int | None) -> JobDocument:
        """Return the document of a job."""
        base = job_url(job.id)
        return cls(
            id=job.id,
            status=job.state,
            created_at=_moment(job.created),
            finished_at=None if job.finished is None else _moment(job.finished),
            expires_at=None if job.expires is None else _moment(job.expires),
            progress=Progress(
                total=job.total, done=job.done, failed=job.failed, current=job.current
            ),
            queue_position=None if job.state.ended else position,
            options=JobOptions(
                model=job.options.model.replace("\\", "/").rpartition("/")[2],
                formats=list(job.options.formats),
                flip=job.options.flip,
                scales=list(job.options.scales),
            ),
            links=JobLinks(
                self=base, items=f"{base}/items", result=f"{base}/result", events=f"{base}/events"
            ),
        )


class ItemErrorDocument(BaseModel):
    """Why a picture failed."""

    code: str
    message: str

    @classmethod
    def of(cls, error: ItemError) -> ItemErrorDocument:
        """Return the document of an error."""
        return cls(code=error.code, message=error.message)


class ItemDocument(BaseModel):
    """One picture of a job."""

    index: int
    name: str = Field(description="What the client called it.")
    size: int = Field(description="Bytes.")
    sha256: str
    status: ItemState
    attempts: int
    persons: int | None
    error: ItemErrorDocument | None
    timing: dict[str, float] = Field(description="Seconds by stage.")
    results: dict[str, str] = Field(description="Addresses of the results by format.")

    @classmethod
    def of(cls, item: Item) -> ItemDocument:
        """Return the document of an item."""
        base = item_url(item.job_id, item.index)
        error = item.error
        return cls(
            index=item.index,
            name=item.display_name,
            size=item.size,
            sha256=item.sha256,
            status=item.state,
            attempts=item.attempts,
            persons=item.persons,
            error=None if error is None else ItemErrorDocument.of(error),
            timing={name: round(seconds, 5) for name, seconds in item.timing.items()},
            results={name: f"{base}/result?format={name}" for name in item.results},
        )


class ItemsDocument(BaseModel):
    """Some pictures of a job."""

    items: list[ItemDocument]
    start: int
    total: int
    next: str | None = Field(description="Address of the following ones; null after the last.")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
