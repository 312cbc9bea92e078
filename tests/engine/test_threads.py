"""Thread counts from fake control-group trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from m2fp.engine import threads
from m2fp.engine.threads import cgroup_limit, cpu_quota, parse_cpu_max


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("max 100000\n", None),
        ("200000 100000\n", 2.0),
        ("150000 100000", 1.5),
        ("150000", 1.5),
        ("", None),
        ("nonsense", None),
        ("0 100000", None),
        ("100000 0", None),
    ],
)
def test_cpu_max(text: str, limit: float | None) -> None:
    assert parse_cpu_max(text) == limit


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({}, None),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "300000 100000\n"}, 3.0),
        # The tightest of the group and everything around it.
        (
            {
                "proc/self/cgroup": "0::/outer/inner\n",
                "sys/fs/cgroup/cpu.max": "max 100000\n",
                "sys/fs/cgroup/outer/cpu.max": "100000 100000\n",
                "sys/fs/cgroup/outer/inner/cpu.max": "400000 100000\n",
            },
            1.0,
        ),
        # In a container the path is the host's and only the mount itself is there.
        (
            {"proc/self/cgroup": "0::/../../pod7\n", "sys/fs/cgroup/cpu.max": "250000 100000\n"},
            2.5,
        ),
        # Version 1, with the controllers mounted together and the host's path.
        (
            {
                "proc/self/cgroup": "4:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "400000\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            4.0,
        ),
        (
            {
                "proc/self/cgroup": "4:cpu:/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            None,
        ),
        # "cpuset" is not "cpu".
        (
            {
                "proc/self/cgroup": "4:cpuset:/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            None,
        ),
    ],
)
def test_cgroup_limit(tmp_path: Path, files: dict[str, str], limit: float | None) -> None:
    assert cgroup_limit(write(tmp_path, files)) == limit


@pytest.mark.parametrize(
    ("available", "quota", "expected"),
    [(64, "max 100000", 64), (64, "250000 100000", 2), (64, "50000 100000", 1), (1, "800000", 1)],
)
def test_quota_is_the_smaller_number_and_never_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, available: int, quota: str, expected: int
) -> None:
    monkeypatch.setattr(threads, "affinity_count", lambda: available)
    root = write(tmp_path, {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": quota})
    assert cpu_quota(root) == expected


def test_this_machine_has_at_least_one_thread() -> None:
    assert cpu_quota() >= 1


def test_systems_without_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(threads.os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(threads.os, "cpu_count", lambda: None)
    assert threads.affinity_count() == 1
