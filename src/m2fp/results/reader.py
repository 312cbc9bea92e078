"""The way back from a result document to label maps."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import ConfigError, InvalidDocument, InvalidMaps, InvalidRle
from m2fp.imaging import PhotoWarning
from m2fp.labels import LabelScheme, get_scheme
from m2fp.results.assemble import assemble
from m2fp.results.document import SCHEMA_VERSION
from m2fp.results.label_maps import LabelMaps
from m2fp.results.person import Person, Segment
from m2fp.results.provenance import ModelStamp, Timing
from m2fp.results.rle import Rle, decode_counts

_T = TypeVar("_T")
_Number = TypeVar("_Number", np.uint8, np.uint16)


@dataclass(frozen=True, slots=True, eq=False)
class ParsedDocument:
    """A result without its photo; fields as in ``Result``, ``sha256`` is that of the photo."""

    maps: LabelMaps
    persons: tuple[Person, ...]
    segments: tuple[Segment, ...]
    scheme: LabelScheme
    model: ModelStamp
    sha256: str | None
    orientation_applied: bool
    timing: Timing
    warnings: tuple[PhotoWarning, ...]

    @property
    def part_map(self) -> NDArray[np.uint8]:
        """Return label ids, uint8 (H, W), read-only; 0 = no part."""
        return self.maps.part

    @property
    def person_map(self) -> NDArray[np.uint16]:
        """Return person ids, uint16 (H, W), read-only; 0 = nobody."""
        return self.maps.person


def read_document(
    document: str | bytes | Mapping[str, Any], *, max_pixels: int = 50_000_000
) -> ParsedDocument:
    """Return what a result document says, with the label maps rebuilt.

    Masks are painted one by one, and boxes and areas measured anew and compared with the document,
    so what is returned is as consistent as a fresh result. Fields this version does not know are
    ignored.

    Args:
        document: JSON text, or the parsed JSON; may come from anywhere.
        max_pixels: refuse larger pictures before memory is taken for them.

    Raises:
        InvalidDocument: a field is missing or wrong, or masks overlap; the message says where.
    """
    root = _root(document)
    scheme = _scheme(root)
    image = _Fields(root.get("image", dict), "image")
    height, width = image.get("height", int), image.get("width", int)
    if min(height, width) < 1 or height * width > max_pixels:
        raise InvalidDocument(
            f"{width} x {height} pixels is not between 1 and {max_pixels} pixels", where="image"
        )
    persons, segments = root.rows("persons"), root.rows("segments")
    size = (height, width)
    maps = LabelMaps(_paint_parts(segments, size), _paint_persons(persons, size))
    try:
        rebuilt = assemble(
            maps,
            {row.get("id", int): row.number("score") for row in persons},
            {_group(row): row.number("score") for row in segments},
            scheme,
        )
    except InvalidMaps as error:
        raise InvalidDocument(error.message, where="segments") from error
    _compare("persons", persons, rebuilt[0])
    _compare("segments", segments, rebuilt[1])
    model = _Fields(root.get("model", dict), "model")
    timing = _Fields(root.get("timing", dict), "timing")
    return ParsedDocument(
        maps=maps,
        persons=rebuilt[0],
        segments=rebuilt[1],
        scheme=scheme,
        model=ModelStamp(
            model.get("name", str), model.text_or_none("sha256"), model.get("precision", str)
        ),
        sha256=image.text_or_none("sha256"),
        orientation_applied=image.get("orientation_applied", bool),
        timing=Timing(*(timing.number(field.name) for field in fields(Timing))),
        warnings=tuple(
            PhotoWarning(row.get("code", str), row.get("message", str))
            for row in root.rows("warnings")
        ),
    )


class _Fields:
    """Typed access to the fields of one JSON object; errors name the place."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.values = values
        self.where = where

    def get(self, name: str, kind: type[_T]) -> _T:
        """Return a field of exactly this type (a JSON true is not a number)."""
        value = self.values.get(name)
        if type(value) is not kind:
            found = "nothing" if name not in self.values else type(value).__name__
            raise InvalidDocument(f"expected {kind.__name__}, found {found}", where=self._at(name))
        return value

    def number(self, name: str) -> float:
        """Return a finite number, whole or not."""
        value = self.values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            with contextlib.suppress(OverflowError):  # JSON has whole numbers of any length
                if math.isfinite(number := float(value)):
                    return number
        raise InvalidDocument("expected a number", where=self._at(name))

    def text_or_none(self, name: str) -> str | None:
        """Return a text, or None where the field is null or missing."""
        return None if self.values.get(name) is None else self.get(name, str)

    def rows(self, name: str) -> list[_Fields]:
        """Return the objects of a list."""
        rows = [
            _Fields(row, f"{self._at(name)}[{index}]") if isinstance(row, Mapping) else None
            for index, row in enumerate(self.get(name, list))
        ]
        if None in rows:
            raise InvalidDocument("expected a list of objects", where=self._at(name))
        return [row for row in rows if row is not None]

    def _at(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name


def _root(document: str | bytes | Mapping[str, Any]) -> _Fields:
    if isinstance(document, str | bytes):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError) as error:
            raise InvalidDocument(f"not JSON: {error}", where="document") from error
    if not isinstance(document, Mapping):
        raise InvalidDocument("expected an object", where="document")
    root = _Fields(document, "")
    version = root.get("schema_version", str)
    if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InvalidDocument(
            f"this version reads {SCHEMA_VERSION}, the document has {version}",
            where="schema_version",
        )
    return root


