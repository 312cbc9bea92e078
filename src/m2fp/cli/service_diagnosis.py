"""What `m2fp doctor` finds out about the service, without starting or changing anything."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from m2fp.cli.finding import Finding, without_home
from m2fp.cli.redis_diagnosis import redis_findings
from m2fp.cli.screen import readable_size
from m2fp.cli.service_settings import pool_settings, service_settings
from m2fp.errors import ConfigError
from m2fp.service.jobs.disk import check_local_disk
from m2fp.service.operation.settings import HttpSettings, QueueKind, ServiceSettings
from m2fp.settings import Settings, masked

_SERVE_PACKAGES: Final = ("fastapi", "uvicorn", "multipart", "prometheus_client")
_GB: Final = 1_000_000_000


def service_findings(settings: Settings) -> list[Finding]:
    """Return the findings; of the service itself none where it is not installed."""
    missing = [name for name in _SERVE_PACKAGES if find_spec(name) is None]
    if missing:
        return [Finding("service", "not installed: pip install 'm2fp[serve]'")]
    try:
        service = service_settings(settings)
    except ConfigError as error:
        return [Finding("service", "settings that do not go together", error.message)]
    pool = pool_settings(settings)
    return [
        Finding("listens on", f"{service.http.host}, port {service.http.port}"),
        _access(service.http),
        Finding("workers", f"{pool.workers}, {pool.threads} thread(s) each"),
        *_data(service),
        *_queue(service),
    ]


def _access(http: HttpSettings) -> Finding:
    keys = http.access.keys_file
    if keys is None:
        # Imports FastAPI, which is there: see `service_findings`.
        from m2fp.service.http.access.addresses import is_loopback

        open_to = not http.access.declared and not is_loopback(http.host)
        return Finding(
            "access",
            "everybody who reaches it",
            "`m2fp serve` will not listen there for everybody: set serve.api_keys, or serve.auth "
            "to none"
            if open_to
            else "",
        )
    there = os.access(keys, os.R_OK)
    problem = "" if there else "the file of keys is not there or may not be read"
    return Finding("access", f"API keys of {without_home(str(keys))}", problem)


def _data(service: ServiceSettings) -> list[Finding]:
    folder = next(path for path in (service.data, *service.data.parents) if path.exists())
    made = "" if folder == service.data else ", which will be made"
    room = shutil.disk_usage(folder).free
    # Twice: the parts of a request are on the disk while the whole is taken apart.
    needed = max(_GB, 2 * service.jobs.max_job_bytes)
    short = (
        f"less than the {readable_size(needed)} that one large job may take"
        if room < needed
        else ""
    )
    return [
        Finding("data", f"{without_home(str(service.data))}{made}", _problem_of(folder, service)),
        Finding(
            "free disk space",
            readable_size(room),
            f"less than the {readable_size(needed)} that one large job may take" if short else "",
        ),
    ]


def _problem_of(folder: Path, service: ServiceSettings) -> str:
    if not folder.is_dir():
        return "it is a file"
    if not os.access(folder, os.W_OK | os.X_OK):
        return "this user may not write there"
    if service.queue.kind == QueueKind.EMBEDDED:
        try:
            check_local_disk(folder)
        except ConfigError as error:
            return error.message
    return ""


def _queue(service: ServiceSettings) -> list[Finding]:
    blobs = service.queue.blobs or str(service.data / "blobs")
    where = Finding("pictures and results", without_home(masked(blobs)))
    if service.queue.kind == QueueKind.EMBEDDED:
        return [where, Finding("jobs", "embedded: SQLite, worked on by this machine")]
    return [
        where,
        Finding("jobs", "celery: Redis, worked on by every `m2fp worker`"),
        *redis_findings(service.queue.redis_url or ""),
    ]
