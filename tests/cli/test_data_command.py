"""`m2fp data`: what is printed, in words and as JSON, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.labelled_photos import standing_person, write_cihp
from typer.testing import CliRunner, Result

from m2fp.cli.app import build_app


def run(*arguments: object) -> Result:
    words = ["data", *(str(word) for word in arguments)]
    return CliRunner().invoke(build_app(), words, env={"COLUMNS": "100"})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_cihp(tmp_path / "set", [standing_person()] * 2)
    return write_cihp(tmp_path / "set", [standing_person()], split="val")


def test_info(root: Path) -> None:
    done = run("info", root)
    assert done.exit_code == 0
    assert [line.split(None, 1) for line in done.stdout.splitlines()] == [
        ["folder", str(root)],
        ["layout", "cihp"],
        ["scheme", "cihp (CIHP: Crowd Instance-level Human Parsing)"],
        ["train", "2 photos"],
        ["val", "1 photo"],
    ]


def test_info_as_json(root: Path) -> None:
    assert json.loads(run("info", root.parent, "--json", "--scheme", "lip").stdout) == {
        "root": str(root),
        "layout": "cihp",
        "scheme": "lip",
        "splits": [{"name": "train", "photos": 2}, {"name": "val", "photos": 1}],
    }


def test_a_clean_data_set(root: Path) -> None:
    done = run("check", root)
    assert done.exit_code == 0
    assert "train   2 photos, people: 2\n" in done.stdout
    assert done.stdout.endswith("\nno errors, 0 notes\n")
    assert done.stderr == ""


def test_notes_do_no_harm(root: Path) -> None:
    (root / "Training" / "train_id.txt").write_text("0000001\n")
    done = run("check", root)
    assert done.exit_code == 0
    assert "\n- files that are in no list: 3\n" in done.stdout
    assert done.stdout.endswith("\nno errors, 3 notes\n")


def test_errors(root: Path) -> None:
    names = [f"n{number}" for number in range(6)]
    (root / "Validation" / "val_id.txt").write_text("\n".join(["0000001", *names]))
    done = run("check", root)
    assert done.exit_code == 3
    missing = root / "Validation" / "Category_ids" / "n0.png"
    assert "\nx files that are missing: 18\n" in done.stdout
    assert f"\n    val n0: {missing} is missing\n" in done.stdout
    assert "\n    ... and 13 more\n" in done.stdout
    assert done.stdout.endswith("\n18 errors, 0 notes\n")
    assert run("check", root, "--split", "train").exit_code == 0


def test_errors_as_json(root: Path) -> None:
    (root / "Validation" / "Images" / "0000001.jpg").unlink()
    done = run("check", root, "--json")
    assert done.exit_code == 3
    report = json.loads(done.stdout)
    assert (report["errors"], report["notes"]) == (1, 0)
    assert report["counts"] == {"missing_file": 1}
    (example,) = report["examples"]
    assert (example["severity"], example["split"], example["sample"]) == ("error", "val", "0000001")
    assert example["file"] == str(root / "Validation" / "Images" / "0000001.jpg")


def test_names_from_outside_cannot_steer_the_terminal(root: Path) -> None:
    (root / "Validation" / "val_id.txt").write_text("evil\x1b[2J\n", encoding="utf-8")
    done = run("check", root)
    assert "\x1b" not in done.stdout
    assert "evil\\x1b[2J" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--layout", "nonsense"], 2, "choose one of: cihp, lip"),
        (["--scheme", "nonsense"], 2, "unknown label scheme"),
        (["--layout", "atr"], 3, "Looked for"),
        (["--split", "test"], 3, "no labelled split 'test'; it has: train, val"),
    ],
)
def test_what_cannot_be_opened(root: Path, arguments: list[str], code: int, words: str) -> None:
    done = run("check", root, *arguments)
    assert done.exit_code == code
    assert done.stderr.startswith("error[")
    assert words in done.stderr


def test_json_is_ascii_as_names_of_files_may_be_no_unicode(tmp_path: Path) -> None:
    root = write_cihp(tmp_path / "人", [standing_person()])
    (root / "Training" / "Images" / "0000001.jpg").unlink()
    for command in ("info", "check"):
        done = run(command, root, "--json")
        assert done.stdout.isascii()
        assert json.loads(done.stdout)["root"] == str(root)
