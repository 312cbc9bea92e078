"""The command `m2fp synth`."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from tests.labelled_photos import standing_person, write_cihp
from tests.synthesis.capsule_person import capsule_figure
from typer.testing import CliRunner

from m2fp.cli import synth
from m2fp.datasets import open_dataset
from m2fp.errors import DataError


@pytest.fixture(autouse=True)
def _capsules(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(make_figure=capsule_figure)
    monkeypatch.setitem(sys.modules, "m2fp.synthesis.figure", module)


def run(*arguments: object) -> str:
    app = typer.Typer()
    app.callback()(lambda: None)
    synth.register(app)
    done = CliRunner().invoke(app, ["synth", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_set_and_its_contact_sheet(opengl: None, tmp_path: Path) -> None:
    out = tmp_path / "set"
    printed = run("-o", out, "-n", 2, "--seed", 7, "--size", 80, "--fine", "--split", "val")
    assert printed.strip() == str(out / "contact_sheet_val.png")
    assert [sample.name for sample in open_dataset(out).samples("val")] == ["0000001", "0000002"]
    assert (out / "Validation" / "Fine_ids" / "0000002.png").is_file()
    assert not (out / "Validation" / "Depth").exists()
    recipe = json.loads((out / "Validation" / "synthesis.json").read_text(encoding="utf-8"))
    assert (recipe["seed"], recipe["size"], recipe["wardrobe"]) == (7, 80, "anny")


def test_assets_and_backgrounds_are_part_of_the_recipe(opengl: None, tmp_path: Path) -> None:
    photos = write_cihp(tmp_path / "photos", [standing_person()])
    (photos / "Training" / "scene_id.txt").write_text(
        (photos / "Training" / "train_id.txt").read_text(encoding="utf-8"), encoding="utf-8"
    )
    out = tmp_path / "set"
    run("-o", out, "-n", 1, "--size", 80, "--assets", tmp_path, "--backgrounds", photos)
    recipe = json.loads((out / "Training" / "synthesis.json").read_text(encoding="utf-8"))
    assert recipe["wardrobe"].startswith("anny and MakeHuman ")
    assert recipe["scenes"] == hashlib.sha256(b"0000001").hexdigest()[:16]


def test_backgrounds_must_be_free_of_strangers(tmp_path: Path) -> None:
    photos = write_cihp(tmp_path / "photos", [standing_person()])
    with pytest.raises(DataError, match=r"scene_id\.txt"):
        run("-o", tmp_path / "set", "-n", 1, "--backgrounds", photos)
    assert not (tmp_path / "set").exists()
