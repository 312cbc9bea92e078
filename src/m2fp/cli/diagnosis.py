"""What `m2fp doctor` finds out. Nothing here names a person: the home folder is shown as ~."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import m2fp
from m2fp.cli.finding import Finding, without_home
from m2fp.cli.models import check
from m2fp.cli.screen import readable_size
from m2fp.cli.service_diagnosis import service_findings
from m2fp.engine import check_engine_name, choose_engine, cpu_quota
from m2fp.engine.onnxruntime_import import import_onnxruntime
from m2fp.engine.openvino_import import import_openvino
from m2fp.engine.processor import cpu_features
from m2fp.engine.threads import affinity_count, cgroup_limit
from m2fp.errors import EngineUnavailable, MissingExtra, ModelError
from m2fp.registry import ModelCache, entries, remote_models, resolve
from m2fp.settings import Settings, SettingsRead

_PACKAGES = ("numpy", "pillow", "onnxruntime", "typer", "rich")
_OPTIONAL = ("pillow-heif", "opencv-python-headless", "numba", "onnx")


def diagnose(read: SettingsRead) -> dict[str, list[Finding]]:
    """Return the findings by section."""
    settings = read.settings
    origins = {leaf: without_home(origin) for leaf, origin in read.origins.items()}
    return {
        "m2fp": _program(read.file),
        "packages": _packages(),
        "engines": _engines(settings, origins["engine"]),
        "processor": _processor(settings, origins["threads"]),
        "models": _models(settings, origins["model"]),
        "limits": [Finding(name, f"{value:,}") for name, value in settings.limits],
        "folders": _folders(settings, origins["cache_dir"]),
        "service": service_findings(settings),
    }


def _program(file: Path | None) -> list[Finding]:
    return [
        Finding("version", m2fp.__version__),
        Finding("python", f"{platform.python_version()} ({platform.python_implementation()})"),
        Finding("system", platform.platform(terse=True)),
        Finding("output encoding", sys.stdout.encoding or "unknown"),
        Finding("settings file", "none" if file is None else without_home(str(file))),
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


def _engines(settings: Settings, source: str) -> list[Finding]:
    chosen = settings.engine
    return [
        _onnxruntime(),
        _openvino(),
        _optional_engine("torch", "torch", "export"),
        Finding("auto", _auto(settings)),
        Finding("chosen", f"{chosen} (from {source})", _problem_of(chosen)),
    ]


def _onnxruntime() -> Finding:
    try:
        onnxruntime = import_onnxruntime()
    except EngineUnavailable as error:
        return Finding("onnxruntime", "cannot be loaded", error.message)
    providers = ", ".join(onnxruntime.get_available_providers())
    return Finding("onnxruntime", f"{onnxruntime.__version__}, providers {providers}")


def _openvino() -> Finding:
    found = _optional_engine("openvino", "openvino", "openvino")
    try:
        import_openvino()
    except MissingExtra:
        return found
    except EngineUnavailable as error:
        return Finding("openvino", found.value, error.message)
    return found


def _optional_engine(name: str, package: str, extra: str) -> Finding:
    missing = f"not installed: pip install 'm2fp[{extra}]'"
    return Finding(name, _version(package) or missing)


def _auto(settings: Settings) -> str:
    try:
        path = resolve(settings.model, settings.cache_dir)
    except ModelError:
        return "unknown: the chosen model is not there"
    choice = choose_engine(path)
    return f"{choice.name}: {choice.reason}"


def _problem_of(engine: str) -> str:
    try:
        check_engine_name(engine)
    except (EngineUnavailable, MissingExtra) as error:
        return error.message
    return ""


def _processor(settings: Settings, source: str) -> list[Finding]:
    limit = cgroup_limit(Path("/"))
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


def _models(settings: Settings, source: str) -> list[Finding]:
    findings = []
    for entry in entries():
        state = check(entry)
        value = f"{state}, {readable_size(entry.bytes)}, sha256 {entry.sha256[:12]}"
        problem = "" if state == "ok" else f"the file is {state}: reinstall m2fp"
        findings.append(Finding(entry.name, value, problem))
    chosen = f"{without_home(settings.model)} (from {source})"
    return [*findings, Finding("chosen", chosen)]


def _folders(settings: Settings, source: str) -> list[Finding]:
    cache = ModelCache(settings.cache_dir)
    fetched = sum(bool(cache.records(model)) for model in remote_models())
    offline = "; M2FP_OFFLINE forbids downloads" if settings.offline else ""
    return [
        Finding("package", without_home(str(Path(m2fp.__file__).parent))),
        Finding(
            "cache",
            f"{without_home(str(cache.folder))} (from {source}), "
            f"downloaded models: {fetched}{offline}",
        ),
    ]
