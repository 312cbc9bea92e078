"""No name in a request ever becomes the name of a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient
from tests.service.http.world import World, picture
from tests.service.http.zips import make_zip

MARK = "zq7marker"
NAMES = (f"../../{MARK}", f"/tmp/{MARK}", f"C:\\{MARK}", f"..\\{MARK}", f"{MARK}.png", f".{MARK}")  # noqa: S108

_watches: list[list[str]] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _watches and event.partition(".")[0] in ("open", "os", "shutil", "sqlite3"):
        _watches[-1].extend(text for each in arguments if MARK in (text := str(each)))


sys.addaudithook(_hook)  # hooks stay: one for all tests here


@contextmanager
def names_of_files() -> Iterator[list[str]]:
    """Yield what is added to whenever Python uses a file whose name has the mark in it."""
    _watches.append([])
    try:
        yield _watches[-1]
    finally:
        _watches.pop()


def test_the_watch_sees(tmp_path: Path) -> None:
    with names_of_files() as found:
        (tmp_path / MARK).write_bytes(b"")
        (tmp_path / MARK).unlink()
        with suppress(FileNotFoundError):
            list((tmp_path / MARK).iterdir())
    assert len(found) >= 3


def test_names_never_reach_the_file_system(client: TestClient, world: World) -> None:
    photo = picture()
    with names_of_files() as found:
        for name in NAMES:
            files = [("file", (name, photo)), ("file", (f"2{name}", photo))]
            answer = client.post("/v1/jobs", files=files, headers={"Idempotency-Key": quote(name)})
            assert answer.status_code == 202
            assert client.post("/v1/parse", files={"file": (name, photo)}).status_code == 200
            client.post("/v1/jobs", content=make_zip({name: photo, "good.png": photo}))
            client.post("/v1/parse", params={"model": name}, content=photo)
            client.post("/v1/parse", params={"format": name}, content=photo)
            for path in ("/page/{}", "/v1/jobs/{}", "/v1/jobs/{}/items", "/v2/models/{}", "/{}"):
                for method in ("GET", "DELETE"):
                    answer = client.request(method, path.format(quote(name, safe="")))
                    assert answer.status_code in (200, 404, 405, 422)
        world.work()
        for job in {ref.job_id for ref in world.queue.announced}:
            assert client.get(f"/v1/jobs/{job}/result").status_code == 200
            assert client.delete(f"/v1/jobs/{job}").status_code == 204
    assert found == []
