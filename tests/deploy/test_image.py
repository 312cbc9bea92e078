"""The built image, run as a container engine would; `.ci/container` builds it and calls this."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.container import Container, Image

_ROOT, _CONFIG = os.environ.get("IMAGE_ROOT", ""), os.environ.get("IMAGE_CONFIG", "")
_PHOTO = Path(__file__).parents[2] / "examples/group.jpg"
_USER = 10001
_OPEN = {"M2FP_SERVE__AUTH": "none"}


@pytest.fixture(scope="module")
def image() -> Image:
    return Image.of(_ROOT, _CONFIG)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return _owned(tmp_path / "data")


@pytest.fixture
def server(image: Image, data: Path) -> Iterator[Container]:
    with Container(image, {"/app/data": data}, _OPEN) as container:
        container.start()
        container.wait_until_healthy()
        yield container


def _owned(folder: Path) -> Path:
    folder.mkdir()
    os.chown(folder, _USER, _USER)
    for parent in folder.parents:  # pytest makes its folders for one user only
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return folder


def _run(image: Image, *command: str, entry: bool = True) -> tuple[int, str, str]:
    with Container(image) as container:
        container.start(command, entry=entry)
        return container.wait()


def test_it_is_nobody_and_may_nothing(image: Image) -> None:
    status, out, err = _run(image, "sh", "-c", "id -u; id -G; cat /proc/1/status", entry=False)
    assert status == 0, err
    assert out.splitlines()[:2] == [str(_USER), str(_USER)]
    assert "CapEff:\t0000000000000000" in out
    assert "CapBnd:\t0000000000000000" in out
    assert "NoNewPrivs:\t1" in out


@pytest.mark.parametrize("place", ["/", "/app", "/app/venv", "/etc", "/usr/local/bin"])
def test_nothing_can_be_written_outside_the_volumes(image: Image, place: str) -> None:
    status, _, err = _run(image, "sh", "-c", f"echo x > {place}/x", entry=False)
    assert status != 0
    assert "Read-only file system" in err


def test_nothing_runs_as_its_owner_and_no_tools_are_there(image: Image) -> None:
    find = "find / -xdev -perm /6000 -type f; command -v pip gcc git curl wget; true"
    status, out, err = _run(image, "sh", "-c", find, entry=False)
    assert (status, out) == (0, ""), err


def test_photos_of_a_folder(image: Image, tmp_path: Path) -> None:
    photos, results = _owned(tmp_path / "in"), _owned(tmp_path / "out")
    shutil.copy(_PHOTO, photos / "group.jpg")
    (photos / "group.jpg").chmod(0o444)
    with Container(image, {"/app/input": photos, "/app/output": results}) as container:
        container.start(["parse", "/app/input", "-o", "/app/output"])
        status, _, err = container.wait()
    assert status == 0, err
    document = json.loads((results / "group.json").read_text())
    assert len(document["persons"]) >= 3
    assert (results / "group.overlay.png").stat().st_uid == _USER


def test_doctor_finds_nothing(image: Image, data: Path) -> None:
    with Container(image, {"/app/data": data}, _OPEN) as container:
        container.start(["doctor", "--json"])
        status, out, err = container.wait()
    assert (status, json.loads(out)["problems"]) == (0, {}), err


def test_it_listens_for_nobody_unless_told_who_may_come(image: Image, data: Path) -> None:
    with Container(image, {"/app/data": data}) as container:
        container.start()
        status, _, err = container.wait(30)
    assert status == 2
    assert "no API keys are set" in err


def test_a_photo_through_the_server(server: Container) -> None:
    document = json.loads(server.curl("-F", f"file=@{_PHOTO}", "http://127.0.0.1:7860/v1/parse"))
    assert len(document["persons"]) >= 3
    kind = server.curl(
        *("-F", f"file=@{_PHOTO}", "-H", "Accept: image/png", "-o", "/dev/null"),
        *("-w", "%{content_type} %{http_code}", "http://127.0.0.1:7860/v1/parse"),
    )
    assert kind == "image/png 200"
    assert 'm2fp_parse_requests_total{outcome="succeeded"} 2.0' in server.curl(
        "http://127.0.0.1:7860/metrics"
    )


def test_the_page(server: Container) -> None:
    assert "<html" in server.curl("http://127.0.0.1:7860/")


def test_a_job_survives_the_container(image: Image, data: Path, server: Container) -> None:
    job = json.loads(server.curl("-F", f"file=@{_PHOTO}", "http://127.0.0.1:7860/v1/jobs"))
    # Stopped at once: the picture is done by the one that stops or by the next one.
    status, _, err = server.stop(40)
    assert status == 0, err
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert events[-1] == "stopped"
    address = f"http://127.0.0.1:7860/v1/jobs/{job['id']}"
    with Container(image, {"/app/data": data}, _OPEN) as again:
        again.start()
        again.wait_until_healthy()
        for _ in range(100):
            state = json.loads(again.curl(address))["status"]
            if state not in ("queued", "running"):
                break
            time.sleep(0.1)
    assert state == "succeeded"
