"""A model from a hub into the cache."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import os
import re
import shlex
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fake_hub import CHECKPOINT, CONFIGURATION, FakeHub, Step, running
from tests.registry.conftest import CONTENT, PATIENT, Listener

from m2fp.errors import (
    ChecksumMismatch,
    DownloadFailed,
    LicenceNotAccepted,
    OfflineModelMissing,
)
from m2fp.registry import FileRecord, ModelCache, RemoteModel, remote_models, verify
from m2fp.registry.pull import PullOptions, manual_commands, pull

DIGEST = hashlib.sha256(CONTENT).hexdigest()

Pull = Callable[..., dict[str, FileRecord]]


@pytest.fixture
def options(hub: FakeHub) -> PullOptions:
    return PullOptions(accept_licence=True, bases=(hub.url,), patience=PATIENT)


@pytest.fixture
def fetch(cache: ModelCache, model: RemoteModel, options: PullOptions, listener: Listener) -> Pull:
    def fetch(**changes: object) -> dict[str, FileRecord]:
        return pull(model, cache, dataclasses.replace(options, **changes), listener)  # type: ignore[arg-type]

    return fetch


def put_by_hand(cache: ModelCache, model: RemoteModel, content: bytes = CONTENT) -> None:
    cache.place(model).mkdir(parents=True)
    cache.path(model, CHECKPOINT).write_bytes(content)
    cache.path(model, CONFIGURATION).write_bytes(b'{"model": {}}\n')


def test_a_pull(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel, listener: Listener
) -> None:
    records = fetch()
    assert cache.path(model, CHECKPOINT).read_bytes() == CONTENT
    assert cache.path(model, CONFIGURATION).read_bytes() == hub.files[CONFIGURATION]
    url = f"{hub.url}/models/{model.name}/resolve/v1.0.1/{CHECKPOINT}"
    assert records[CHECKPOINT] == FileRecord(DIGEST, len(CONTENT), url, "publisher")
    assert cache.records(model) == records
    assert listener.notes == []
    assert sorted(path.name for path in cache.place(model).iterdir()) == [
        CONFIGURATION,
        CHECKPOINT,
        "record.json",
    ]


def test_a_second_pull_asks_nobody(fetch: Pull, hub: FakeHub) -> None:
    first = fetch()
    seen = len(hub.requests)
    assert fetch() == first
    assert fetch(offline=True, accept_licence=False) == first
    assert len(hub.requests) == seen == 3


def test_the_licence_comes_first(fetch: Pull, hub: FakeHub, cache: ModelCache) -> None:
    with pytest.raises(LicenceNotAccepted, match=r"CC-BY-NC-4\.0.*--accept-licence") as caught:
        fetch(accept_licence=False)
    assert caught.value.licence == "CC-BY-NC-4.0"
    assert "https://modelscope.cn/models/iic/" in caught.value.message
    assert hub.requests == []
    assert not cache.folder.exists()


@pytest.mark.parametrize("missing", ["/resolve/", "/iic/", r"/iic/|/resolve/"])
def test_other_addresses_of_the_same_file(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel, missing: str
) -> None:
    hub.missing = re.compile(missing)
    assert not re.search(missing, fetch()[CHECKPOINT].source)
    assert cache.path(model, CHECKPOINT).read_bytes() == CONTENT


def test_a_mirror_that_is_a_plain_folder(fetch: Pull, hub: FakeHub, listener: Listener) -> None:
    """There is no list of files, so nobody confirms what comes."""
    hub.missing = re.compile("/api/")
    records = fetch()
    assert records[CHECKPOINT].sha256 == DIGEST
    assert {record.confirmed_by for record in records.values()} == {"nobody"}
    assert "there is no list of files" in listener.notes[0]
    assert any(DIGEST in note for note in listener.notes)


def test_a_list_that_appears_later_confirms(fetch: Pull, hub: FakeHub) -> None:
    hub.missing = re.compile("/api/")
    fetch()
    hub.missing = None
    assert fetch()[CHECKPOINT].confirmed_by == "publisher"
    assert len(hub.ranges_seen) == 1


def test_a_list_that_appears_later_refutes(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel
) -> None:
    hub.missing = re.compile("/api/")
    hub.steps.append(Step(body=b"<a login page that does not say so>"))
    fetch()
    hub.missing = None
    assert fetch()[CHECKPOINT].sha256 == DIGEST
    assert cache.path(model, CHECKPOINT).read_bytes() == CONTENT


def test_the_second_mirror(fetch: Pull, hub: FakeHub) -> None:
    assert fetch(bases=("http://127.0.0.1:9", hub.url))[CHECKPOINT].source.startswith(hub.url)


def test_a_sha256_of_the_user(fetch: Pull, hub: FakeHub) -> None:
    hub.missing = re.compile("/api/")
    records = fetch(sha256=DIGEST)
    assert records[CHECKPOINT].confirmed_by == "user"
    assert records[CONFIGURATION].confirmed_by == "nobody"


def test_a_sha256_of_the_user_that_the_file_has_not(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel
) -> None:
    hub.missing = re.compile("/api/")
    with pytest.raises(ChecksumMismatch, match=DIGEST):
        fetch(sha256="0" * 64)
    assert len(hub.ranges_seen) == 2
    assert not cache.path(model, CHECKPOINT).exists()
    assert CHECKPOINT not in cache.records(model)


def test_a_sha256_that_the_publisher_contradicts(fetch: Pull, hub: FakeHub) -> None:
    with pytest.raises(ChecksumMismatch, match="--sha256"):
        fetch(sha256="0" * 64)
    assert hub.ranges_seen == []  # hundreds of megabytes were not fetched in vain


def test_a_sha256_of_the_catalogue(
    hub: FakeHub, cache: ModelCache, model: RemoteModel, options: PullOptions, listener: Listener
) -> None:
    files = tuple(
        dataclasses.replace(file, sha256=hashlib.sha256(hub.files[file.name]).hexdigest())
        for file in model.files
    )
    pinned = dataclasses.replace(model, files=files)
    records = pull(pinned, cache, options, listener)
    assert {record.confirmed_by for record in records.values()} == {"catalogue"}
    hub.files[CHECKPOINT] = b"another"
    cache.remove(model)
    with pytest.raises(ChecksumMismatch, match="the catalogue of m2fp"):
        pull(pinned, cache, options, listener)


def test_the_first_sha256_holds(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel
) -> None:
    fetch()
    cache.path(model, CHECKPOINT).unlink()
    hub.files[CHECKPOINT] = b"something else"
    with pytest.raises(ChecksumMismatch, match="m2fp models rm"):
        fetch()
    hub.files[CHECKPOINT] = CONTENT
    assert fetch()[CHECKPOINT].sha256 == DIGEST
    hub.files[CHECKPOINT] = b"something else"
    cache.remove(model)
    assert fetch()[CHECKPOINT].bytes == len(b"something else")


def test_a_damaged_file_is_fetched_again(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel, listener: Listener
) -> None:
    fetch()
    cache.path(model, CHECKPOINT).write_bytes(CONTENT[:-1] + b"?")
    fetch()
    assert cache.path(model, CHECKPOINT).read_bytes() == CONTENT
    assert hub.ranges_seen == [None, None]
    assert "damaged" in listener.notes[0]
    assert verify(model.name, cache.folder) == DIGEST


def test_files_put_in_place_by_hand(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel
) -> None:
    put_by_hand(cache, model)
    records = fetch()
    assert records[CHECKPOINT] == FileRecord(DIGEST, len(CONTENT), "", "publisher")
    assert hub.ranges_seen == []


def test_a_file_put_in_place_by_hand_that_is_cut(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel
) -> None:
    put_by_hand(cache, model, CONTENT[:1000])
    assert fetch()[CHECKPOINT].sha256 == DIGEST
    assert hub.ranges_seen == [None]


def test_files_put_in_place_by_hand_offline(
    fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel
) -> None:
    put_by_hand(cache, model)
    assert fetch(offline=True)[CHECKPOINT] == FileRecord(DIGEST, len(CONTENT), "", "nobody")
    assert hub.requests == []


def test_offline(fetch: Pull, hub: FakeHub, cache: ModelCache, model: RemoteModel) -> None:
    with pytest.raises(OfflineModelMissing, match="M2FP_OFFLINE") as caught:
        fetch(offline=True)
    assert hub.requests == []
    assert caught.value.model == model.name
    assert caught.value.manual in str(caught.value)
    assert caught.value.manual.count("curl -L -C - -o ") == 2
    cache.path(model, CONFIGURATION).write_bytes(b"{}")  # its folder is there for the command
    with pytest.raises(OfflineModelMissing) as caught:
        fetch(offline=True)
    assert CONFIGURATION not in caught.value.manual
    assert CHECKPOINT in caught.value.manual


def test_no_network(fetch: Pull, hub: FakeHub) -> None:
    with pytest.raises(DownloadFailed, match="refused") as caught:
        fetch(bases=("http://127.0.0.1:9",))
    assert "curl" in caught.value.manual
    assert caught.value.code == "download_failed"


def test_the_manual_commands_do_what_they_say(
    fetch: Pull, hub: FakeHub, tmp_path: Path, model: RemoteModel
) -> None:
    """The last two words are the path and the address, also where the path has spaces."""
    cache = ModelCache(tmp_path / "two words")
    commands = manual_commands(model, cache, [CHECKPOINT], (hub.url,))
    *_, path, url = shlex.split(commands)
    assert Path(path) == cache.path(model, CHECKPOINT)
    assert url == f"{hub.url}/models/{model.name}/resolve/v1.0.1/{CHECKPOINT}"


def test_manual_commands_for_windows(
    monkeypatch: pytest.MonkeyPatch, cache: ModelCache, model: RemoteModel
) -> None:
    place = str(cache.path(model, CHECKPOINT))
    monkeypatch.setattr(os, "name", "nt")
    (command,) = manual_commands(model, cache, [CHECKPOINT], ("https://a.example",)).splitlines()
    assert command.startswith(f'curl.exe -L -C - -o "{place}" "https://a.example/models/')


def test_a_disk_that_is_full(
    fetch: Pull, hub: FakeHub, cache: ModelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DownloadFailed, match=r"disk of .* is full.*M2FP_CACHE_DIR"):
        fetch()


def test_a_folder_that_cannot_be_written(fetch: Pull, hub: FakeHub, cache: ModelCache) -> None:
    cache.folder.parent.joinpath("cache").write_bytes(b"a file, not a folder")
    with pytest.raises(DownloadFailed, match="cannot write to"):
        fetch()
    assert hub.requests == []


def test_a_filled_cache_is_only_read(
    fetch: Pull, cache: ModelCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may lie on a disk that is read-only."""
    first = fetch()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr(Path, "write_text", refuse)
    assert fetch() == first


