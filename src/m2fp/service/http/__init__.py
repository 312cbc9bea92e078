"""The service over HTTP: routes, errors as problem documents, who may do what.

Imports FastAPI, which `m2fp[serve]` installs; `m2fp serve` imports it when it runs.
"""

from m2fp.service.http.access.keys import ApiKey, KeyRing, Scope
from m2fp.service.http.app import ROUTES, build_app, build_metrics_app
from m2fp.service.http.lifecycle import Lifecycle
from m2fp.service.http.parts import Parts

__all__ = [
    "ROUTES",
    "ApiKey",
    "KeyRing",
    "Lifecycle",
    "Parts",
    "Scope",
    "build_app",
    "build_metrics_app",
]
