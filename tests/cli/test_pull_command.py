"""`m2fp models pull` and what it makes possible, in this process and as processes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tests.fake_hub import CHECKPOINT, CONFIGURATION, FakeHub, Step, running
from typer.testing import CliRunner, Result

import m2fp.checkpoints
import m2fp.export
from m2fp.cli import pull as pull_command
from m2fp.cli.app import build_app
from m2fp.cli.download_bars import DownloadBars
from m2fp.parser import Parser
from m2fp.registry import RUNNABLE, ModelCache, RemoteModel, find_remote

CONTENT = np.random.default_rng(1).bytes(2_000_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAME = "damo/cv_resnet101_image-multiple-human-parsing"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build_app(), [str(word) for word in arguments])


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with running(FakeHub(CONTENT)) as hub:
        yield hub


@pytest.fixture(autouse=True)
def environment(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("M2FP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("M2FP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("M2FP_MODEL_MIRROR", hub.url)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def model() -> RemoteModel:
    model = find_remote(NAME)
    assert model is not None
    return model


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    return ModelCache(tmp_path / "cache")


@pytest.fixture
def conversions(
    fake_model: Path, cache: ModelCache, model: RemoteModel, monkeypatch: pytest.MonkeyPatch
) -> list[Path]:
    """Convert and export in no time; the network that comes out reads flat colours."""
    seen: list[Path] = []

    def convert(source: Path, output: Path, *, licence: str) -> SimpleNamespace:
        assert source == cache.path(model, CHECKPOINT)
        assert (source.parent / CONFIGURATION).is_file()
        assert licence == "CC-BY-NC-4.0"
        seen.append(source)
        output.write_bytes(b"converted")
        return SimpleNamespace(doubts=("Its heads are a guess.",))

    def export(converted: Path, output: Path) -> None:
        assert converted.read_bytes() == b"converted"
        shutil.copy(fake_model, output)

    monkeypatch.setattr(m2fp.checkpoints, "convert_checkpoint", convert)
    monkeypatch.setattr(m2fp.export, "export_converted", export)
    return seen


def test_pull_makes_a_model_that_runs(
    conversions: list[Path], hub: FakeHub, cache: ModelCache, model: RemoteModel, fake_model: Path
) -> None:
    done = run("models", "pull", NAME, "--accept-licence")
    assert done.exit_code == 0, done.output
    path = cache.path(model, RUNNABLE)
    assert done.stdout == f"{path}\n"
    assert path.read_bytes() == fake_model.read_bytes()
    head, *notes = done.stderr.splitlines()
    assert "CC-BY-NC-4.0" in head
    assert model.page in head
    assert notes == [
        "Its heads are a guess.",
        f"ready; try: m2fp parse photo.jpg --model {NAME}",
    ]
    assert sorted(entry.name for entry in cache.place(model).iterdir()) == sorted(
        [CHECKPOINT, CONFIGURATION, RUNNABLE, "record.json"]
    )
    for name in model.names:
        assert run("models", "path", name).stdout == f"{path}\n"
        with Parser(name, cache_dir=cache.folder, threads=1) as parser:
            assert parser.info.scheme.name == "cihp"


def test_the_parse_command_finds_it(conversions: list[Path], tmp_path: Path) -> None:
    from PIL import Image
    from tests.fake_model import FakePerson, draw_people

    photo = tmp_path / "a.png"
    pixels, _, _ = draw_people((96, 128), [FakePerson(0, 8, 8, 24, 48)])
    Image.fromarray(pixels).save(photo)
    refused = run("parse", photo, "--model", NAME, "--jsonl")
    assert refused.exit_code == 2
    assert f"m2fp models pull {NAME}" in refused.stderr
    assert run("models", "pull", NAME, "--accept-licence").exit_code == 0
    done = run("parse", photo, "--model", NAME, "--jsonl")
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["persons"]) == 1


def test_a_second_pull_does_nothing(conversions: list[Path], hub: FakeHub) -> None:
    first = run("models", "pull", NAME, "--accept-licence")
    asked = len(hub.requests)
    second = run("models", "pull", NAME)
    assert second.stdout == first.stdout
    assert (len(hub.requests), len(conversions)) == (asked, 1)
    run("models", "pull", NAME, "--export")
    assert (len(hub.requests), len(conversions)) == (asked, 2)


def test_without_export(conversions: list[Path], cache: ModelCache, model: RemoteModel) -> None:
    done = run("models", "pull", NAME, "--accept-licence", "--no-export")
    assert done.stdout == f"{cache.path(model, CHECKPOINT)}\n"
    assert conversions == []
    assert run("models", "path", NAME).exit_code == 2


def test_without_the_extra(
    hub: FakeHub, cache: ModelCache, model: RemoteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for loaded in [name for name in sys.modules if name.startswith("m2fp.checkpoints")]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    done = run("models", "pull", NAME, "--accept-licence")
    assert done.exit_code == 0
    assert done.stdout == f"{cache.path(model, CHECKPOINT)}\n"
    assert "pip install 'm2fp[export]'" in done.stderr
    refused = run("models", "path", NAME)
    assert refused.exit_code == 2
    assert "pip install 'm2fp[export]'" in refused.stderr
    assert "m2fp models pull" in refused.stderr


def test_an_export_that_fails_keeps_the_download(
    conversions: list[Path],
    cache: ModelCache,
    model: RemoteModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(m2fp.export, "export_converted", fail)
        done = run("models", "pull", NAME, "--accept-licence")
    assert done.exit_code == 130
    assert "the same command goes on from here" in done.stderr
    assert cache.state(model) == "downloaded"
    assert not (cache.place(model) / "exporting").exists()
    assert run("models", "pull", NAME).exit_code == 0
    assert cache.state(model) == "ok"


def test_the_licence_has_to_be_accepted(hub: FakeHub, cache: ModelCache) -> None:
    done = run("models", "pull", NAME)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error[licence_not_accepted]: ")
    assert "--accept-licence" in done.stderr
    assert hub.requests == []
    assert not cache.folder.exists()


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 2)])
def test_people_are_asked(
    conversions: list[Path], monkeypatch: pytest.MonkeyPatch, answer: bool, code: int
) -> None:
    asked: list[str] = []

    def confirm(question: str, *, err: bool) -> bool:
        assert err
        asked.append(question)
        return answer

    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(pull_command, "sys", SimpleNamespace(stdin=terminal, stderr=terminal))
    monkeypatch.setattr(pull_command.typer, "confirm", confirm)
    done = run("models", "pull", NAME)
    assert done.exit_code == code
    assert "CC-BY-NC-4.0" in done.stderr
    assert len(asked) == 1
    if answer:
        assert run("models", "pull", NAME).exit_code == 0
        assert len(asked) == 1  # once is enough


def test_offline(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_OFFLINE", "1")
    done = run("models", "pull", NAME, "--accept-licence")
    assert (done.exit_code, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert lines[1].startswith("error[offline_model_missing]: ")
    assert [line.split()[:5] for line in lines[3:]] == [["curl", "-L", "-C", "-", "-o"]] * 2
    assert hub.requests == []


def test_a_refusal_shows_the_command(hub: FakeHub, cache: ModelCache, model: RemoteModel) -> None:
    hub.steps.extend([Step(status=404, body=b"")] * 4)
    done = run("models", "pull", NAME, "--accept-licence")
    assert done.exit_code == 3
    assert "error[download_failed]: cannot download pytorch_model.pt (127.0.0.1" in done.stderr
    commands = [line for line in done.stderr.splitlines() if line.startswith("  curl ")]
    assert [str(cache.path(model, CHECKPOINT)) in line for line in commands] == [True]


def test_options(conversions: list[Path], hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_MODEL_MIRROR", "http://127.0.0.1:9")
    done = run(
        *("models", "pull", NAME, "--accept-licence"),
        *("--mirror", hub.url, "--sha256", DIGEST.upper()),
    )
    assert done.exit_code == 0, done.output
    assert len(hub.requests_for(CHECKPOINT)) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["large"], 2, "error[model_not_found]: no model is called 'large'"),
        ([NAME, "--mirror", "modelscope.cn"], 2, "error[config_error]: the mirror"),
        ([NAME, "--sha256", "12"], 2, "error[config_error]: the sha256 '12'"),
        ([NAME, "--accept-licence", "--sha256", "0" * 64], 1, "error[checksum_mismatch]: "),
    ],
)
def test_mistakes(arguments: list[str], code: int, message: str) -> None:
    done = run("models", "pull", *arguments)
    assert done.exit_code == code
    assert message in done.stderr


def test_shipped_models_need_no_pull(hub: FakeHub) -> None:
    done = run("models", "pull", "builtin")
    assert done.exit_code == 0
    assert done.stdout.endswith("m2fp-lite-int8.onnx\n")
    assert "comes with m2fp" in done.stderr
    assert hub.requests == []


def test_life_of_a_model(conversions: list[Path], cache: ModelCache, model: RemoteModel) -> None:
    def listed() -> dict[str, object]:
        rows = json.loads(run("models", "list", "--json").stdout)["models"]
        return next(row for row in rows if row["name"] == model.name)

    assert listed()["state"] == "not downloaded"
    assert run("models", "verify", NAME).exit_code == 3
    run("models", "pull", NAME, "--accept-licence", "--no-export")
    assert (listed()["state"], listed()["sha256"]) == ("downloaded", DIGEST)
    run("models", "pull", NAME)
    path = cache.path(model, RUNNABLE)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (listed()["state"], listed()["sha256"]) == ("ok", digest)
    assert run("models", "verify", NAME).stdout == f"{NAME}: ok, sha256 {digest}\n"
    assert f"{model.name}: ok" in run("models", "verify").stdout
    path.write_bytes(b"")
    assert listed()["state"] == "damaged"
    done = run("models", "verify")
    assert done.exit_code == 3
    assert "error[checksum_mismatch]: " in done.stderr
    done = run("models", "rm", NAME)
    assert (done.exit_code, done.stderr) == (0, "2.0 MB freed\n")
    assert listed()["state"] == "not downloaded"
    assert "was not downloaded" in run("models", "rm", NAME).stderr


@pytest.mark.parametrize(
    ("name", "message"), [("builtin", "comes with m2fp"), ("large", "no model is called 'large'")]
)
def test_models_that_cannot_be_removed(name: str, message: str) -> None:
    done = run("models", "rm", name)
    assert done.exit_code == 2
    assert message in done.stderr


def test_bars_are_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    with DownloadBars() as bars:
        bars.progress("x.pt", 10, 100)
        bars.progress("x.pt", 100, 100)
        bars.note("trouble\x1b[2J")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "trouble\\x1b[2J\n"


def test_bars_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with DownloadBars() as bars:
        bars.progress("x.pt", 250_000, 1_000_000)
        bars.progress("x.pt", 1_000_000, 1_000_000)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "x.pt" in captured.err
    assert "1.0/1.0 MB" in captured.err


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "m2fp", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


PULL = ("models", "pull", NAME, "--accept-licence", "--no-export")


def test_two_processes_fetch_once(hub: FakeHub, cache: ModelCache, model: RemoteModel) -> None:
    hub.steps.append(Step(cut=1_000_000, stall=True))
    with start(*PULL) as first:
        assert hub.stalled.wait(60)
        with start(*PULL) as second:
            assert second.stderr is not None
            lines = [second.stderr.readline() for _ in range(2)]
            assert "another process is fetching this model" in lines[1]
            hub.stopping.set()  # the server hangs up
            outputs = [process.communicate(timeout=60) for process in (first, second)]
    path = cache.path(model, CHECKPOINT)
    assert [output for output, _ in outputs] == [f"{path}\n"] * 2
    assert path.read_bytes() == CONTENT
    assert hub.ranges_seen == [None, "bytes=1000000-"]
    assert len(hub.requests_for(CONFIGURATION)) == 1


def test_a_killed_process_is_continued(hub: FakeHub, cache: ModelCache, model: RemoteModel) -> None:
    hub.steps.append(Step(cut=1_000_000, stall=True))
    part = cache.path(model, f"{CHECKPOINT}.part")
    with start(*PULL) as process:
        assert hub.stalled.wait(60)
        deadline = time.monotonic() + 60
        while not (part.exists() and part.stat().st_size == 1_000_000):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
    done = run(*PULL)
    assert done.exit_code == 0, done.output
    assert cache.path(model, CHECKPOINT).read_bytes() == CONTENT
    assert hub.ranges_seen == [None, "bytes=1000000-"]
    assert hub.requests_for(CHECKPOINT)[1].headers["If-Range"] == hub.etag
    assert not part.exists()


def test_nothing_is_fetched_unasked(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    for arguments in (
        ["models", "list"],
        ["models", "verify"],
        ["models", "path", NAME],
        ["parse", str(tmp_path / "a.png"), "--model", NAME],
        ["doctor"],
    ):
        run(*arguments)
    assert hub.requests == []
