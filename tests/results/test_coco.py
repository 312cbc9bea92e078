"""COCO data sets, as pycocotools reads them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from tests.results.made import PARTS, PERSONS, SEGMENT_SCORES, empty_result, make_result

from m2fp.labels import get_scheme
from m2fp.results import ResultError, coco_dataset
from m2fp.results.coco import person_category


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # pycocotools' own
def test_pycocotools_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = make_result(person_scores=[0.9, 0.6], segment_scores=SEGMENT_SCORES)
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(result.to_coco()))
    coco = COCO(str(path))
    capsys.readouterr()
    assert coco.loadImgs([1])[0]["file_name"] == "group.jpg"
    (face,) = coco.getAnnIds(catIds=coco.getCatIds(catNms=["face"]))
    annotation = coco.anns[face]
    assert (annotation["person_id"], annotation["bbox"]) == (2, [3, 1, 2, 2])
    assert np.array_equal(coco.annToMask(annotation), np.array(PARTS) == 13)
    people = coco.getAnnIds(catIds=coco.getCatIds(supNms=["person"]))
    masks = [coco.annToMask(coco.anns[person]) for person in people]
    assert np.array_equal(masks[0] + 2 * masks[1], np.array(PERSONS))
    for item in coco.anns.values():
        assert item["iscrowd"] == 0
        assert item["area"] == coco.annToMask(item).sum()


def test_categories() -> None:
    categories = make_result().to_coco()["categories"]
    assert categories[0] == {"id": 1, "name": "hat", "supercategory": "part"}
    assert categories[-1] == {"id": 20, "name": "person", "supercategory": "person"}
    assert len({category["id"] for category in categories}) == 20


@pytest.mark.parametrize(("scheme", "expected"), [("cihp", 20), ("lip", 20), ("ppp", 7)])
def test_person_category(scheme: str, expected: int) -> None:
    assert person_category(get_scheme(scheme)) == expected


def test_several_photos_share_one_numbering() -> None:
    data = coco_dataset([make_result(), empty_result(), make_result(name=None)])
    assert [image["id"] for image in data["images"]] == [1, 2, 3]
    assert data["images"][2]["file_name"] == "000000000003"
    assert [item["id"] for item in data["annotations"]] == list(range(1, 13))
    assert {item["image_id"] for item in data["annotations"]} == {1, 3}


def test_nobody_is_a_valid_data_set() -> None:
    data = empty_result().to_coco()
    assert (len(data["images"]), data["annotations"]) == (1, [])


def test_schemes_do_not_mix() -> None:
    blank = [[0, 0], [0, 0]]
    with pytest.raises(ResultError, match="cihp and ppp"):
        coco_dataset([make_result(blank, blank), make_result(blank, blank, scheme="ppp")])
    with pytest.raises(ResultError, match="at least one"):
        coco_dataset([])
