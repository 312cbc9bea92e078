"""Every format says what the result says, in a form that its readers understand."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_mask
from tests.results.made import make_result

from m2fp.errors import NoEvidence
from m2fp.parser import Parser
from m2fp.results import Result, read_document
from m2fp.service.errors import InvalidParameter
from m2fp.service.rendering import FORMATS, check_formats, render

GROUP = Path(__file__).parents[3] / "examples" / "group.jpg"


@pytest.fixture(scope="module")
def group() -> Result:
    with Parser(threads=1) as parser:
        return parser(GROUP)


@pytest.fixture(scope="module", params=["made", "parsed", "nobody"])
def result(request: pytest.FixtureRequest, group: Result) -> Result:
    if request.param == "parsed":
        return group
    if request.param == "nobody":
        return make_result([[0, 0]], [[0, 0]])
    return make_result()


def mask_of(text: str) -> NDArray[np.uint8]:
    picture = Image.open(io.BytesIO(base64.b64decode(text, validate=True)))
    assert (picture.format, picture.mode) == ("PNG", "L")
    return np.asarray(picture)


def test_the_table() -> None:
    assert list(FORMATS) == ["json", "label-maps", "overlay", "coco", "hf", "modelscope"]
    assert all(name == item.name for name, item in FORMATS.items())
    suffixes = [item.suffix for item in FORMATS.values()]
    assert len(set(suffixes)) == len(suffixes), "results of one picture lie side by side"
    assert all(re.fullmatch(r"[a-z.-]+", suffix) for suffix in suffixes)
    kinds = {"json": "application/json", "png": "image/png", "zip": "application/zip"}
    for item in FORMATS.values():
        assert item.media_type == kinds[item.suffix.rpartition(".")[2]]


def test_json_is_the_document(result: Result) -> None:
    body = render(result, "json")
    assert json.loads(body) == result.to_dict()
    np.testing.assert_array_equal(read_document(json.loads(body)).person_map, result.person_map)


def test_coco_is_the_data_set(result: Result) -> None:
    assert json.loads(render(result, "coco")) == result.to_coco()


def test_the_overlay_is_the_plot(result: Result) -> None:
    picture = Image.open(io.BytesIO(render(result, "overlay")))
    assert picture.format == "PNG"
    np.testing.assert_array_equal(np.asarray(picture), np.asarray(result.plot()))


def test_label_maps_are_two_pictures_and_a_table(result: Result) -> None:
    with zipfile.ZipFile(io.BytesIO(render(result, "label-maps"))) as archive:
        assert archive.namelist() == ["parts.png", "persons.png", "segments.json"]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        parts = Image.open(io.BytesIO(archive.read("parts.png")))
        persons = Image.open(io.BytesIO(archive.read("persons.png")))
        table = json.loads(archive.read("segments.json"))
    np.testing.assert_array_equal(np.asarray(parts), result.part_map)
    np.testing.assert_array_equal(np.asarray(persons), result.person_map)
    assert parts.mode == "P"
    assert persons.mode == "I;16"
    document = result.to_dict()
    for row in [*document["persons"], *document["segments"]]:
        del row["segmentation"]
    assert table == document


def test_equal_results_are_equal_bytes(result: Result) -> None:
    for name in ("json", "label-maps", "overlay", "coco", "hf"):
        assert render(result, name) == render(result, name)


def test_hugging_face_has_one_entry_a_segment(result: Result) -> None:
    entries = json.loads(render(result, "hf"))
    assert [entry["label"] for entry in entries] == [item.label for item in result.segments]
    for entry, segment in zip(entries, result.segments, strict=True):
        assert sorted(entry) == ["label", "mask", "score"]
        assert entry["score"] == pytest.approx(segment.score, abs=1e-6)
        np.testing.assert_array_equal(mask_of(entry["mask"]), segment.mask * np.uint8(255))
        assert int((mask_of(entry["mask"]) > 0).sum()) == coco_mask.area(segment.rle)


def test_modelscope_has_the_masks_of_the_pipeline(group: Result) -> None:
    document = json.loads(render(group, "modelscope"))
    expected = group.to_modelscope()
    assert document["labels"] == expected["labels"]
    assert "Human" in document["labels"]
    assert document["scores"] == pytest.approx(expected["scores"], abs=1e-6)
    for text, mask in zip(document["masks"], expected["masks"], strict=True):
        np.testing.assert_array_equal(mask_of(text) > 0, mask > 0)


def test_modelscope_of_a_model_for_one_person(fake_single_person_model: Path) -> None:
    with Parser(fake_single_person_model, threads=1) as parser:
        result = parser(GROUP)
    document = json.loads(render(result, "modelscope"))
    assert document["labels"][0] == "Background"
    total = sum((mask_of(text) > 0).astype(int) for text in document["masks"])
    np.testing.assert_array_equal(total, 1)  # every pixel has one class


def test_maps_alone_hold_no_overlapping_masks() -> None:
    with pytest.raises(NoEvidence):
        render(make_result(), "modelscope")


@pytest.mark.parametrize("names", [["gif"], ["json", "JSON"], []], ids=repr)
def test_unknown_formats_are_refused(names: list[str]) -> None:
    with pytest.raises(InvalidParameter, match="choose from: json, label-maps") as caught:
        check_formats(names)
    assert caught.value.code == "invalid_parameter"


def test_each_format_is_rendered_once() -> None:
    assert check_formats(["coco", "json", "coco"]) == ("coco", "json")


def test_nothing_of_the_metadata_of_a_photo_is_kept(group: Result) -> None:
    secrets = [b"Canon EOS SECRET", b"51 deg", b"a comment of the photographer", b"XMP-SECRET"]
    exif = Image.Exif()
    exif[0x0110] = secrets[0].decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 26.46), 29: secrets[1].decode()})
    buffer = io.BytesIO()
    photo = Image.fromarray(group.photo.pixels)
    photo.save(buffer, "JPEG", exif=exif, comment=secrets[2], xmp=b"<x>" + secrets[3] + b"</x>")
    assert all(secret in buffer.getvalue() for secret in secrets), "the test must be able to fail"
    with Parser(threads=1) as parser:
        result = parser(buffer.getvalue())
    for name in FORMATS:
        body = render(result, name)
        inside = [body]
        if name == "label-maps":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                inside = [archive.read(member) for member in archive.namelist()]
        for content in inside:
            assert not any(secret in content for secret in secrets), name
            if content.startswith(b"\x89PNG"):
                picture = Image.open(io.BytesIO(content))
                picture.load()
                assert not picture.getexif()
                assert set(picture.info) <= {"transparency"}, picture.info
