"""One file over a bad connection."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fake_hub import CHECKPOINT, FakeHub, Step
from tests.registry.conftest import CONTENT, HURRIED, PATIENT, Listener

from m2fp.errors import ChecksumMismatch, DownloadFailed
from m2fp.registry.download import Download, download
from m2fp.registry.hub import Announcement
from m2fp.registry.web import Patience

DIGEST = hashlib.sha256(CONTENT).hexdigest()
SIZE = len(CONTENT)
KNOWN = Announcement(DIGEST, SIZE)
UNKNOWN = Announcement(None, None)

Fetch = Callable[..., Download]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / CHECKPOINT


@pytest.fixture
def part(target: Path) -> Path:
    return target.with_name(f"{CHECKPOINT}.part")


@pytest.fixture
def fetch(hub: FakeHub, target: Path, listener: Listener) -> Fetch:
    def fetch(
        expected: Announcement = KNOWN, patience: Patience = PATIENT, urls: tuple[str, ...] = ()
    ) -> Download:
        address = (f"{hub.url}/models/a/b/resolve/v1/{CHECKPOINT}",)
        return download(urls or address, target, expected, patience=patience, observer=listener)

    return fetch


def only_the_file(target: Path) -> bool:
    return [path.name for path in target.parent.iterdir()] == [target.name]


@pytest.mark.parametrize("expected", [KNOWN, UNKNOWN, Announcement(DIGEST, None)])
def test_a_good_connection(
    fetch: Fetch, hub: FakeHub, target: Path, listener: Listener, expected: Announcement
) -> None:
    done = fetch(expected)
    assert (done.sha256, done.bytes) == (DIGEST, SIZE)
    assert done.url.startswith(hub.url)
    assert target.read_bytes() == CONTENT
    assert only_the_file(target)
    assert hub.ranges_seen == [None]
    assert listener.steps[0] == (CHECKPOINT, 0, SIZE)
    assert listener.steps[-1] == (CHECKPOINT, SIZE, SIZE)
    assert listener.notes == []
    assert hub.requests[0].headers["User-Agent"] == "m2fp"


def test_an_older_file_is_replaced(fetch: Fetch, target: Path) -> None:
    target.write_bytes(b"old")
    fetch()
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("ranges", ["206", "200"])
@pytest.mark.parametrize("expected", [KNOWN, UNKNOWN])
def test_a_connection_that_drops_again_and_again(
    fetch: Fetch,
    hub: FakeHub,
    target: Path,
    listener: Listener,
    ranges: str,
    expected: Announcement,
) -> None:
    hub.ranges = ranges  # type: ignore[assignment]
    hub.steps.extend(Step(cut=50_000) for _ in range(5))  # more often than fruitless attempts
    fetch(expected)
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [None] + [f"bytes={n}-" for n in range(50_000, 300_000, 50_000)]
    assert [request.headers.get("If-Range") for request in hub.requests] == [None] + ['"one"'] * 5
    assert len(listener.notes) == 5
    assert listener.notes[0].endswith("the connection was cut; going on at byte 50,000")
    assert only_the_file(target)


def test_a_server_that_ignores_ranges(fetch: Fetch, hub: FakeHub, target: Path) -> None:
    hub.ranges = "ignored"
    hub.steps.append(Step(cut=120_000))
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [None, "bytes=120000-"]


def test_a_filter_that_refuses_ranges(fetch: Fetch, hub: FakeHub, target: Path) -> None:
    hub.ranges = "refused"
    hub.steps.append(Step(cut=120_000))
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [None, "bytes=120000-", None]


def test_going_on_after_an_earlier_run(
    fetch: Fetch, hub: FakeHub, target: Path, part: Path, listener: Listener
) -> None:
    part.write_bytes(CONTENT[:200_000])
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == ["bytes=200000-"]
    assert listener.steps[0] == (CHECKPOINT, 200_000, SIZE)


def test_a_whole_part_needs_no_request(
    fetch: Fetch, hub: FakeHub, target: Path, part: Path
) -> None:
    part.write_bytes(CONTENT)
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.requests == []


@pytest.mark.parametrize("length", [SIZE, SIZE + 7])
def test_no_such_range(fetch: Fetch, hub: FakeHub, target: Path, part: Path, length: int) -> None:
    """The size is unknown, so a part that is whole or too long leads to status 416."""
    part.write_bytes(bytes(length))
    fetch(Announcement(DIGEST, None))
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [f"bytes={length}-", None]


def test_a_part_that_is_too_long(fetch: Fetch, hub: FakeHub, target: Path, part: Path) -> None:
    part.write_bytes(bytes(SIZE + 7))
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [None]


def test_a_new_version_on_the_server(fetch: Fetch, hub: FakeHub, target: Path, part: Path) -> None:
    part.write_bytes(b"x" * 1_000)
    part.with_name(f"{part.name}.etag").write_text('"zero"')
    fetch(UNKNOWN)
    assert target.read_bytes() == CONTENT
    assert hub.requests[0].headers["If-Range"] == '"zero"'


@pytest.mark.parametrize("etag", ["", 'W/"weak"', '"two words"'])
def test_names_of_versions_that_cannot_be_used(
    fetch: Fetch, hub: FakeHub, target: Path, etag: str
) -> None:
    hub.etag = etag
    hub.steps.append(Step(cut=50_000))
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [None, "bytes=50000-"]
    assert "If-Range" not in hub.requests[1].headers


@pytest.mark.parametrize(
    ("start", "ranges_seen"),
    [(40_000, ["bytes=50000-"]), (60_000, ["bytes=50000-", None])],
)
def test_a_range_that_begins_elsewhere(
    fetch: Fetch, hub: FakeHub, target: Path, part: Path, start: int, ranges_seen: list[str | None]
) -> None:
    """A block cache may begin early, which can be used; a gap cannot."""
    part.write_bytes(CONTENT[:50_000])
    extent = {"Content-Range": f"bytes {start}-{SIZE - 1}/{SIZE}"}
    hub.steps.append(Step(status=206, body=CONTENT[start:], headers=extent))
    fetch(UNKNOWN)  # no sha256 would put it right
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == ranges_seen


def test_wrong_bytes_are_fetched_again(
    fetch: Fetch, hub: FakeHub, target: Path, listener: Listener
) -> None:
    hub.steps.append(Step(body=bytes(SIZE)))
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [None, None]
    assert "wrong sha256" in listener.notes[0]


def test_a_rotten_part_is_fetched_again(
    fetch: Fetch, hub: FakeHub, target: Path, part: Path
) -> None:
    part.write_bytes(bytes(200_000))
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == ["bytes=200000-", None]


def test_wrong_bytes_for_ever(fetch: Fetch, hub: FakeHub, target: Path) -> None:
    hub.files[CHECKPOINT] = bytes(SIZE)
    target.write_bytes(b"old")
    with pytest.raises(ChecksumMismatch) as caught:
        fetch()
    assert caught.value.expected == DIGEST
    assert caught.value.actual == hashlib.sha256(bytes(SIZE)).hexdigest()
    assert target.read_bytes() == b"old"
    assert only_the_file(target)
    assert len(hub.requests) == 2


@pytest.mark.parametrize("declare", [SIZE - 1, SIZE + 1])
def test_a_file_of_another_length(fetch: Fetch, hub: FakeHub, target: Path, declare: int) -> None:
    hub.steps.append(Step(declare=declare))
    with pytest.raises(DownloadFailed, match=f"has {declare:,} bytes instead of {SIZE:,}"):
        fetch()
    assert not target.exists()


def test_more_bytes_than_announced(fetch: Fetch, hub: FakeHub, target: Path) -> None:
    hub.steps.append(Step(body=CONTENT + b"more", declare=-1))
    with pytest.raises(DownloadFailed, match="more than 300,000 bytes"):
        fetch()
    fetch()  # what is there now is too long, and must not spoil the next run
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [None, None]


def test_a_cut_that_no_header_reveals(fetch: Fetch, hub: FakeHub, target: Path) -> None:
    hub.steps.append(Step(declare=-1, cut=100_000))
    fetch()
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen == [None, "bytes=100000-"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server(fetch: Fetch, hub: FakeHub, target: Path, status: int) -> None:
    hub.steps.extend([Step(status=status, body=b"later")] * 2)
    fetch()
    assert target.read_bytes() == CONTENT
    assert len(hub.requests) == 3


def test_a_server_that_stays_busy(fetch: Fetch, hub: FakeHub, part: Path) -> None:
    part.write_bytes(CONTENT[:50_000])
    hub.steps.extend([Step(status=503, body=b"later")] * 3)
    with pytest.raises(DownloadFailed, match="the server answers 503"):
        fetch()
    assert len(hub.requests) == PATIENT.attempts
    assert part.read_bytes() == CONTENT[:50_000]  # for the next run


def test_a_server_that_is_down_is_not_asked_for_other_addresses(fetch: Fetch, hub: FakeHub) -> None:
    hub.steps.extend([Step(status=503, body=b"later")] * 10)
    with pytest.raises(DownloadFailed):
        fetch(urls=(f"{hub.url}/a/{CHECKPOINT}", f"{hub.url}/b/{CHECKPOINT}"))
    assert len(hub.requests) == PATIENT.attempts


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_server_that_refuses(fetch: Fetch, hub: FakeHub, status: int) -> None:
    hub.steps.append(Step(status=status, body=b"no"))
    with pytest.raises(DownloadFailed, match=f"the server answers {status}") as caught:
        fetch()
    assert hub.url.removeprefix("http://") in caught.value.message
    assert len(hub.requests) == 1


def test_drops_without_progress_end(fetch: Fetch, hub: FakeHub, part: Path) -> None:
    hub.steps.extend([Step(cut=10)] * 10)
    with pytest.raises(DownloadFailed, match="the connection was cut"):
        fetch()
    assert hub.ranges_seen == [None, "bytes=10-", "bytes=20-"]
    assert part.read_bytes() == CONTENT[:30]


def test_restarts_without_progress_end(fetch: Fetch, hub: FakeHub) -> None:
    """Without ranges, each attempt brings many bytes and the file never grows."""
    hub.ranges = "ignored"
    hub.steps.extend([Step(cut=100_000)] * 10)
    with pytest.raises(DownloadFailed, match="the connection was cut"):
        fetch()
    assert len(hub.requests) == 1 + PATIENT.attempts


def test_a_silent_server(fetch: Fetch, hub: FakeHub, target: Path, listener: Listener) -> None:
    hub.steps.append(Step(cut=100_000, stall=True))
    fetch(patience=HURRIED)
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen[:2] == [None, "bytes=100000-"]
    assert "the server is silent" in listener.notes[0]


def test_a_dribble(fetch: Fetch, hub: FakeHub, target: Path, listener: Listener) -> None:
    """Bytes arrive often enough, but it would take days."""
    hub.steps.append(Step(dribble_s=0.05))
    fetch(patience=HURRIED)
    assert target.read_bytes() == CONTENT
    assert "bytes in 0.3 s" in listener.notes[0]
    assert hub.ranges_seen[1] not in (None, "bytes=0-")


def test_the_next_address_goes_on(
    fetch: Fetch, hub: FakeHub, target: Path, listener: Listener
) -> None:
    """The first server dies in the middle; the second has the same file under another name."""
    hub.steps.extend([Step(cut=100_000), *[Step(status=503, body=b"")] * 3])
    other = hub.url.replace("127.0.0.1", "localhost")
    urls = tuple(f"{url}/models/a/b/resolve/v1/{CHECKPOINT}" for url in (hub.url, other))
    assert fetch(urls=urls).url == urls[1]
    assert target.read_bytes() == CONTENT
    assert hub.ranges_seen[-1] == "bytes=100000-"


def test_all_reasons_are_told(fetch: Fetch, hub: FakeHub) -> None:
    hub.steps.append(Step(status=404, body=b""))
    other = "http://127.0.0.1:9"  # nobody listens
    urls = (f"{hub.url}/{CHECKPOINT}", f"{other}/{CHECKPOINT}", f"{other}/again/{CHECKPOINT}")
    with pytest.raises(DownloadFailed) as caught:
        fetch(urls=urls)
    assert "404" in caught.value.message
    assert caught.value.message.count("refused") == 1


def test_a_mirror_with_wrong_bytes_is_passed_over(fetch: Fetch, hub: FakeHub, target: Path) -> None:
    hub.steps.extend([Step(body=bytes(SIZE))] * 2)
    other = hub.url.replace("127.0.0.1", "localhost")
    urls = tuple(f"{url}/models/a/b/resolve/v1/{CHECKPOINT}" for url in (hub.url, other))
    assert fetch(urls=urls).url == urls[1]
    assert target.read_bytes() == CONTENT


def test_a_full_disk_is_noticed_before_the_download(
    fetch: Fetch, hub: FakeHub, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part.write_bytes(CONTENT[:100_000])
    usage = shutil.disk_usage(part.parent)
    room = SIZE - 100_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=room - 1))
    with pytest.raises(OSError, match="No space left"):
        fetch()
    assert part.read_bytes() == CONTENT[:100_000]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=room))
    assert fetch().bytes == SIZE


def test_a_disk_that_fills_up(
    fetch: Fetch, hub: FakeHub, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        fetch()
    assert len(hub.requests) == 1  # no server can help
    assert not target.exists()
