"""Folders of a photo a in the layouts whose labels are not simply one picture to a photo."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tests.datasets.layouts import write_files
from tests.datasets.pictures import SIZE, ids_with, write_ids, write_photo

from m2fp.results.rle import encode


def write_person(path: Path, ids: np.ndarray) -> Path:
    """Write part ids as MHP-v2 does: in the red channel, with something else in the others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = np.stack([ids, ids * 2, np.full_like(ids, 7)], axis=-1)
    Image.fromarray(channels.astype(np.uint8)).save(path)
    return path


def write_list(path: Path, *lines: str) -> Path:
    """Write a text file of these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def write_json(path: Path, document: object) -> Path:
    """Write a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def write_mhp_v2(root: Path) -> Path:
    """Write MHP-v2 with one person in the photo."""
    write_photo(root / "val" / "images" / "a.jpg")
    write_person(root / "val" / "parsing_annos" / "a_01_01.png", ids_with(1, 2))
    write_list(root / "list" / "val.txt", "a")
    return root


def write_mhp_v1(root: Path) -> Path:
    """Write MHP-v1 with one person in the photo."""
    write_photo(root / "images" / "a.jpg")
    write_ids(root / "annotations" / "a_01_01.png", ids_with(1, 2))
    write_list(root / "test_list.txt", "a.jpg")
    return root


def write_ccp(root: Path) -> Path:
    """Write Clothing Co-Parsing with a photo that has no labels too."""
    write_photo(root / "photos" / "a.jpg")
    write_photo(root / "photos" / "b.jpg")
    write_ids(root / "labels" / "a.png", ids_with(20, 19))
    write_json(root / "tags.json", {"0": "null", "19": "hair", "20": "hat", "2": "bag"})
    return root


def write_results(root: Path) -> Path:
    """Write what `m2fp parse` saves, beside the photo."""
    write_photo(root / "a.jpg")
    write_ids(root / "a.parts.png", ids_with(1, 2))
    write_ids(root / "a.persons.png", ids_with(1, 1), bits=16)
    write_photo(root / "a.overlay.png")
    write_json(root / "a.json", {"schema_version": "1.0", "scheme": "cihp"})
    return root


def write_plain(root: Path) -> Path:
    """Write images and labels with a list of classes."""
    write_files(root / "images", root / "labels")
    write_list(root / "classes.txt", "background", "wing", "tail")
    return root


def annotation(category: int, *pixels: int, **more: Any) -> dict[str, Any]:
    """Return a COCO annotation of the first image that holds some pixels, counted row by row."""
    mask = np.zeros(SIZE, dtype=bool)
    mask.flat[list(pixels)] = True
    return {"image_id": 1, "category_id": category, "segmentation": encode(mask)} | more


def coco_document(*annotations: dict[str, Any], **categories: int) -> dict[str, Any]:
    """Return a COCO file of photo a, with the ids of its categories by name."""
    return {
        "images": [{"id": 1, "file_name": "a.jpg", "height": SIZE[0], "width": SIZE[1]}],
        "annotations": list(annotations),
        "categories": [{"id": number, "name": name} for name, number in categories.items()],
    }


def write_instances(root: Path) -> Path:
    """Write COCO instances: a person and two parts."""
    write_photo(root / "val2017" / "a.jpg")
    parts = (annotation(5, 0), annotation(7, 1), annotation(1, 0, 1))
    document = coco_document(*parts, person=1, hat=5, hair=7)
    write_json(root / "annotations" / "instances_val2017.json", document)
    return root


def segment(number: int, category: int, **more: Any) -> dict[str, Any]:
    """Return an entry of COCO's "segments_info"."""
    return {"id": number, "category_id": category, "iscrowd": 0} | more


def write_segments(path: Path, numbers: np.ndarray) -> Path:
    """Write a picture of segment numbers as COCO does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = np.stack([numbers % 256, numbers // 256 % 256, numbers // 65536], axis=-1)
    Image.fromarray(channels.astype(np.uint8)).save(path)
    return path


def write_panoptic(root: Path) -> Path:
    """Write COCO panoptic: two parts of a person on a background."""
    write_photo(root / "val2017" / "a.jpg")
    numbers = np.full(SIZE, 3)
    numbers.flat[:2] = 1000, 70_000
    folder = root / "annotations"
    write_segments(folder / "panoptic_val2017" / "a.png", numbers)
    info = [segment(1000, 5, person_id=1), segment(70_000, 7, person_id=1), segment(3, 9)]
    row = {"image_id": 1, "file_name": "a.png", "segments_info": info}
    document = coco_document(row, hat=5, hair=7, background=9)
    write_json(folder / "panoptic_val2017.json", document)
    return root


# Writer, layout, scheme, splits.
MORE_LAYOUTS: list[tuple[Callable[[Path], Path], str, str, tuple[str, ...]]] = [
    (write_mhp_v2, "mhp-v2", "mhp-v2", ("val",)),
    (write_mhp_v1, "mhp-v1", "mhp-v1", ("test",)),
    (write_ccp, "ccp", "ccp14", ("all",)),
    (write_results, "m2fp-results", "cihp", ("all",)),
    (write_instances, "coco-instances", "cihp", ("val",)),
    (write_panoptic, "coco-panoptic", "cihp", ("val",)),
    (write_plain, "plain", "custom", ("all",)),
]
