"""Metadata documents, good and bad."""

from __future__ import annotations

import json
from typing import Any

import pytest

from m2fp.errors import IncompatibleModel
from m2fp.imaging import CanvasRule, InputRule
from m2fp.labels import get_scheme
from m2fp.registry import ModelInfo

DIGEST = "ab" * 32


def info(**changes: Any) -> ModelInfo:
    values: dict[str, Any] = {
        "name": "m2fp-lite",
        "scheme": get_scheme("cihp"),
        "input": InputRule(480, 640, 32, (1.0, 2.0, 3.0), (4.0, 5.0, 6.0)),
        "precision": "int8",
        "licence": "Apache-2.0",
        "sha256": DIGEST,
        "description": "kleines Modell \u4eba",
        "source_sha256": "cd" * 32,
    }
    return ModelInfo(**{**values, **changes})


def document(**changes: Any) -> str:
    return json.dumps({**json.loads(info().to_metadata()), **changes})


def test_round_trip() -> None:
    assert ModelInfo.from_metadata(info().to_metadata(), DIGEST) == info()


def test_round_trip_with_a_canvas() -> None:
    single = info(scheme=get_scheme("lip"), input=CanvasRule())
    assert ModelInfo.from_metadata(single.to_metadata(), DIGEST) == single


def test_files_from_before_there_were_kinds_of_input_still_load() -> None:
    data = json.loads(info().to_metadata())
    del data["input"]["kind"]
    assert ModelInfo.from_metadata(json.dumps(data), DIGEST) == info()


def test_labels_are_written_for_other_programs() -> None:
    names = json.loads(info().to_metadata())["labels"]
    assert names[:3] == ["background", "hat", "hair"]
    assert names[19:] == ["right-shoe", "person"]


def test_the_hash_is_not_written() -> None:
    assert DIGEST not in info().to_metadata()


@pytest.mark.parametrize("key", ["name", "scheme", "precision", "licence", "description", "input"])
def test_a_missing_key_is_named(key: str) -> None:
    data = json.loads(info().to_metadata())
    del data[key]
    with pytest.raises(IncompatibleModel, match=key):
        ModelInfo.from_metadata(json.dumps(data), DIGEST)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("[]", "not an object"),
        (document(format=2), "format 2"),
        (document(format=None), "format None"),
        (document(scheme="klingon"), "klingon"),
        (document(precision="int3"), "int3"),
        (document(name=7), "name must be text"),
        (document(input=7), "cannot be used"),
        (document(input={"short_side": 1}), "cannot be used"),
        (document(input={"kind": "round"}), "unknown kind 'round'"),
    ],
)
def test_unusable_documents_say_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(IncompatibleModel, match=hint) as caught:
        ModelInfo.from_metadata(text, DIGEST)
    assert "export the model again" in str(caught.value) or "update m2fp" in str(caught.value)
