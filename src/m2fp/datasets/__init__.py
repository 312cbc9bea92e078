"""Labelled photos on disk, in the layouts that the field's data sets come in.

Example:
    dataset = open_dataset("instance-level_human_parsing")
    for sample in dataset.samples("val"):
        labels = sample.read_labels()
"""

from m2fp.datasets.check import CheckReport, check_dataset
from m2fp.datasets.dataset import Dataset, JointSource, Sample
from m2fp.datasets.detect import layout_names, open_dataset
from m2fp.datasets.findings import Finding, FindingKind
from m2fp.datasets.joints import Joints
from m2fp.datasets.labelled_photo import IGNORE, LabelledPhoto, Labels, PartInstances

__all__ = [
    "IGNORE",
    "CheckReport",
    "Dataset",
    "Finding",
    "FindingKind",
    "JointSource",
    "Joints",
    "LabelledPhoto",
    "Labels",
    "PartInstances",
    "Sample",
    "check_dataset",
    "layout_names",
    "open_dataset",
]
