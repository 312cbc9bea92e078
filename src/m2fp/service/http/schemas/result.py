"""The result document, as `m2fp.results.document` writes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

Box = Annotated[
    list[float],
    Field(min_length=4, max_length=4, description="x, y, width, height in pixels."),
]


class Rle(BaseModel):
    """A mask in COCO's compressed run-length form."""

    size: Annotated[list[int], Field(min_length=2, max_length=2, description="Height, width.")]
    counts: str


class ResultModel(BaseModel):
    """The model that was used."""

    name: str
    sha256: str | None = Field(description="Of its file.")
    precision: str


class ResultImage(BaseModel):
    """The picture, as displayed."""

    width: int
    height: int
    sha256: str | None = Field(description="Of the bytes that were sent.")
    orientation_applied: bool


class ResultPerson(BaseModel):
    """One person."""

    id: int
    score: float
    bbox: Box
    area: int
    segmentation: Rle | None = None


class ResultSegment(BaseModel):
    """One part of one person."""

    id: int
    person_id: int
    label_id: int
    label: str
    score: float
    bbox: Box
    area: int
    segmentation: Rle | None = None


class ResultWarning(BaseModel):
    """What was changed or guessed on the way."""

    code: str
    message: str


class ResultDocument(BaseModel):
    """All people of a picture, and all parts of every one."""

    schema_version: str
    scheme: str = Field(description="The labels; see /v1/labels.")
    model: ResultModel
    image: ResultImage
    persons: list[ResultPerson]
    segments: list[ResultSegment]
    timing: dict[str, float] = Field(description="Seconds by stage.")
    warnings: list[ResultWarning]
