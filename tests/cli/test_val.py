"""The command `m2fp val`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.toy_folder import write_folder
from typer.testing import CliRunner, Result

from m2fp.cli import screen
from m2fp.cli.app import build_app


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(build_app(), ["val", *map(str, arguments)])


def run(*arguments: object) -> str:
    done = invoke(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "toys", count=6)


def test_json_in_a_pipe_and_in_a_file(root: Path, tmp_path: Path, fake_model: Path) -> None:
    file = tmp_path / "scores.json"
    options = ("--data", root, "--groups", 2, "--threads", 1, "--json", file)
    printed = json.loads(run(fake_model, *options))
    assert [report["photos"] for report in printed["reports"]] == [6, 2]
    assert printed["reports"][0]["people"]["right_count"] == 1.0
    assert json.loads(file.read_text(encoding="utf-8")) == printed


def test_the_engine_is_an_option(root: Path, fake_model: Path) -> None:
    options = ("--data", root, "--threads", 1, "--limit", 1)
    (report,) = json.loads(run(fake_model, *options, "--engine", "openvino"))["reports"]
    assert report["people"]["right_count"] == 1.0
    done = invoke(fake_model, *options, "--engine", "torch")
    assert done.exit_code == 3
    assert "error[incompatible_model]: the engine torch runs" in done.stderr


@pytest.mark.parametrize("options", [["--rules", "official"], ["--flip"], ["--scales", "0.75,1"]])
def test_rules_and_views_are_options(root: Path, fake_model: Path, options: list[str]) -> None:
    (report,) = json.loads(run(fake_model, "--data", root, "--threads", 1, *options))["reports"]
    assert report["people"]["people"] == 6
    assert report["tables"][0]["pixel_accuracy"] > 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rules", "other"], "--rules does not know 'other'; choose one of: m2fp, official"),
        (["--scales", "big"], "--scales is 'big'; give numbers with commas"),
        (["--scales", "9"], "scales"),
        (["--scheme", "lip"], "predictions of CIHP"),
        (["--layout", "other"], "unknown layout 'other'"),
    ],
)
def test_options_that_cannot_be(
    root: Path, fake_model: Path, options: list[str], message: str
) -> None:
    done = invoke(fake_model, "--data", root, *options)
    assert done.exit_code == 2
    assert done.stderr.startswith("error[config_error]: ")
    assert message in done.stderr


def test_tables_on_a_terminal(
    root: Path, tmp_path: Path, fake_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "on_terminal", lambda: True)
    out = tmp_path / "out"
    done = invoke(fake_model, "--data", root, "--threads", 1, "-o", out, "--worst", 2)
    assert done.stdout.startswith("## toys val\n")
    assert "| photos with the right number of people |" in done.stdout
    assert done.stderr == f"report and pictures are in {out}\n"
    assert len(list((out / "worst").iterdir())) == 2


def test_processes_say_the_same(root: Path, tmp_path: Path, fake_model: Path) -> None:
    # Six photos are one chunk, which needs no other process; thirty are two.
    root = write_folder(tmp_path / "thirty", count=30)
    reports = [
        json.loads(run(fake_model, "--data", root, "--threads", 1, "--workers", workers))
        for workers in (1, 2)
    ]
    for report in reports:
        (inner,) = report["reports"]
        inner.pop("seconds")
        for photo in inner["worst"]:
            photo.pop("seconds")
    assert reports[0] == reports[1]