def test_a_record_that_cannot_be_written(
    fetch: Pull, monkeypatch: pytest.MonkeyPatch, cache: ModelCache
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(DownloadFailed, match="Read-only file system"):
        fetch()


def test_two_threads_fetch_once(
    hub: FakeHub, cache: ModelCache, model: RemoteModel, options: PullOptions
) -> None:
    hub.steps.append(Step(cut=100_000, stall=True))  # the first one holds the lock, and waits
    listeners = [Listener(), Listener()]
    results: list[dict[str, FileRecord]] = []

    def run(listener: Listener) -> None:
        results.append(pull(model, cache, options, listener))

    threads = [threading.Thread(target=run, args=(listener,)) for listener in listeners]
    threads[0].start()
    assert hub.stalled.wait(60)
    threads[1].start()
    while not listeners[1].notes:
        assert threads[1].is_alive()
        threads[1].join(0.01)
    hub.stopping.set()  # hangs up
    for thread in threads:
        thread.join()
    assert results[0] == results[1]
    assert results[0][CHECKPOINT].sha256 == DIGEST
    assert hub.ranges_seen == [None, "bytes=100000-"]
    assert listeners[1].notes == ["another process is fetching this model; waiting for it"]
    assert listeners[1].steps == []


def test_both_models_have_their_own_folders(
    cache: ModelCache, options: PullOptions, listener: Listener
) -> None:
    with running(FakeHub(b"single")) as other:
        multiple, single = remote_models()
        pull(multiple, cache, options, listener)
        pull(single, cache, dataclasses.replace(options, bases=(other.url,)), listener)
    assert cache.path(multiple, CHECKPOINT).read_bytes() == CONTENT
    assert cache.path(single, CHECKPOINT).read_bytes() == b"single"
