"""How many processors this process may really use.

Inference libraries size their pools from the host's cores. In a container limited to two of
sixty-four cores that means sixty-four threads that the kernel throttles, and a model many times
slower than it should be. The truth is the smallest of three numbers: the affinity mask, and the
quotas of control groups version 1 and 2, where any enclosing group may be the tightest.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_V1_MOUNTS = ("cpu", "cpu,cpuacct", "cpuacct,cpu")


def cpu_quota(root: Path = Path("/")) -> int:
    """Return the number of threads worth starting, at least 1.

    Args:
        root: folder that holds `proc` and `sys`; tests pass a fake tree.
    """
    limit = cgroup_limit(root)
    available = affinity_count()
    if limit is None:
        return available
    # Rounded down: a pool that spins on 1.5 processors with two threads is throttled half-way
    # through every period, which costs more than the half processor brings.
    return max(1, min(available, math.floor(limit)))


def affinity_count() -> int:
    """Return the number of processors the scheduler may put this process on, at least 1."""
    if hasattr(os, "sched_getaffinity"):  # absent on macOS and Windows
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def cgroup_limit(root: Path) -> float | None:
    """Return the tightest control-group limit in processors, or None when there is none."""
    limits = [limit for limit in _declared_limits(root) if limit is not None]
    return min(limits, default=None)


def parse_cpu_max(text: str) -> float | None:
    """Return the processors granted by a version 2 `cpu.max` line ("max 100000", "150000 100000").

    None stands for no limit, and for a line that cannot be understood.
    """
    fields = text.split()
    if not fields or fields[0] == "max":
        return None
    return _ratio(fields[0], fields[1] if len(fields) > 1 else "100000")


def _declared_limits(root: Path) -> Iterator[float | None]:
    mount = root / "sys" / "fs" / "cgroup"
    for controllers, group in _own_groups(root):
        if not controllers:
            for folder in _with_parents(mount, group):
                yield parse_cpu_max(_read(folder / "cpu.max"))
        elif "cpu" in controllers.split(","):
            for name in _V1_MOUNTS:
                for folder in _with_parents(mount / name, group):
                    yield _ratio(
                        _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
                    )


def _own_groups(root: Path) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield (controllers, group) for every line of /proc/self/cgroup; version 2 has none named."""
    for line in _read(root / "proc" / "self" / "cgroup").splitlines():
        fields = line.split(":", 2)
        if len(fields) == 3:
            yield fields[1], PurePosixPath(fields[2])


def _with_parents(mount: Path, group: PurePosixPath) -> Iterator[Path]:
    """Yield the group's folder and every folder above it, up to the mount itself.

    Inside a container the group is often the host's path, of which nothing is mounted: then only
    the mount itself, which is the container's own group, has the files.
    """
    parts = [part for part in group.parts if part not in ("/", "..")]
    for length in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:length])


def _ratio(quota: str, period: str) -> float | None:
    try:
        quota_us, period_us = int(quota), int(period)
    except ValueError:
        return None
    return quota_us / period_us if quota_us > 0 and period_us > 0 else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
