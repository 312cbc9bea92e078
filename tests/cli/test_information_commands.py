"""`m2fp models`, `labels` and `doctor`."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from m2fp import registry
from m2fp.cli import diagnosis, screen
from m2fp.cli.app import build_app
from m2fp.registry import CatalogueEntry, catalogue, location, sha256_and_size


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(), list(arguments), env={"COLUMNS": "120"})


@pytest.fixture
def shipped(fake_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ship three models: one whole, one damaged, one missing."""
    digest, size = sha256_and_size(fake_model)
    files = {"whole": fake_model, "damaged": tmp_path / "damaged.onnx", "lost": tmp_path / "x.onnx"}
    files["damaged"].write_bytes(b"x")
    entries = tuple(
        CatalogueEntry(name, str(file), digest, size, "Apache-2.0", f"The {name} one.", "")
        for name, file in files.items()
    )
    for module in (registry, catalogue, location, diagnosis):
        monkeypatch.setattr(module, "entries", lambda: entries)
    monkeypatch.setenv("M2FP_CACHE_DIR", str(tmp_path / "cache"))


def test_models_list(shipped: None) -> None:
    done = run("models", "list")
    assert done.exit_code == 0
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["Name", "Size", "Licence", "State", "Description"]
    assert [row.split()[0] for row in rows[:3]] == ["whole", "damaged", "lost"]
    assert [row.split()[4] for row in rows[:3]] == ["ok", "damaged", "missing"]
    for kind in ("multiple", "single"):
        (row,) = (row for row in rows if f"iic/cv_resnet101_image-{kind}-human-parsing " in row)
        assert row.split()[1:4] == ["CC-BY-NC-4.0", "not", "downloaded"]
    assert "m2fp models pull NAME" in done.stderr


def test_models_list_json(shipped: None) -> None:
    document = json.loads(run("models", "list", "--json").stdout)
    assert [model["state"] for model in document["models"]] == [
        *("ok", "damaged", "missing"),
        *["not downloaded"] * 2,
    ]
    official = document["models"][-1]
    assert official["aliases"] == [official["name"].replace("iic/", "damo/")]
    assert (official["sha256"], official["bytes"]) == (None, None)


def test_models_path(shipped: None, fake_model: Path) -> None:
    assert run("models", "path", "whole").stdout == f"{fake_model}\n"
    done = run("models", "path", "lost")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error[model_not_found]: ")


def test_models_verify(shipped: None) -> None:
    done = run("models", "verify", "whole")
    assert done.exit_code == 0
    assert done.stdout.startswith("whole: ok, sha256 ")
    done = run("models", "verify")
    assert done.exit_code == 3
    assert done.stdout.startswith("whole: ok")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "error[checksum_mismatch]",
        "error[model_not_found]",
    ]


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (17_250_000, "17.2 MB")]
)
def test_readable_size(size: int, text: str) -> None:
    assert screen.readable_size(size) == text


def test_labels() -> None:
    done = run("labels")
    assert done.exit_code == 0
    rows = done.stdout.splitlines()
    assert rows[1].split() == ["Id", "Colour", "Name", "中文", "Left/right", "pair"]
    assert rows[16].split()[0] == "14"
    assert rows[16].split()[2:] == ["left-arm", "左臂", "15", "right-arm"]
    assert "other schemes: lip" in done.stderr


def test_labels_json() -> None:
    document = json.loads(run("labels", "lip", "--json").stdout)
    assert document["name"] == "lip"
    label = document["labels"][14]
    assert (label["name"], label["mirror"]) == ("left-arm", 15)
    assert label["colour"].startswith("#")


def test_labels_of_an_unknown_scheme() -> None:
    done = run("labels", "coco")
    assert done.exit_code == 2
    assert done.stderr.startswith("error[config_error]: unknown label scheme 'coco'; choose")


def test_doctor(shipped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_THREADS", "1")
    done = run("doctor")
    assert done.exit_code == 3
    for words in ("providers", "CPUExecutionProvider", "1 (from M2FP_THREADS)", "50,000,000"):
        assert words in done.stdout
    assert "x damaged" in done.stdout
    assert "2 problem(s), marked x" in done.stdout
    assert str(Path.home()) + "/" not in done.stdout


def test_doctor_shows_the_engines(shipped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_MODEL", "whole")
    engines = json.loads(run("doctor", "--json").stdout)["engines"]
    assert list(engines) == ["onnxruntime", "openvino", "torch", "auto", "chosen"]
    assert engines["onnxruntime"].startswith(version("onnxruntime"))
    assert (engines["openvino"], engines["torch"]) == (version("openvino"), version("torch"))
    assert engines["auto"].startswith("onnxruntime: ")
    assert engines["chosen"] == "auto (from default)"
    monkeypatch.setenv("M2FP_MODEL", "away.onnx")
    engines = json.loads(run("doctor", "--json").stdout)["engines"]
    assert engines["auto"] == "unknown: the chosen model is not there"


def test_doctor_says_which_engines_do_not_work(
    shipped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino.frontend", None)
    document = json.loads(run("doctor", "--json").stdout)
    assert "cannot be loaded" in document["problems"]["openvino"]
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.setattr(diagnosis, "_version", lambda package: None)
    monkeypatch.setenv("M2FP_ENGINE", "openvino")
    document = json.loads(run("doctor", "--json").stdout)
    assert document["engines"]["openvino"] == "not installed: pip install 'm2fp[openvino]'"
    assert "openvino" not in document["problems"]
    assert document["engines"]["chosen"] == "openvino (from M2FP_ENGINE)"
    assert "needs an optional package" in document["problems"]["chosen"]


def test_doctor_shows_the_cache(
    shipped: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = f"{tmp_path / 'cache'} (from M2FP_CACHE_DIR), downloaded models: 0"
    assert json.loads(run("doctor", "--json").stdout)["folders"]["cache"] == expected
    monkeypatch.setenv("M2FP_OFFLINE", "1")
    cache = json.loads(run("doctor", "--json").stdout)["folders"]["cache"]
    assert cache == f"{expected}; M2FP_OFFLINE forbids downloads"


def test_doctor_json(shipped: None) -> None:
    document = json.loads(run("doctor", "--json").stdout)
    assert sorted(document["problems"]) == ["damaged", "lost"]
    assert document["models"]["whole"].startswith("ok, ")


def test_doctor_warns_of_too_many_threads(shipped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1000")
    document = json.loads(run("doctor", "--json").stdout)
    assert document["processor"]["threads per photo"] == "1000 (from OMP_NUM_THREADS)"
    assert "slower" in document["problems"]["threads per photo"]
