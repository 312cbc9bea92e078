"""Addresses and lists of files."""

from __future__ import annotations

import hashlib
import re

import pytest
from tests.fake_hub import CHECKPOINT, CONFIGURATION, FakeHub, Step
from tests.registry.conftest import CONTENT, PATIENT, Listener

from m2fp.errors import ConfigError
from m2fp.registry import RemoteModel
from m2fp.registry.hub import (
    MODELSCOPE,
    Announcement,
    file_urls,
    list_files,
    read_bases,
    read_sha256,
)

DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        (None, (MODELSCOPE,)),
        ("", (MODELSCOPE,)),
        ("https://a.example", ("https://a.example",)),
        (" https://a.example/hub/ , http://10.0.0.1:8080,", ("https://a.example/hub", "http://10.0.0.1:8080")),
    ],
)  # fmt: skip
def test_read_bases(text: str | None, bases: tuple[str, ...]) -> None:
    assert read_bases(text) == bases


@pytest.mark.parametrize(
    "text",
    [
        "modelscope.cn",
        "ftp://a.example",
        "file:///srv",
        "https://",
        "https://a?x=1",
        "https://[a",
        ",",
    ],
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(ConfigError, match="mirror"):
        read_bases(text)


def test_read_sha256() -> None:
    assert read_sha256(f" {DIGEST.upper()}\n") == DIGEST
    for text in ("", DIGEST[1:], "g" * 64, f"sha256:{DIGEST}"):
        with pytest.raises(ConfigError, match="64 hexadecimal digits"):
            read_sha256(text)


def test_file_urls(model: RemoteModel) -> None:
    """These are what ModelScope documents; its answers cannot be tested here."""
    urls = file_urls(("https://modelscope.cn", "https://b.example"), model, CHECKPOINT)
    name = "cv_resnet101_image-multiple-human-parsing"
    assert urls[:4] == (
        f"https://modelscope.cn/models/iic/{name}/resolve/v1.0.1/pytorch_model.pt",
        f"https://modelscope.cn/api/v1/models/iic/{name}/repo?Revision=v1.0.1&FilePath=pytorch_model.pt",
        f"https://modelscope.cn/models/damo/{name}/resolve/v1.0.1/pytorch_model.pt",
        f"https://modelscope.cn/api/v1/models/damo/{name}/repo?Revision=v1.0.1&FilePath=pytorch_model.pt",
    )  # fmt: skip
    assert urls[4].startswith("https://b.example/models/iic/")
    assert len(urls) == 8


def test_list_files(hub: FakeHub, model: RemoteModel, listener: Listener) -> None:
    listed = list_files((hub.url,), model, PATIENT, listener.note)
    assert listed[CHECKPOINT] == Announcement(DIGEST, len(CONTENT))
    assert set(listed) == {CHECKPOINT, CONFIGURATION}
    assert hub.requests[0].path.endswith("/repo/files?Revision=v1.0.1")
    assert listener.notes == []


@pytest.mark.parametrize(
    ("changes", "announced"),
    [
        ({"Sha256": DIGEST.upper()}, Announcement(DIGEST, len(CONTENT))),
        ({"Sha256": ""}, Announcement(None, len(CONTENT))),
        ({"Sha256": None, "Size": "12"}, Announcement(None, None)),
        ({"Sha256": "0" * 40, "Size": 0}, Announcement(None, None)),
    ],
)
def test_entries_that_say_less(
    hub: FakeHub,
    model: RemoteModel,
    listener: Listener,
    changes: dict[str, object],
    announced: Announcement,
) -> None:
    hub.listing = hub.list_files(**changes)
    assert list_files((hub.url,), model, PATIENT, listener.note)[CHECKPOINT] == announced


@pytest.mark.parametrize(
    "listing",
    [
        b"",
        b"not found",
        b"[]",
        b'{"Code": 10010205001, "Success": false, "Data": null}',
        b'{"Data": {"Files": [1]}}',
        b'{"Data": {"Files": [{"Name": "x"}]}}',
        b" " * 4_000_001,
    ],
)
def test_lists_that_are_none(
    hub: FakeHub, model: RemoteModel, listener: Listener, listing: bytes
) -> None:
    hub.listing = listing
    assert list_files((hub.url,), model, PATIENT, listener.note) == {}
    assert len(hub.requests) == len(model.names)
    assert listener.notes[0].startswith("there is no list of files")
    assert len(listener.notes) == 1


def test_the_other_spelling_is_asked(hub: FakeHub, model: RemoteModel, listener: Listener) -> None:
    hub.missing = re.compile("/iic/")
    assert CHECKPOINT in list_files((hub.url,), model, PATIENT, listener.note)
    assert listener.notes == []


def test_the_second_server_is_asked(hub: FakeHub, model: RemoteModel, listener: Listener) -> None:
    bases = ("http://127.0.0.1:9", hub.url)
    assert CHECKPOINT in list_files(bases, model, PATIENT, listener.note)


def test_a_list_that_is_cut_is_asked_for_once_more(
    hub: FakeHub, model: RemoteModel, listener: Listener
) -> None:
    hub.list_steps.extend([Step(cut=50)])
    assert CHECKPOINT in list_files((hub.url,), model, PATIENT, listener.note)
    hub.list_steps.extend([Step(cut=50)] * 2)
    assert list_files((hub.url,), model, PATIENT, listener.note) == {}
    assert "the connection was cut" in listener.notes[0]
    assert len(hub.requests) == 4
