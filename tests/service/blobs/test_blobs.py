"""What every store of blobs does; s3:// runs against a server in this process."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

from m2fp.errors import ConfigError
from m2fp.service.blobs import BlobStore, FolderBlobs, FsspecBlobs, check_key, open_blobs
from m2fp.service.errors import BlobMissing, StoreUnavailable

_AWS = {"key": "testing", "secret": "testing", "client_kwargs": {"region_name": "us-east-1"}}


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Return the address of an S3 with one bucket."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """Return an empty store."""
    if request.param == "folder":
        return FolderBlobs(tmp_path / "blobs")
    name = f"test-{secrets.token_hex(6)}"
    if request.param == "memory":
        return FsspecBlobs(f"memory://{name}/prefix")
    address = request.getfixturevalue("s3")
    with urlopen(Request(f"{address}/{name}", method="PUT")):  # noqa: S310
        pass
    return FsspecBlobs(f"s3://{name}/prefix", endpoint_url=address, **_AWS)


def test_what_was_put_is_got(blobs: BlobStore) -> None:
    data = bytes(range(256)) * 1000
    blobs.put("jobs/a/0/input", data)
    assert blobs.get("jobs/a/0/input") == data
    blobs.put("jobs/a/0/input", b"")
    assert blobs.get("jobs/a/0/input") == b""


@pytest.mark.parametrize("key", ["jobs/a/0/none", "nothing", "jobs/a/0", "jobs/a/0/input/deeper"])
def test_missing(blobs: BlobStore, key: str) -> None:
    blobs.put("jobs/a/0/input", b"x")
    with pytest.raises(BlobMissing) as caught:
        blobs.get(key)
    assert caught.value.key == key


def test_a_prefix_is_parts_not_letters(blobs: BlobStore) -> None:
    keys = ["jobs/a/0/input", "jobs/a/0/input2", "jobs/a/10/input", "jobs/ab/0/input", "other"]
    for key in keys:
        blobs.put(key, b"x")
    assert blobs.keys("jobs/a") == keys[:3]
    assert blobs.keys("jobs/a/0/input") == keys[:1]
    assert blobs.keys("jobs/a/1") == []
    assert blobs.names("jobs") == ["a", "ab"]
    assert blobs.names("jobs/a") == ["0", "10"]
    assert blobs.names("nothing") == []
    blobs.delete_prefix("jobs/a/0/input")
    assert blobs.keys("jobs") == keys[1:4]
    blobs.delete_prefix("jobs/a")
    assert blobs.keys("jobs") == ["jobs/ab/0/input"]
    blobs.delete_prefix("jobs/a")
    blobs.put("jobs/a/0/input", b"again")
    assert blobs.get("jobs/a/0/input") == b"again"


def test_healthy(blobs: BlobStore) -> None:
    blobs.healthy()


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../../x", "A"])
def test_no_text_becomes_a_path(blobs: BlobStore, key: str) -> None:
    for use in (blobs.get, blobs.keys, blobs.names, blobs.delete_prefix):
        with pytest.raises(ValueError, match="not a key"):
            use(key)
    with pytest.raises(ValueError, match="not a key"):
        blobs.put(key, b"x")


@pytest.mark.parametrize(
    "key",
    [
        *("a//b", "a/", "a/./b", ".x", "a/.x", "a\\b", "a\0b", "jobs/é", "a b", "a\n", "~"),
        *("x" * 501, "c:/x", "s3://b/x", "a%2f..%2fb"),
    ],
)
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        check_key(key)


def test_readers_see_all_or_nothing(blobs: BlobStore) -> None:
    versions = {bytes([n]) * 100_000 for n in (1, 2, 3)}
    blobs.put("k", next(iter(versions)))
    stop = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not stop.is_set():
            seen.add(blobs.get("k"))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        for version in versions:
            blobs.put("k", version)
    stop.set()
    reader.join()
    assert seen <= versions


def test_putting_while_neighbours_are_deleted(blobs: BlobStore) -> None:
    done = threading.Event()

    def delete() -> None:
        while not done.is_set():
            blobs.delete_prefix("jobs/a/0")

    other = threading.Thread(target=delete)
    other.start()
    try:
        for n in range(30):
            blobs.put(f"jobs/a/0/r{n}", b"x")
            blobs.put(f"jobs/a/1/r{n}", b"x")
    finally:
        done.set()
        other.join()
    assert len(blobs.keys("jobs/a/1")) == 30


def test_a_folder_keeps_no_drafts_and_lists_none(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.put("a/b", b"x")
    (tmp_path / "a" / ".c.123.part").write_bytes(b"half")
    assert blobs.keys("a") == ["a/b"]
    assert blobs.names("a") == ["b"]
    blobs.delete_prefix("a")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="file"):
        FolderBlobs(tmp_path / "file" / "blobs")


def test_an_object_store_that_is_away() -> None:
    away = FsspecBlobs(
        "s3://bucket",
        endpoint_url="http://127.0.0.1:9",
        config_kwargs={"retries": {"max_attempts": 0}},
        **_AWS,
    )
    with pytest.raises(StoreUnavailable, match="s3://"):
        away.put("a", b"x")


@pytest.mark.parametrize("url", ["sftp://host/x", "ftp://host/x", "file:///tmp/x", "http://x/y"])
def test_only_object_stores(url: str) -> None:
    with pytest.raises(ConfigError):
        open_blobs(url)


def test_opening(tmp_path: Path) -> None:
    assert isinstance(open_blobs(tmp_path), FolderBlobs)
    assert isinstance(open_blobs(str(tmp_path)), FolderBlobs)
    assert isinstance(open_blobs("memory://opening"), FsspecBlobs)
