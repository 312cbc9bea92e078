"""`m2fp models`, `labels` and `doctor`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from m2fp import registry
from m2fp.cli import diagnosis, models
from m2fp.cli.app import build_app
from m2fp.registry import CatalogueEntry, catalogue, describe


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(), list(arguments), env={"COLUMNS": "120"})


@pytest.fixture
def shipped(fake_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ship three models: one whole, one damaged, one missing."""
    digest, size = describe(fake_model)
    files = {"whole": fake_model, "damaged": tmp_path / "damaged.onnx", "lost": tmp_path / "x.onnx"}
    files["damaged"].write_bytes(b"x")
    entries = tuple(
        CatalogueEntry(name, str(file), digest, size, "Apache-2.0", f"The {name} one.", "")
        for name, file in files.items()
    )
    for module in (registry, catalogue, diagnosis):
        monkeypatch.setattr(module, "entries", lambda: entries)


def test_models_list(shipped: None) -> None:
    done = run("models", "list")
    assert done.exit_code == 0
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["Name", "Size", "Licence", "sha256", "Description"]
    assert [row.split()[0] for row in rows] == ["whole", "damaged", "lost"]
    assert [row.split()[4] for row in rows] == ["ok", "damaged", "missing"]


def test_models_list_json(shipped: None) -> None:
    document = json.loads(run("models", "list", "--json").stdout)
    assert [model["state"] for model in document["models"]] == ["ok", "damaged", "missing"]


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
def test_show_bytes(size: int, text: str) -> None:
    assert models.show_bytes(size) == text


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


def test_doctor_json(shipped: None) -> None:
    document = json.loads(run("doctor", "--json").stdout)
    assert sorted(document["problems"]) == ["damaged", "lost"]
    assert document["models"]["whole"].startswith("ok, ")


def test_doctor_warns_of_too_many_threads(shipped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1000")
    document = json.loads(run("doctor", "--json").stdout)
    assert document["processor"]["threads per photo"] == "1000 (from OMP_NUM_THREADS)"
    assert "slower" in document["problems"]["threads per photo"]


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("model name : x\nflags\t\t: fpu avx2 avx512_vnni avx\n", ["avx", "avx2", "avx512_vnni"]),
        ("Features\t: fp asimd asimddp i8mm\n", ["asimd", "asimddp", "i8mm"]),
        ("", []),
    ],
)
def test_cpu_features(tmp_path: Path, text: str, features: list[str]) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(text)
    assert diagnosis.cpu_features(file) == features


def test_cpu_features_where_there_is_no_cpuinfo(tmp_path: Path) -> None:
    assert all(isinstance(name, str) for name in diagnosis.cpu_features(tmp_path / "none"))
