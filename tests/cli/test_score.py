"""The command `m2fp score`, also as a process that is stopped and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.evaluation.toy_set import names, write_label_maps, write_toy_set
from typer.testing import CliRunner, Result

from m2fp.cli import screen
from m2fp.cli.app import build_app

COUNT = 60
# A test run started in the background hands down "ignore SIGINT"; a terminal does not.
PROGRAM = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
PROGRAM += "from m2fp.cli import main; main()"
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(build_app(), ["score", *map(str, arguments)])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_toy_set(tmp_path / "toys", COUNT)


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    return write_label_maps(tmp_path / "maps", COUNT)


def test_json_in_a_pipe(data: Path, maps: Path, tmp_path: Path) -> None:
    file = tmp_path / "scores.json"
    done = invoke(maps, "--data", data, "--workers", 1, "--json", file)
    assert done.exit_code == 0
    (report,) = json.loads(done.stdout)["reports"]
    assert report["subject"] == {"name": "maps", "kind": "maps", "model": None, "settings": None}
    assert report["photos"] == COUNT
    assert json.loads(file.read_text()) == json.loads(done.stdout)
    assert done.stderr == ""


def test_processes_say_the_same(data: Path, maps: Path) -> None:
    printed = [invoke(maps, "--data", data, "--workers", workers).stdout for workers in (1, 2)]
    assert printed[0] == printed[1]
    assert json.loads(printed[0])["reports"][0]["photos"] == COUNT


def test_tables_on_a_terminal(data: Path, maps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "on_terminal", lambda: True)
    done = invoke(maps, "--data", data, "--limit", 5, "--workers", 1)
    assert done.stdout.startswith("## toys val, 5 of 60 photos\n")
    assert "| AP^r_vol " in done.stdout


def test_missing_predictions(data: Path, maps: Path) -> None:
    (maps / f"{names(1)[0]}.png").unlink()
    (maps / "extra.png").write_bytes(b"")
    done = invoke(maps, "--data", data, "--workers", 1)
    assert done.exit_code == 3
    assert "error[data_error]: 1 of 60 photos have no prediction (0000001)." in done.stderr
    assert "--allow-missing" in done.stderr
    done = invoke(maps, "--data", data, "--workers", 1, "--allow-missing")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["reports"][0]["missing"] == ["0000001"]
    assert done.stderr == "predictions that belong to none of the photos: 1\n"


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--format", "voc"], 2, "unknown format 'voc'; choose one of: challenge, jsonl, coco"),
        (["--format", "challenge"], 3, "no submission: global_parsing/ is missing"),
        (["--split", "train"], 3, "no labelled split 'train'"),
    ],
)
def test_what_cannot_be(
    data: Path, maps: Path, options: list[str], code: int, message: str
) -> None:
    done = invoke(maps, "--data", data, *options)
    assert (done.exit_code, message in done.stderr) == (code, True)


def start(data: Path, maps: Path, out: Path, workers: int) -> subprocess.Popen[bytes]:
    words = ["score", str(maps), "--data", str(data), "-o", str(out), "--workers", str(workers)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_for_a_chunk(out: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while not list(out.glob("journal/*.npz")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@posix_only
@pytest.mark.parametrize(
    ("workers", "end"), [(1, signal.SIGINT), (2, signal.SIGINT), (2, signal.SIGKILL)]
)
def test_a_stopped_run_goes_on(tmp_path: Path, workers: int, end: signal.Signals) -> None:
    count = 400
    data, maps = write_toy_set(tmp_path / "toys", count), write_label_maps(tmp_path / "maps", count)
    out = tmp_path / "out"
    with start(data, maps, out, workers) as process:
        wait_for_a_chunk(out, process)
        process.send_signal(end)
        _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors
    if end == signal.SIGINT:
        assert process.returncode == 130
        assert b"interrupted: " in errors
        assert b" of 400 photos done; the same command goes on" in errors
    finished = {path.name: path.stat().st_mtime_ns for path in out.glob("journal/*.npz")}
    assert 0 < len(finished) < count // 25
    assert not (out / "report.json").exists()

    with start(data, maps, out, workers) as process:
        printed, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, f"report and pictures are in {out}\n".encode())
    alone = invoke(maps, "--data", data, "--workers", 1).stdout
    assert json.loads(printed) == json.loads(alone)
    assert not (out / "journal").exists()
