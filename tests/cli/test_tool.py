"""The tool as a whole: help, hints, error lines, --debug."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import m2fp
from m2fp.cli.app import build_app
from m2fp.cli.exit_codes import ExitCode, exit_code_of
from m2fp.cli.tool import Tool
from m2fp.errors import (
    ChecksumMismatch,
    ConfigError,
    DataError,
    DownloadFailed,
    InferenceFailed,
    LicenceNotAccepted,
    M2FPError,
    MissingExtra,
    ModelNotFound,
    OfflineModelMissing,
    SourceNotFound,
    UndecodableImage,
)
from m2fp.extras import needs_extra

COMMANDS = (
    *("parse", "serve", "worker", "keys", "labels", "models"),
    *("doctor", "benchmark", "val", "score", "config", "data"),
    *("synth", "train", "convert", "export"),
)


def test_help_shows_the_tool_on_one_screen() -> None:
    done = CliRunner().invoke(build_app(), ["--help"], env={"COLUMNS": "80"})
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) <= 40
    for command in COMMANDS:
        assert f" {command} " in done.stdout
    assert "completion" not in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    done = CliRunner().invoke(build_app(), [command, "--help"])
    assert done.exit_code == 0
    assert "Usage: " in done.stdout


def test_version() -> None:
    done = CliRunner().invoke(build_app(), ["-V"])
    assert (done.exit_code, done.stdout) == (0, f"m2fp {m2fp.__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["photo.jpg"], "did you mean: m2fp parse photo.jpg"),
        (["*.jpg"], "did you mean: m2fp parse *.jpg"),
        (["prase"], "Did you mean 'parse'?"),
        (["parse", "--nope", "x"], "No such option"),
    ],
)
def test_usage_hints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").touch()
    done = CliRunner().invoke(build_app(), arguments)
    assert done.exit_code == 2
    assert message in done.stderr


def tool_that_raises(error: BaseException) -> typer.Typer:
    app = typer.Typer(cls=Tool)

    @app.callback()
    def root(debug: bool = False) -> None: ...

    @app.command()
    def fail() -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (ConfigError("no"), 2, "error[config_error]: no"),
        (UndecodableImage("no"), 3, "error[undecodable_image]: no"),
        (OSError(28, "No space left on device", "x.png"), 1, "error[os_error]: x.png: No space"),
        (ValueError("no"), 1, "error[internal]: unexpected ValueError: no; this is a fault"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_errors_are_one_line(error: BaseException, code: int, line: str) -> None:
    done = CliRunner().invoke(tool_that_raises(error), ["fail"])
    assert done.exit_code == code
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--debug", "fail"], ["fail", "--debug"]])
def test_debug_lets_errors_through(arguments: list[str]) -> None:
    done = CliRunner().invoke(tool_that_raises(ConfigError("no")), arguments)
    assert isinstance(done.exception, ConfigError)


def test_a_closed_pipe_is_quiet() -> None:
    done = CliRunner().invoke(tool_that_raises(BrokenPipeError()), ["fail"])
    assert (done.exit_code, done.stderr) == (141, "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MissingExtra(extra="train", purpose="Training"), ExitCode.USAGE),
        (ModelNotFound(""), ExitCode.USAGE),
        (LicenceNotAccepted("", licence="x"), ExitCode.USAGE),
        (OfflineModelMissing(""), ExitCode.USAGE),
        (DownloadFailed(""), ExitCode.SOME_FAILED),
        (SourceNotFound(""), ExitCode.SOME_FAILED),
        (DataError(""), ExitCode.SOME_FAILED),
        (InferenceFailed(""), ExitCode.FAILED),
        (ChecksumMismatch("", expected="a", actual="b"), ExitCode.FAILED),
    ],
)
def test_exit_codes(error: M2FPError, code: ExitCode) -> None:
    assert exit_code_of(error) is code


def test_needs_extra() -> None:
    message = r"Training needs .* pip install 'm2fp\[train\]'"
    with pytest.raises(MissingExtra, match=message), needs_extra("train", "Training"):
        raise ModuleNotFoundError(name="torch.nn")
    with pytest.raises(ModuleNotFoundError), needs_extra("train", "Training"):
        raise ModuleNotFoundError(name="m2fp.train.lop")
