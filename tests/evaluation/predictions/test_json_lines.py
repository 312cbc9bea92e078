"""Our own result documents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tests.evaluation.toy_results import ids, make_result
from tests.evaluation.toy_set import guesses, names

from m2fp.errors import ConfigError, DataError
from m2fp.evaluation.predictions.json_lines import Documents
from m2fp.labels import get_scheme
from m2fp.results import Result

CIHP = get_scheme("cihp")


@dataclass(frozen=True)
class Named:
    name: str


def line(result: Result, file: str) -> str:
    return json.dumps({"file": file, **result.to_dict()}) + "\n"


def test_lines_are_found_by_their_photos(tmp_path: Path) -> None:
    results = guesses(3)
    path = tmp_path / "lines.json"
    path.write_text(
        line(results[2], "C:\\x\\0000003.jpg")
        + '\n{"file": "0000002.jpg", "error": {"code": "undecodable_image", "message": "x"}}\n'
        # Another writer may order the fields otherwise.
        + json.dumps({**results[0].to_dict(), "file": "caf\u00e9/0000001.jpg"})
    )
    source = Documents.at(path, CIHP)
    assert source.coverage(names(3)).missing == ("0000002",)
    for number in (0, 2):
        read = source.predict(Named(names(3)[number]), (24, 32))
        assert read.categories.tolist() == results[number].part_map.tolist()
        assert read.people.scores.tolist() == [one.score for one in results[number].persons]
        assert read.seconds == 0.5
    assert len(source.predict(Named("0000002"), (24, 32)).people.scores) == 0


def test_labels_of_another_scheme_are_converted(tmp_path: Path) -> None:
    hair, face, arm = 2, 13, 14
    result = make_result(ids([[hair, face, face, arm]]), ids([[1, 1, 1, 1]]))
    (tmp_path / "a.json").write_text(result.to_json())
    ccp = get_scheme("ccp14")
    skin = ccp.label("skin").id
    read = Documents.at(tmp_path, ccp).predict(Named("a"), (1, 4))
    assert read.categories.tolist() == [[ccp.label("hair").id, skin, skin, skin]]
    # Two parts of one person that are one class are one instance.
    assert sorted(read.parts.class_ids.tolist()) == sorted([ccp.label("hair").id, skin])
    assert len(np.unique(read.parts.ids[0, 1:])) == 1


def test_the_score_of_merged_parts_is_their_mean_by_pixels(tmp_path: Path) -> None:
    document = make_result(ids([[13, 13, 13, 14]]), ids([[1] * 4])).to_dict()
    for segment, score in zip(document["segments"], (0.8, 0.4), strict=True):
        segment["score"] = score
    (tmp_path / "a.json").write_text(json.dumps(document))
    read = Documents.at(tmp_path, get_scheme("ccp14")).predict(Named("a"), (1, 4))
    assert read.parts.scores.tolist() == [pytest.approx(0.7)]


def test_labels_that_cannot_become_the_data_sets(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(make_result(ids([[2]]), ids([[1]])).to_json())
    with pytest.raises(ConfigError, match=r"cannot be scored on labels of .*: no place for torso"):
        Documents.at(tmp_path, get_scheme("lip"))


def test_tools_for_one_person_tell_nobody_apart(tmp_path: Path) -> None:
    result = make_result(ids([[2, 0]]), ids([[0, 0]]), scheme="lip")
    (tmp_path / "a.json").write_text(result.to_json())
    read = Documents.at(tmp_path, get_scheme("lip")).predict(Named("a"), (1, 2))
    assert (read.people, read.parts) == (None, None)


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    for text, message in {
        "": "lines.jsonl has no result documents",
        '{"file": "a.jpg", "error": {}}': "has no result documents",
        '{"a": 1}\n': 'lines.jsonl, line 1: not a result document with a "file"',
        "{\n": "lines.jsonl, line 1: ",
        '{"file": "a.jpg", "scheme": "cihp"}': "lines.jsonl: schema_version: ",
    }.items():
        path.write_text(text)
        with pytest.raises(DataError, match=message):
            Documents.at(path, CIHP)


def test_two_schemes_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    first, other = (make_result(ids([[2]]), ids([[0]]), scheme=name) for name in ("cihp", "lip"))
    path.write_text(line(first, "a.jpg") + line(other, "b.jpg"))
    with pytest.raises(DataError, match="two label schemes, cihp and lip"):
        Documents.at(path, CIHP).predict(Named("b"), (1, 1))


def test_a_file_that_was_changed_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    result = make_result(ids([[2]]), ids([[1]]))
    path.write_text(line(result, "a.jpg") + line(result, "b.jpg"))
    source = Documents.at(path, CIHP)
    path.write_text(line(result, "a.jpg"))
    with pytest.raises(DataError, match=r"lines\.jsonl"):
        source.predict(Named("b"), (1, 1))
