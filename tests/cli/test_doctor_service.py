"""What `m2fp doctor` says about the service."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from m2fp.cli import redis_diagnosis, service_diagnosis
from m2fp.cli.finding import Finding
from m2fp.cli.redis_diagnosis import redis_findings
from m2fp.cli.service_diagnosis import service_findings
from m2fp.errors import ConfigError
from m2fp.settings import load_settings


def _findings(data: Path, **options: object) -> dict[str, Finding]:
    named = {name.replace("__", "."): value for name, value in options.items()}
    settings = load_settings(options={"serve.data": data, **named})
    return {finding.name: finding for finding in service_findings(settings)}


def _problems(findings: Mapping[str, Finding]) -> dict[str, str]:
    return {name: finding.problem for name, finding in findings.items() if finding.problem}


def test_nothing_is_wrong_and_nothing_is_made(tmp_path: Path) -> None:
    found = _findings(tmp_path / "a/b")
    assert _problems(found) == {}
    assert found["data"].value == f"{tmp_path / 'a/b'}, which will be made"
    assert found["jobs"].value.startswith("embedded")
    assert not list(tmp_path.iterdir())


def test_the_service_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_diagnosis, "find_spec", lambda name: None)
    found = _findings(tmp_path)
    assert found == {"service": Finding("service", "not installed: pip install 'm2fp[serve]'")}


def test_a_network_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        assert folder == tmp_path
        raise ConfigError("it is on a shared file system (nfs4)")

    monkeypatch.setattr(service_diagnosis, "check_local_disk", refuse)
    assert "nfs4" in _problems(_findings(tmp_path / "data"))["data"]
    celery = {"queue__backend": "celery", "queue__redis_url": "redis://127.0.0.1:1/0"}
    assert set(_problems(_findings(tmp_path / "data", **celery))) == {"redis"}


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=5_000_000_000))
    assert _problems(_findings(tmp_path)) == {}
    short = _problems(_findings(tmp_path, serve__max_job_mb=2501))
    assert "5.0 GB" in short["free disk space"]


def test_a_data_folder_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    assert _problems(_findings(tmp_path / "file"))["data"] == "it is a file"
    # Root may write everywhere, so this asks nobody but the test.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert _problems(_findings(tmp_path))["data"] == "this user may not write there"


def test_access(tmp_path: Path) -> None:
    outside = {"serve__host": "0.0.0.0"}  # noqa: S104 - nothing listens there
    assert "will not listen there" in _problems(_findings(tmp_path, **outside))["access"]
    assert _problems(_findings(tmp_path, **outside, serve__auth="none")) == {}
    keys = tmp_path / "keys"
    missing = _problems(_findings(tmp_path, **outside, serve__api_keys=keys))
    assert missing["access"] == "the file of keys is not there or may not be read"
    keys.touch()
    assert _problems(_findings(tmp_path, **outside, serve__api_keys=keys)) == {}


def test_settings_that_do_not_go_together(tmp_path: Path) -> None:
    found = _findings(tmp_path, queue__backend="celery")
    assert "queue.redis_url" in _problems(found)["service"]


def test_no_redis() -> None:
    (found,) = redis_findings("redis://:secret@127.0.0.1:1/0")
    assert found.value == "redis://***@127.0.0.1:1/0"
    assert "does not answer" in found.problem
    (found,) = redis_findings("redis://:secret@127.0.0.1:port/0")
    assert "secret" not in str(found)


def test_a_redis_that_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"redis_version": "7.0", "maxmemory_policy": "allkeys-lru", "aof_enabled": 0}
    monkeypatch.setattr(redis_diagnosis, "_ask", lambda url: facts)
    found = {finding.name: finding for finding in redis_findings("redis://h/0")}
    assert "set maxmemory-policy noeviction" in found["redis when full"].problem
    assert "set appendonly yes" in found["redis on disk"].problem
    facts |= {"maxmemory_policy": "noeviction", "aof_enabled": 1}
    assert not any(finding.problem for finding in redis_findings("redis://h/0"))
