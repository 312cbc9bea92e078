"""The tool as a process: pipes, signals, start-up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from tests.fake_model import FakePerson, draw_people

# A test run started in the background hands down "ignore SIGINT"; a terminal does not.
PROGRAM = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
PROGRAM += "from m2fp.cli import main; main()"
COMMAND = [sys.executable, "-c", PROGRAM]
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    pixels, _, _ = draw_people((96, 128), [FakePerson(0, 8, 8, 24, 48)])
    Image.fromarray(pixels).save(tmp_path / "a.png")
    return tmp_path / "a.png"


@pytest.fixture
def environment(fake_model: Path) -> dict[str, str]:
    ours = {"M2FP_MODEL": str(fake_model), "M2FP_THREADS": "1", "PYTHONUTF8": "0"}
    return {**os.environ, **ours, "LC_ALL": "C.UTF-8"}


def test_the_version_needs_no_library() -> None:
    check = "import sys; sys.argv = ['m2fp', '--version']; from m2fp.cli import main; main();"
    check += "assert not {'typer', 'numpy', 'PIL', 'rich', 'pydantic'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("m2fp ")


def test_a_pipe_in_and_out(photo: Path, environment: dict[str, str]) -> None:
    with photo.open("rb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "m2fp", "parse", "-"],
            stdin=stream,
            capture_output=True,
            env=environment,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    document = json.loads(done.stdout)
    assert [person["bbox"] for person in document["persons"]] == [[8, 8, 24, 48]]


@posix_only
def test_names_that_are_not_text(photo: Path, environment: dict[str, str]) -> None:
    odd = photo.with_name(os.fsdecode(b"caf\xe9.png"))
    photo.rename(odd)
    done = subprocess.run(
        [*COMMAND, "parse", str(odd)], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Path(json.loads(done.stdout)["file"]) == odd


def long_run(photo: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    for number in range(2_000):
        (photo.parent / f"b{number}.png").hardlink_to(photo)  # a symbolic link would be skipped
    return subprocess.Popen(
        [*COMMAND, "parse", str(photo.parent), "--jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


@posix_only
def test_ctrl_c(photo: Path, environment: dict[str, str]) -> None:
    with long_run(photo, environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b'{"file":')
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert b"interrupted: " in errors


@posix_only
def test_a_reader_that_goes_away(photo: Path, environment: dict[str, str]) -> None:
    with long_run(photo, environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
        assert process.wait(timeout=60) == 141
    assert b"Traceback" not in errors
    assert b"Error" not in errors
