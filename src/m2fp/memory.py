"""How much memory this process holds and has held, from the operating system."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def resident_bytes() -> int | None:
    """Return the memory in use now, or None where the system does not say."""
    return status_bytes(_read_status(), "VmRSS")


def peak_bytes() -> int | None:
    """Return the most memory this process has held so far, or None where the system does not say.

    Linux is asked for VmHWM, which begins with the program; `getrusage` there also remembers the
    process that started this one.
    """
    peak = status_bytes(_read_status(), "VmHWM")
    return _peak_of_rusage() if peak is None else peak


def status_bytes(status: str, field: str) -> int | None:
    """Return a field of /proc/self/status, whose unit is KiB, in bytes; None if it is missing."""
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return None


def _read_status() -> str:
    try:
        return _STATUS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _peak_of_rusage() -> int | None:
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # bytes on macOS, KiB elsewhere
