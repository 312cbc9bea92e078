"""What a parser returns, and its file formats."""

from m2fp.errors import InvalidDocument, InvalidMaps, InvalidRle, ResultError
from m2fp.results.coco import coco_dataset
from m2fp.results.label_maps import LabelMaps
from m2fp.results.person import Person, Segment
from m2fp.results.provenance import ModelStamp, Timing
from m2fp.results.reader import ParsedDocument, read_document
from m2fp.results.result import Result

__all__ = [
    "InvalidDocument",
    "InvalidMaps",
    "InvalidRle",
    "LabelMaps",
    "ModelStamp",
    "ParsedDocument",
    "Person",
    "Result",
    "ResultError",
    "Segment",
    "Timing",
    "coco_dataset",
    "read_document",
]
