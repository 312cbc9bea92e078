"""`m2fp config`, and how settings become the values of the service."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from m2fp.cli.app import build_app
from m2fp.cli.service_settings import log_settings, pool_settings, service_settings
from m2fp.errors import ConfigError
from m2fp.service.operation.settings import (
    AccessSettings,
    AuthMode,
    HttpSettings,
    JobSettings,
    QueueKind,
    QueueSettings,
    ServiceSettings,
)
from m2fp.settings import all_leaves, load_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith("M2FP_") or name in ("OMP_NUM_THREADS", "PORT"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("m2fp.settings.config_file.user_file", lambda: tmp_path / "user.toml")
    monkeypatch.chdir(tmp_path)


def _run(*arguments: str) -> str:
    answer = CliRunner().invoke(build_app(), ["config", *arguments])
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_every_setting_is_shown() -> None:
    lines = _run("show").splitlines()
    assert [line.split()[0] for line in lines] == list(all_leaves())
    assert dict(line.split(maxsplit=1) for line in lines)["serve.port"] == "7860"


def test_origins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('[serve]\nworkers = 2\ncors = ["https://a.example", "https://b.example"]')
    monkeypatch.setenv("M2FP_SERVE__PORT", "8080")
    lines = [line.split() for line in _run("show", "--origin", "--config", str(file)).splitlines()]
    shown = {line[0]: line[1:] for line in lines}
    assert shown["serve.port"] == ["8080", "M2FP_SERVE__PORT"]
    assert shown["serve.workers"] == ["2", str(file)]
    assert shown["serve.cors"] == ["https://a.example,", "https://b.example", str(file)]
    assert shown["serve.docs"] == ["true", "default"]
    assert shown["model_mirror"] == ["-", "default"]


def test_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_SERVE__CORS", "*")
    plain = json.loads(_run("show", "--json"))
    assert (plain["serve.cors"], plain["threads"], plain["serve.data"]) == (["*"], None, None)
    full = json.loads(_run("show", "--json", "--origin"))
    assert full["serve.cors"] == {"value": ["*"], "origin": "M2FP_SERVE__CORS"}


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--origin",)])
def test_no_password_is_shown(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    monkeypatch.setenv("M2FP_QUEUE__REDIS_URL", "redis://:secret@redis:6379/0")
    monkeypatch.setenv("M2FP_QUEUE__BLOBS", "s3://key:secret@bucket/photos")
    text = _run("show", *arguments)
    assert "secret" not in text
    assert "redis://***@redis:6379/0" in text


def test_the_template_is_a_file_of_defaults(tmp_path: Path) -> None:
    text = _run("init")
    (tmp_path / "m2fp.toml").write_text(text)
    assert load_settings() == load_settings(config=_empty(tmp_path))
    # With every # taken away from what has a value, it still is.
    names = {leaf.rpartition(".")[2] for leaf in all_leaves()}
    lines = [
        line[1:] if line[1:].split(" ")[0] in names and not line.endswith("=") else line
        for line in text.splitlines()
    ]
    (tmp_path / "m2fp.toml").write_text("\n".join(lines))
    assert sum(not line.startswith("#") for line in lines) > 20
    assert load_settings() == load_settings(config=_empty(tmp_path))


def _empty(folder: Path) -> Path:
    path = folder / "empty.toml"
    path.write_text("")
    return path


def test_defaults_of_the_service_are_its_own(tmp_path: Path) -> None:
    made = service_settings(load_settings(options={"serve.data": tmp_path}))
    assert made == ServiceSettings(data=tmp_path)
    assert (made.http, made.jobs, made.queue) == (HttpSettings(), JobSettings(), QueueSettings())
    logs = log_settings(load_settings())
    assert (logs.level, logs.format) == ("info", "auto")


def test_units(tmp_path: Path) -> None:
    options = {
        "serve.data": tmp_path,
        "serve.max_job_mb": 5,
        "serve.result_hours": 0.5,
        "serve.max_worker_mb": 700,
        "serve.workers": 3,
        "threads": 2,
        "limits.max_pixels": 1000,
    }
    settings = load_settings(options=options)
    made, pool = service_settings(settings), pool_settings(settings)
    assert (made.jobs.max_job_bytes, made.jobs.result_s) == (5_000_000, 1800)
    assert (pool.max_worker_bytes, pool.workers, pool.threads) == (700_000_000, 3, 2)
    assert made.http.limits == pool.limits
    assert pool.limits.max_pixels == 1000


@pytest.mark.parametrize(
    ("auth", "file", "expected"),
    [
        (None, None, AccessSettings(mode=AuthMode.NONE, declared=False)),
        ("none", None, AccessSettings(mode=AuthMode.NONE, declared=True)),
        (None, "k", AccessSettings(mode=AuthMode.KEYS, declared=True, keys_file=Path("k"))),
        ("keys", "k", AccessSettings(mode=AuthMode.KEYS, declared=True, keys_file=Path("k"))),
    ],
)
def test_access(auth: str | None, file: str | None, expected: AccessSettings) -> None:
    settings = load_settings(options={"serve.auth": auth, "serve.api_keys": file})
    assert service_settings(settings).http.access == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"serve.auth": "keys"}, "serve.api_keys must name the file of keys"),
        ({"serve.auth": "none", "serve.api_keys": "k"}, "leave one of them out"),
        ({"queue.backend": "celery"}, "queue.redis_url must say where Redis is"),
    ],
)
def test_settings_that_do_not_go_together(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        service_settings(load_settings(options=options))


def test_celery() -> None:
    options = {"queue.backend": "celery", "queue.redis_url": "redis://h/1", "queue.blobs": "/b"}
    queue = service_settings(load_settings(options=options)).queue
    assert queue == QueueSettings(kind=QueueKind.CELERY, redis_url="redis://h/1", blobs="/b")
    assert "redis" not in repr(queue)
