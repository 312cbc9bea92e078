"""The command `m2fp val`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from tests.toy_folder import write_folder
from typer.testing import CliRunner

from m2fp.cli import screen, val
from m2fp.errors import IncompatibleModel


def run(*arguments: object) -> str:
    app = typer.Typer()
    app.callback()(lambda: None)
    val.register(app)
    done = CliRunner().invoke(app, ["val", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_json_in_a_pipe_and_in_a_file(tmp_path: Path, fake_model: Path) -> None:
    root, file = write_folder(tmp_path / "toys", count=6), tmp_path / "scores.json"
    options = ("--data", root, "--groups", 2, "--threads", 1, "--json", file)
    printed = json.loads(run(fake_model, *options))
    assert [report["photos"] for report in printed["reports"]] == [6, 2]
    assert printed["reports"][0]["people"]["right_count"] == 1.0
    assert json.loads(file.read_text(encoding="utf-8")) == printed


def test_the_engine_is_an_option(tmp_path: Path, fake_model: Path) -> None:
    root = write_folder(tmp_path / "toys", count=1)
    options = ("--data", root, "--threads", 1)
    (report,) = json.loads(run(fake_model, *options, "--engine", "openvino"))["reports"]
    assert report["people"]["right_count"] == 1.0
    with pytest.raises(IncompatibleModel, match="the engine torch runs"):
        run(fake_model, *options, "--engine", "torch")


def test_tables_on_a_terminal(
    tmp_path: Path, fake_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "on_terminal", lambda: True)
    root = write_folder(tmp_path / "toys", count=1)
    printed = run(fake_model, "--data", root, "--threads", 1)
    assert printed.startswith("## toys val\n")
    assert "| photos with the right number of people |  100.0 |" in printed
