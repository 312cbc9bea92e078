"""The outputs of the model, out of the label maps that a worker has rendered."""

from __future__ import annotations

import io
import zipfile

import numpy as np
from PIL import Image

from m2fp.service.http.kserve.tensors import Output
from m2fp.service.rendering.label_maps import PARTS_NAME, PERSONS_NAME, SEGMENTS_NAME


def outputs_of(label_maps: bytes) -> list[Output]:
    """Return part_map uint8 (H, W), person_map uint16 (H, W) and segments, a JSON document.

    What is decoded here was made by our own worker, not by a client.

    Args:
        label_maps: a result in the format "label-maps".
    """
    with zipfile.ZipFile(io.BytesIO(label_maps)) as archive:
        with Image.open(io.BytesIO(archive.read(PARTS_NAME)), formats=["PNG"]) as picture:
            parts = np.asarray(picture, np.uint8)
        with Image.open(io.BytesIO(archive.read(PERSONS_NAME)), formats=["PNG"]) as picture:
            persons = np.asarray(picture).astype(np.uint16)
        segments = archive.read(SEGMENTS_NAME).decode()
    return [
        Output("part_map", parts),
        Output("person_map", persons),
        Output("segments", segments),
    ]
