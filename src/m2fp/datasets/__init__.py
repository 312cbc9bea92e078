"""Labelled photos on disk, in the layouts that the field's data sets come in."""

from m2fp.datasets.cihp import CihpDataset
from m2fp.datasets.dataset import Dataset, Sample
from m2fp.datasets.labelled_photo import IGNORE, LabelledPhoto, Labels, PartInstances

__all__ = [
    "IGNORE",
    "CihpDataset",
    "Dataset",
    "LabelledPhoto",
    "Labels",
    "PartInstances",
    "Sample",
]
