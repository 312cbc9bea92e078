"""What a parser returns, and its file formats."""

from m2fp.errors import InvalidDocument, InvalidMaps, InvalidRle, NoEvidence, ResultError
from m2fp.results.coco import coco_dataset
from m2fp.results.evidence import ClassScores, Evidence, Instance, Instances
from m2fp.results.label_maps import LabelMaps
from m2fp.results.modelscope import ModelScopeDict
from m2fp.results.person import Person, Segment
from m2fp.results.provenance import ModelStamp, Timing
from m2fp.results.reader import ParsedDocument, read_document
from m2fp.results.result import Result

__all__ = [
    "ClassScores",
    "Evidence",
    "Instance",
    "Instances",
    "InvalidDocument",
    "InvalidMaps",
    "InvalidRle",
    "LabelMaps",
    "ModelScopeDict",
    "ModelStamp",
    "NoEvidence",
    "ParsedDocument",
    "Person",
    "Result",
    "ResultError",
    "Segment",
    "Timing",
    "coco_dataset",
    "read_document",
]
