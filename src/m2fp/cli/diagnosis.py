"""What `m2fp doctor` finds out. Nothing here names a person: the home folder is shown as ~."""

from __future__ import annotations

import os
import platform
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import m2fp
from m2fp.cli.models import check, show_bytes
from m2fp.engine import cpu_quota
from m2fp.engine.threads import affinity_count, cgroup_limit
from m2fp.registry import entries
from m2fp.settings import Settings, origin

_PACKAGES = ("numpy", "pillow", "onnxruntime", "opencv-python-headless", "typer", "rich")
_OPTIONAL = ("pillow-heif", "torch", "onnx")
# Instructions that decide how fast networks run, on x86 and on ARM.
_TELLING = (
    *("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8"),
    *("asimd", "asimddp", "i8mm", "bf16", "sve"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what, how it is, and what is wrong with that ("" = nothing)."""

    name: str
    value: str
    problem: str = ""


def diagnose(settings: Settings) -> dict[str, list[Finding]]:
    """Return the findings by section."""
    return {
        "m2fp": _program(),
        "packages": _packages(),
        "engine": _engine(),
        "processor": _processor(settings),
        "models": _models(settings),
        "limits": [Finding(name, f"{value:,}") for name, value in settings.limits],
        "folders": _folders(),
    }


def _program() -> list[Finding]:
    return [
        Finding("version", m2fp.__version__),
        Finding("python", f"{platform.python_version()} ({platform.python_implementation()})"),
        Finding("system", platform.platform(terse=True)),
        Finding("output encoding", sys.stdout.encoding or "unknown"),
    ]


def _packages() -> list[Finding]:
    needed = [(name, _version(name), "not installed: reinstall m2fp") for name in _PACKAGES]
    optional = [(name, _version(name), "") for name in _OPTIONAL]
    return [
        Finding(name, found or "not installed", "" if found else problem)
        for name, found, problem in needed + optional
    ]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _engine() -> list[Finding]:
    try:
        import onnxruntime
    except ImportError as error:
        return [Finding("onnxruntime", "cannot be loaded", str(error))]
    return [Finding("providers", ", ".join(onnxruntime.get_available_providers()))]


def _processor(settings: Settings) -> list[Finding]:
    limit = cgroup_limit(Path("/"))
    source = origin(settings, "threads")
    threads = settings.threads or cpu_quota()
    too_many = threads > cpu_quota()
    return [
        Finding("machine", platform.machine()),
        Finding("features", " ".join(cpu_features()) or "unknown"),
        Finding("cores of the host", str(os.cpu_count() or "unknown")),
        Finding("cores of this process", str(affinity_count())),
        Finding("container limit", "none" if limit is None else f"{limit:g} cores"),
        Finding(
            "threads per photo",
            f"{threads} (from {'the machine' if source == 'default' else source})",
            f"more than the {cpu_quota()} that are granted: slower" if too_many else "",
        ),
    ]


def cpu_features(cpuinfo: Path = Path("/proc/cpuinfo")) -> list[str]:
    """Return the instruction sets that matter here; numpy's word where Linux has none."""
    try:
        text = cpuinfo.read_text(encoding="ascii", errors="replace")
    except OSError:
        return _features_of_numpy()
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    present = set(found.group(1).split()) if found else set()
    return [name for name in _TELLING if name in present]


def _features_of_numpy() -> list[str]:
    import numpy as np

    config = np.show_config(mode="dicts")
    extensions = (config or {}).get("SIMD Extensions", {})
    return [*extensions.get("baseline", []), *extensions.get("found", [])]


def _models(settings: Settings) -> list[Finding]:
    findings = []
    for entry in entries():
        state = check(entry)
        value = f"{state}, {show_bytes(entry.bytes)}, sha256 {entry.sha256[:12]}"
        problem = "" if state == "ok" else f"the file is {state}: reinstall m2fp"
        findings.append(Finding(entry.name, value, problem))
    chosen = f"{_without_home(settings.model)} (from {origin(settings, 'model')})"
    return [*findings, Finding("chosen", chosen)]


def _folders() -> list[Finding]:
    from platformdirs import user_cache_dir

    return [
        Finding("package", _without_home(str(Path(m2fp.__file__).parent))),
        Finding("cache", f"{_without_home(user_cache_dir('m2fp'))} (not used yet)"),
    ]


def _without_home(path: str) -> str:
    home = str(Path.home())
    return f"~{path[len(home) :]}" if path.startswith(home + os.sep) else path