def _scheme(root: _Fields) -> LabelScheme:
    try:
        return get_scheme(root.get("scheme", str))
    except ConfigError as error:
        raise InvalidDocument(error.message, where="scheme") from error


def _group(row: _Fields) -> tuple[int, int]:
    return row.get("person_id", int), row.get("label_id", int)


def _paint_parts(rows: list[_Fields], size: tuple[int, int]) -> NDArray[np.uint8]:
    canvas = np.zeros(size[0] * size[1], dtype=np.uint8)
    for row in rows:
        _paint(canvas, row, row.get("label_id", int), size)
    return np.ascontiguousarray(canvas.reshape(size[1], size[0]).T)


def _paint_persons(rows: list[_Fields], size: tuple[int, int]) -> NDArray[np.uint16]:
    canvas = np.zeros(size[0] * size[1], dtype=np.uint16)
    for row in rows:
        _paint(canvas, row, row.get("id", int), size)
    return np.ascontiguousarray(canvas.reshape(size[1], size[0]).T)


def _paint(canvas: NDArray[_Number], row: _Fields, value: int, size: tuple[int, int]) -> None:
    """Write a value into the mask's pixels of a column-major canvas that must still be empty."""
    if not 1 <= value <= np.iinfo(canvas.dtype).max:
        raise InvalidDocument(f"an id of {value} is out of range", where=row.where)
    mask = row.get("segmentation", dict)
    if mask.get("size") != list(size):
        raise InvalidDocument(f"size must be {list(size)}", where=f"{row.where}.segmentation")
    try:
        counts = decode_counts(Rle(size=list(size), counts=mask.get("counts", "")))
    except InvalidRle as error:
        raise InvalidDocument(error.message, where=f"{row.where}.segmentation") from error
    # Only the columns between the first and the last run are touched, and no mask is built.
    runs = counts[: len(counts) // 2 * 2]
    window = canvas[counts[0] : runs.sum()]
    inside = np.zeros(len(runs), dtype=canvas.dtype)
    inside[1::2] = value
    painted = np.repeat(inside[1:], runs[1:])
    if np.any((window != 0) & (painted != 0)):
        raise InvalidDocument("overlaps an earlier mask", where=row.where)
    window |= painted


def _compare(
    name: str, rows: list[_Fields], items: tuple[Person, ...] | tuple[Segment, ...]
) -> None:
    """Check that the rows say of ids, groups, boxes and areas what the maps say."""
    written = {row.get("id", int): row for row in rows}
    if len(written) != len(rows) or written.keys() != {item.id for item in items}:
        raise InvalidDocument(
            f"the masks hold the ids 1..{len(items)}, but the list does not", where=name
        )
    for item in items:
        row = written[item.id]
        if isinstance(item, Segment) and _group(row) != (item.person_id, item.label_id):
            raise InvalidDocument("the mask belongs to another person or part", where=row.where)
        if row.get("area", int) != item.area or row.get("bbox", list) != list(item.bbox):
            raise InvalidDocument(
                f"the mask has area {item.area} and bbox {list(item.bbox)}", where=row.where
            )
