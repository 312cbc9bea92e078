"""The files beside the image: what they promise, and that they name what there is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from m2fp.service.operation.settings import HttpSettings, JobSettings, ServiceSettings
from m2fp.settings import all_leaves, load_settings, value_at, variables

_ROOT = Path(__file__).parents[2]
_COMPOSE = ("compose.yaml", "compose.scale.yaml")


def _services(name: str) -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load((_ROOT / name).read_text())["services"]
    return services


@pytest.mark.parametrize("name", _COMPOSE)
def test_every_container_is_hardened(name: str) -> None:
    for service, options in _services(name).items():
        assert options["read_only"] is True, service
        assert options["cap_drop"] == ["ALL"], service
        assert options["security_opt"] == ["no-new-privileges:true"], service
        assert {"pids_limit", "mem_limit", "restart"} <= set(options), service
        assert "privileged" not in options
        assert "docker.sock" not in str(options)


@pytest.mark.parametrize("name", _COMPOSE)
def test_only_this_machine_reaches_it_unless_told(name: str) -> None:
    ports = [port for options in _services(name).values() for port in options.get("ports", ())]
    assert ports == ["${PUBLISH_ADDRESS:-127.0.0.1}:7860:7860"]


@pytest.mark.parametrize("name", _COMPOSE)
def test_work_in_progress_has_time_to_finish(name: str, tmp_path: Path) -> None:
    drain_s = ServiceSettings(data=tmp_path).drain_s
    for options in _services(name).values():
        assert float(options["stop_grace_period"].removesuffix("s")) >= drain_s + 5


def test_the_proxy_has_room_for_jobs() -> None:
    for name in _COMPOSE:
        for service, options in _services(name).items():
            if service == "proxy":  # the others have uploads in the data folder
                size = re.search(r"size=(\d+)([mg])", str(options["tmpfs"]))
                assert size
                room = int(size[1]) * (1 << (20 if size[2] == "m" else 30))
                assert room >= 2 * JobSettings().max_job_bytes


def test_workers_have_no_way_out() -> None:
    document = yaml.safe_load((_ROOT / "compose.scale.yaml").read_text())
    assert document["networks"]["back"]["internal"] is True
    assert document["services"]["worker"]["networks"] == ["back"]
    assert "ports" not in document["services"]["redis"]


def test_variables_are_settings() -> None:
    for name in (*_COMPOSE, "Dockerfile", "deploy/nginx.conf"):
        named = set(re.findall(r"M2FP_[A-Z_]+", (_ROOT / name).read_text()))
        assert named <= {*variables(), "M2FP_CONFIG"}, name
    # Compose reads these from the shell, where m2fp would refuse names that it does not know.
    asked = re.findall(r"\$\{(\w+)", "".join((_ROOT / name).read_text() for name in _COMPOSE))
    assert {name for name in asked if name.startswith("M2FP_")} <= set(variables())


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    from m2fp.service.operation.metrics import Metrics
    from m2fp.service.operation.snapshot import (
        BuildFacts,
        ModelFacts,
        QueueFacts,
        Snapshot,
        WorkerFacts,
    )

    metrics = Metrics(["/v1/parse"], BuildFacts(version="1", python="3", onnxruntime="1"))
    metrics.request("/v1/parse", "POST", 200, 1)
    metrics.take(
        Snapshot(
            queue=QueueFacts(depth=0, oldest_age_s=0, jobs={}),
            workers=WorkerFacts(phases={}, restarts={}, resident_bytes={0: 1}, load_s=1),
            model=ModelFacts(name="n", sha256="s", precision="p", provider="v"),
        )
    )
    text = metrics.exposition().decode()
    typed = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    known = set(typed) | {
        name + suffix
        for name, kind in typed.items()
        if kind == "histogram"
        for suffix in ("_bucket", "_sum", "_count")
    }
    files = ["grafana/m2fp.json", "prometheus/alerts.yml"]
    for file in files:
        used = set(re.findall(r"\bm2fp_\w+", (_ROOT / "deploy" / file).read_text()))
        assert used <= known, used - known
    panels = json.loads((_ROOT / "deploy/grafana/m2fp.json").read_text())["panels"]
    shown = set(re.findall(r"\bm2fp_\w+", json.dumps(panels)))
    missing = {name for name in typed if name.startswith("m2fp_")} - {
        re.sub(r"_(bucket|sum|count)$", "", name) for name in shown
    }
    assert not {name for name in missing if not name.endswith("_created")}
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_the_proxy_bounds_are_above_the_service_bounds() -> None:
    text = (_ROOT / "deploy/nginx.conf").read_text()
    body = re.search(r"client_max_body_size (\d+)m;", text)
    timeout = re.search(r"proxy_read_timeout (\d+)s;", text)
    assert body
    assert timeout
    assert int(body[1]) * 1_000_000 > JobSettings().max_job_bytes
    assert int(timeout[1]) > HttpSettings().sync_deadline_s


def test_the_table_of_settings_is_current() -> None:
    made = subprocess.run(
        [sys.executable, ".ci/settings_table.py"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (_ROOT / "docs/operators/settings.md").read_text("utf-8").endswith(made)


def test_links_of_the_pages_lead_somewhere() -> None:
    folder = _ROOT / "docs/operators"
    for page in folder.glob("*.md"):
        for link in re.findall(r"\]\((\w[^)#:]*)\)", page.read_text("utf-8")):
            assert (folder / link).is_file(), f"{page.name}: {link}"


def test_settings_that_the_pages_name_exist() -> None:
    leaves = set(all_leaves())
    tables = {leaf.partition(".")[0] for leaf in leaves if "." in leaf}
    for page in (_ROOT / "docs/operators").glob("*.md"):
        named = set(re.findall(r"`((?:limits|serve|queue)\.\w+)`", page.read_text("utf-8")))
        assert named <= leaves, page.name
    assert tables == {"limits", "serve", "queue"}


def test_the_limits_are_those_of_the_program(tmp_path: Path) -> None:
    text = (_ROOT / "docs/operators/README.md").read_text("utf-8")
    settings = load_settings(config=_empty(tmp_path))
    units = {"limits.max_bytes": 1_000_000, "limits.max_pixels": 1_000_000}
    rows = re.findall(r"\| ([\d,]+|none)[^|]* \| `([a-z]+\.[a-z_]+)`", text)
    assert len(rows) >= 12
    for number, leaf in rows:
        value = value_at(settings, leaf)
        expected = None if number == "none" else int(number.replace(",", "")) * units.get(leaf, 1)
        assert value == expected, leaf


def _empty(folder: Path) -> Path:
    path = folder / "m2fp.toml"
    path.touch()
    return path
