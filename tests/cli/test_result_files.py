"""Names of result files: no collisions, stable, safe."""

from __future__ import annotations

from pathlib import Path, PurePath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from m2fp.cli.result_files import Place, assign_places, parse_kinds
from m2fp.cli.sources import Picture
from m2fp.errors import ConfigError
from m2fp.imaging import Photo
from m2fp.labels import get_scheme
from m2fp.results import ModelStamp, Result, Timing
from m2fp.results.files import ENDINGS


def stems(*paths: str) -> list[str]:
    pictures = [Picture(Path(path), path) for path in paths]
    return [place.stem for place in assign_places(pictures, Path("out"))]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a.jpg", "b.jpg"], ["a", "b"]),
        (["a.jpg", "a.png"], ["a-jpg", "a-png"]),
        (["A.jpg", "a.png"], ["A-jpg", "a-png"]),  # one name on Windows and macOS
        (["x/a.jpg", "y/a.jpg"], ["x-a-jpg", "y-a-jpg"]),
        (["d/a.jpg", "d/a.png", "d/a-jpg.webp"], ["d-a-jpg", "a-png", "a-jpg-webp"]),
        (["a.jpg", "a.coco.jpg"], ["a-jpg", "a.coco-jpg"]),  # a.coco.json
        (["p/x/a.jpg", "q/x/a.jpg"], ["x-a-jpg-1", "x-a-jpg-2"]),
        (["10:30.jpg", 'a"b?.jpg', "tab\t.jpg"], ["10_30", "a_b_", "tab_"]),
        (["....jpg", "照片.jpg"], ["photo", "照片"]),
    ],
)
def test_stems(paths: list[str], expected: list[str]) -> None:
    assert stems(*paths) == expected


def test_sub_folders_are_not_rivals() -> None:
    pictures = [Picture(Path("p/a.jpg"), ""), Picture(Path("p/day/a.jpg"), "", PurePath("day"))]
    places = assign_places(pictures, Path("out"))
    assert [place.path("json").as_posix() for place in places] == ["out/a.json", "out/day/a.json"]


def test_standard_input() -> None:
    assert assign_places([Picture(None, "-")], Path("out"))[0].stem == "stdin"


letters = st.sampled_from("aAbB.-_:é中\ud800")
stem_texts = st.text(letters, min_size=1, max_size=6)
names = st.lists(stem_texts.map(lambda text: f"{text}.jpg"), max_size=8, unique=True)


@given(names)
def test_no_two_pictures_share_a_file(paths: list[str]) -> None:
    pictures = [Picture(Path(path), path) for path in paths]
    places = assign_places(pictures, Path("out"))
    files = [str(place.path(kind)).casefold() for place in places for kind in ENDINGS]
    assert len(set(files)) == len(files)
    assert assign_places(pictures, Path("out")) == places
    for place in places:
        assert len(place.stem.encode()) <= 255 - 40


def a_result() -> Result:
    pixels = np.zeros((20, 20, 3), np.uint8)
    return Result.from_maps(
        Photo(pixels, "x.jpg", "ab" * 32),
        np.zeros((20, 20), np.uint8),
        np.zeros((20, 20), np.uint16),
        person_scores={},
        segment_scores={},
        scheme=get_scheme("cihp"),
        model=ModelStamp("fake", None, "fp32"),
        timing=Timing(0, 0, 0, 0, 0),
    )


def test_endings_are_those_of_the_results_package(tmp_path: Path) -> None:
    place = Place(tmp_path, "x")
    saved = a_result().save(tmp_path, what=tuple(ENDINGS), stem="x")
    assert saved == {kind: place.path(kind) for kind in ENDINGS}


def test_done_means_the_same_picture(tmp_path: Path) -> None:
    photo, place = tmp_path / "x.jpg", Place(tmp_path / "out", "x")
    photo.write_bytes(b"first")
    assert not place.is_done(("parts",), photo)
    a_result().save(place.folder, what=("parts", "json"), stem="x")
    assert place.is_done(("parts",), photo)
    assert not place.is_done(("parts", "overlay"), photo)
    assert not place.is_done(("parts", "json"), photo)  # the document is about another picture
    document = place.path("json").read_text(encoding="utf-8")
    digest = "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e"
    place.path("json").write_text(document.replace("ab" * 32, digest), encoding="utf-8")
    assert place.is_done(("parts", "json"), photo)
    assert not place.is_done(("parts", "json"), None)  # what standard input will bring
    place.path("json").write_text("{", encoding="utf-8")
    assert not place.is_done(("parts", "json"), photo)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("json", ("json",)),
        (" Overlay, json,json ,", ("overlay", "json")),
    ],
)
def test_kinds(text: str, kinds: tuple[str, ...]) -> None:
    assert parse_kinds(text) == kinds


@pytest.mark.parametrize(
    ("text", "message"),
    [("maks", "does not know 'maks'; choose from: overlay"), (" , ", "nothing")],
)
def test_bad_kinds(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_kinds(text)
