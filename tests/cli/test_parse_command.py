"""`m2fp parse`: outputs, failures, exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.fake_model import FakePerson, draw_people
from typer.testing import CliRunner, Result

from m2fp.cancellation import Cancellation
from m2fp.cli import batch, screen
from m2fp.cli.app import build_app
from m2fp.engine import QueryPredictions
from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.results import Result as ParseResult

TWO_PEOPLE = [FakePerson(0, 8, 8, 24, 48), FakePerson(1, 64, 16, 32, 64)]
FOUR_FILES = ["a.json", "a.overlay.png", "a.parts.png", "a.persons.png"]


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(draw_people((96, 128), TWO_PEOPLE)[0]).save(folder / "a.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    Image.fromarray(draw_people((96, 128), [])[0]).save(folder / "nobody.png")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch, fake_model: Path) -> None:
    monkeypatch.setenv("M2FP_MODEL", str(fake_model))
    monkeypatch.setenv("M2FP_THREADS", "1")


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(build_app(), ["parse", *arguments], input=stdin)


def lines(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_json_in_a_pipe_saves_nothing(photos: Path) -> None:
    done = run("photos/a.png")
    assert done.exit_code == 0
    (document,) = lines(done)
    assert document["file"] == "photos/a.png"
    assert document["schema_version"] == "1.0"
    areas = [person["area"] for person in document["persons"]]
    assert areas == pytest.approx([24 * 48, 32 * 64], rel=0.01)
    assert "saved" not in document
    assert done.stderr == ""
    assert files(photos.parent) == ["photos/a.png", "photos/broken.jpg", "photos/nobody.png"]


def test_one_bad_photo_does_not_stop_a_folder(photos: Path) -> None:
    done = run("photos", "-o", "out")
    assert done.exit_code == 3
    good, bad, empty = lines(done)
    assert good["saved"]["overlay"] == str(Path("out/a.overlay.png"))
    assert bad == {
        "file": str(Path("photos/broken.jpg")),
        "error": {"code": "undecodable_image", "message": bad["error"]["message"]},
    }
    assert empty["persons"] == []
    assert "error[undecodable_image]: photos" in done.stderr
    assert "2 photos, 2 people, results in out" in done.stderr
    assert "1 of 3 failed:\n" in done.stderr
    assert files(Path("out"))[:4] == FOUR_FILES
    assert len(files(Path("out"))) == 8


def test_progress_names_every_file_in_a_log(photos: Path) -> None:
    done = run("photos")
    assert f"[2/3] {Path('photos/broken.jpg')}\n" in done.stderr
    assert "[2/3]" not in run("photos", "-q").stderr


def test_fail_fast(photos: Path) -> None:
    done = run("photos", "--fail-fast")
    assert done.exit_code == 3
    assert [line["file"] for line in lines(done)] == [
        str(Path("photos/a.png")),
        str(Path("photos/broken.jpg")),
    ]


def test_a_missing_photo_is_one_failure(photos: Path) -> None:
    done = run("missing.png", "photos/a.png")
    assert done.exit_code == 3
    assert [line.get("error", {}).get("code") for line in lines(done)] == ["source_not_found", None]
    assert "error[source_not_found]: there is no file missing.png; check the path" in done.stderr


def test_table(photos: Path) -> None:
    done = run("photos/a.png", "photos/nobody.png", "--table")
    assert done.exit_code == 0
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["File", "Who", "Score", "Share", "Parts,", "largest", "first", "Time"]
    assert rows[0].split()[:4] == ["photos/a.png", "person", "1", "0.99"]
    assert "9.4 %" in rows[0] or "9.3 %" in rows[0]
    assert rows[-1].split()[1:3] == ["no", "people"]
    # A table is for people, and people want pictures.
    assert files(Path("m2fp-out"))[:4] == FOUR_FILES


def test_a_terminal_gets_a_table(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "on_terminal", lambda: True)
    assert run("photos/a.png").stdout.startswith("File")


def test_save_chooses_the_files(photos: Path) -> None:
    done = run("photos/a.png", "--save", "coco,parts")
    assert sorted(lines(done)[0]["saved"]) == ["coco", "parts"]
    assert files(Path("m2fp-out")) == ["a.coco.json", "a.parts.png"]


def test_a_second_run_goes_on(photos: Path) -> None:
    run("photos", "-o", "out")
    Path("out/nobody.parts.png").unlink()
    done = run("photos", "-o", "out", "--skip-existing")
    assert [Path(line["file"]).name for line in lines(done)] == ["broken.jpg", "nobody.png"]
    assert "1 were there already" in done.stderr
    # Another photo of the same name is another photo.
    (photos / "nobody.png").rename(photos / "a.png")
    done = run("photos/a.png", "-o", "out", "--skip-existing")
    assert [line["persons"] for line in lines(done)] == [[]]


def test_results_in_the_folder_of_the_photos(photos: Path) -> None:
    run("photos", "-o", "photos")
    assert len(lines(run("photos", "-o", "photos"))) == 3


def test_standard_input(photos: Path) -> None:
    done = run("-", "-o", "out", stdin=(photos / "a.png").read_bytes())
    assert lines(done)[0]["file"] == "-"
    assert files(Path("out"))[0] == "stdin.json"
    done = run("-", stdin=b"")
    assert done.exit_code == 3
    assert "error[empty_image]: -: the picture has no bytes" in done.stderr


@pytest.mark.parametrize("option", [["--engine", "openvino"], []])
def test_the_engine_is_an_option_and_a_variable(
    photos: Path, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    monkeypatch.setenv("M2FP_ENGINE", "torch" if option else "openvino")
    done = run("photos/a.png", *option)
    assert done.exit_code == 0
    assert len(lines(done)[0]["persons"]) == 2
    monkeypatch.setitem(sys.modules, "openvino", None)
    done = run("photos/a.png", *option)
    assert done.exit_code == 2
    assert "pip install 'm2fp[openvino]'" in done.stderr


def test_the_rules_are_an_option(photos: Path) -> None:
    ours = lines(run("photos/a.png", "--rules", "m2fp"))[0]["persons"]
    official = lines(run("photos/a.png", "--rules", "official"))[0]["persons"]
    assert [person["bbox"] for person in ours] == [person["bbox"] for person in official]
    # The official score of a person is also that of the parts.
    assert all(b["score"] < a["score"] for a, b in zip(ours, official, strict=True))


@pytest.mark.parametrize(
    ("options", "runs"), [([], 1), (["--flip"], 2), (["--flip", "--scales", "0.75,1,1.25"], 6)]
)
def test_photos_can_be_shown_several_times(
    photos: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], runs: int
) -> None:
    shapes = []
    original = OnnxEngine.run

    def run_once(
        self: OnnxEngine, tensor: NDArray[np.float32], cancellation: Cancellation | None
    ) -> QueryPredictions:
        shapes.append(tensor.shape)
        return original(self, tensor, cancellation)

    monkeypatch.setattr(OnnxEngine, "run", run_once)
    (document,) = lines(run("photos/a.png", "--engine", "onnxruntime", *options))
    assert len(document["persons"]) == len(TWO_PEOPLE)
    assert len(shapes) == runs


def test_limits_come_from_the_environment(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_LIMITS__MAX_PIXELS", "1000")
    done = run("photos/a.png")
    assert done.exit_code == 3
    assert "(environment: M2FP_LIMITS__MAX_PIXELS)" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["photos/a.png", "--model", "nope"], "error[model_not_found]: there is no model 'nope'"),
        (["photos/a.png", "--engine", "fast"], "error[config_error]: --engine is 'fast': input"),
        (["photos/a.png", "--rules", "mine"], "error[config_error]: --rules does not know 'mine'"),
        (["photos/a.png", "--scales", "big"], "error[config_error]: --scales is 'big'; give"),
        (["photos/a.png", "--scales", "1,9"], "error[config_error]: augment.scales has 9.0; give"),
        (["photos/a.png", "--scales", "1,1.0"], "error[config_error]: augment.scales is (1.0, 1"),
        (["photos/a.png", "--save", "maks"], "error[config_error]: --save does not know 'maks'"),
        (["photos/a.png", "--skip-existing"], "error[config_error]: --skip-existing looks at"),
    ],
)
def test_usage(photos: Path, arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_an_unforeseen_error_costs_one_photo(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def read(picture: batch.Picture, limit_bytes: int) -> Path:
        seen.append(limit_bytes)
        if len(seen) == 1:
            raise ZeroDivisionError("by zero")
        assert picture.path is not None
        return picture.path

    monkeypatch.setattr(batch.Picture, "read", read)
    done = run("photos/a.png", "photos/nobody.png")
    assert done.exit_code == 1
    assert "error[internal]: photos/a.png: unexpected ZeroDivisionError: by zero" in done.stderr
    assert lines(done)[1]["persons"] == []
    assert seen == [20_000_000, 20_000_000]


def test_a_folder_that_cannot_be_written(photos: Path) -> None:
    Path("out").write_text("a file")
    done = run("photos", "-o", "out")
    assert done.exit_code == 1
    assert "error[cannot_write]: cannot write results to out: " in done.stderr


def test_ctrl_c_says_how_far_it_came(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(result: ParseResult, folder: Path, **options: object) -> dict[str, Path]:
        if not result.persons:
            raise KeyboardInterrupt
        return {}

    monkeypatch.setattr(ParseResult, "save", save)
    done = run("photos", "-o", "out")
    assert done.exit_code == 130
    assert "interrupted: 1 of 3 photos done; --skip-existing goes on from here" in done.stderr


def test_warnings_name_the_photo(photos: Path) -> None:
    Image.new("RGBA", (64, 64), (0, 0, 0, 9)).save("clear.png")
    assert "warning[alpha_flattened]: clear.png: " in run("clear.png").stderr


def test_control_characters_do_not_reach_the_terminal(photos: Path) -> None:
    done = run("\x1b[31mred.png")
    assert "\x1b" not in done.stderr
    assert r"\x1b[31mred.png" in done.stderr
