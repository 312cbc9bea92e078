"""The application: routes, and what surrounds them."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware

import m2fp
from m2fp.service.http.access.addresses import is_loopback
from m2fp.service.http.handlers import add_handlers
from m2fp.service.http.middleware.observation import Observation
from m2fp.service.http.middleware.own_host import OwnHost
from m2fp.service.http.middleware.problem_guard import ProblemGuard
from m2fp.service.http.middleware.safe_headers import SafeHeaders
from m2fp.service.http.openapi import document_of
from m2fp.service.http.page import router as page_router
from m2fp.service.http.parts import Parts
from m2fp.service.http.routes import (
    catalogue,
    docs,
    events,
    health,
    jobs,
    kserve,
    metrics,
    parse,
    results,
)
from m2fp.service.operation.settings import AuthMode, ServiceSettings

# The patterns of all routes, by which requests are counted.
ROUTES: Final = (
    "/v1/parse",
    "/v1/jobs",
    "/v1/jobs/{job_id}",
    "/v1/jobs/{job_id}/cancel",
    "/v1/jobs/{job_id}/items",
    "/v1/jobs/{job_id}/items/{index}",
    "/v1/jobs/{job_id}/items/{index}/result",
    "/v1/jobs/{job_id}/result",
    "/v1/jobs/{job_id}/events",
    "/v1/models",
    "/v1/labels",
    "/livez",
    "/readyz",
    "/healthz",
    "/metrics",
    "/v2",
    "/v2/health/live",
    "/v2/health/ready",
    "/v2/models/{model}",
    "/v2/models/{model}/ready",
    "/v2/models/{model}/infer",
    "/openapi.json",
    "/docs",
    "/docs/style.css",
    "/",
    "/page/{name:path}",
)

_FORM_BYTES: Final = 1 << 16  # what a form adds to its file
_FORM_BYTES_PER_FILE: Final = 1 << 10
_JSON_BYTES: Final = 1 << 16
_NO_BODY_BYTES: Final = 1 << 16
_EXPOSED: Final = (
    *("X-Request-ID", "X-Model-Id", "Server-Timing", "Location", "Retry-After"),
    *("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
)


def build_app(parts: Parts) -> FastAPI:
    """Return the application; whoever runs it starts and drains `parts.lifecycle`."""
    http = parts.settings.http
    app = _bare(parts)
    photo = http.limits.max_bytes
    _include(app, parse.router, photo + _FORM_BYTES)
    job = parts.settings.jobs.max_job_bytes
    _include(app, jobs.router, job + parts.settings.jobs.max_items * _FORM_BYTES_PER_FILE)
    _include(app, kserve.router, 4 * photo // 3 + _JSON_BYTES)  # base64: 4 letters for 3 bytes
    for router in (results.router, events.router, catalogue.router, health.router):
        _include(app, router, _NO_BODY_BYTES)
    if http.metrics_port is None:
        _include(app, metrics.router, _NO_BODY_BYTES)
    _include(app, page_router, _NO_BODY_BYTES)
    if http.docs:
        _include(app, docs.router, _NO_BODY_BYTES)
    _surround(app, parts)
    return app


def build_metrics_app(parts: Parts) -> FastAPI:
    """Return the application of the port that only has /metrics."""
    app = _bare(parts)
    _include(app, metrics.router, _NO_BODY_BYTES)
    _surround(app, parts)
    return app


def _bare(parts: Parts) -> FastAPI:
    # No pages of the framework's: they load scripts from elsewhere.
    app = FastAPI(
        title="m2fp",
        version=m2fp.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    app.state.limits = _limits_text(parts.settings)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]
    add_handlers(app)
    return app


def _include(app: FastAPI, router: APIRouter, max_body_bytes: int) -> None:
    app.include_router(router, max_body_size=max_body_bytes)


def _surround(app: FastAPI, parts: Parts) -> None:
    """Add the middleware; what is added last is outermost."""
    http = parts.settings.http
    if http.access.mode is AuthMode.NONE and not http.access.declared and is_loopback(http.host):
        app.add_middleware(OwnHost, friends=http.cors)
    if http.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=http.cors,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=(
                *("Authorization", "Content-Type", "Idempotency-Key", "X-API-Key"),
                *("X-Request-ID", "traceparent"),
            ),
            expose_headers=_EXPOSED,
            max_age=3600,
        )
    app.add_middleware(ProblemGuard, limits=app.state.limits)
    app.add_middleware(SafeHeaders, shared=bool(http.cors))
    app.add_middleware(Observation, metrics=parts.metrics, clock=parts.monotonic)


def _limits_text(settings: ServiceSettings) -> str:
    return (
        f"the body is too large: a picture may have {settings.http.limits.max_bytes:,} bytes, a "
        f"job {settings.jobs.max_job_bytes:,}"
    )
