"""The OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from m2fp.service.http.routes.kserve import extra_schemas
from m2fp.service.http.schemas.problem import ProblemDocument
from m2fp.service.http.schemas.result import ResultDocument

_REFERENCE: Final = "#/components/schemas/{model}"
_DESCRIPTION: Final = """
Find every person in a photo, and every part of every person.

    curl -F file=@group.jpg http://localhost:7860/v1/parse
    curl -F file=@group.jpg 'http://localhost:7860/v1/parse?format=overlay' -o overlay.png
    curl -F file=@one.jpg -F file=@two.jpg http://localhost:7860/v1/jobs

Every error is a problem document (RFC 9457) with a stable `code`. `X-Request-ID` is taken over if
it is sent, and made otherwise. With keys, send `Authorization: Bearer KEY` or `X-API-Key: KEY`.
"""
_TAGS: Final = [
    {"name": "parse", "description": "One picture, answered at once."},
    {"name": "jobs", "description": "Many pictures, kept until they are done."},
    {"name": "catalogue", "description": "What is served, and what its numbers mean."},
    {"name": "kserve", "description": "Open Inference Protocol, version 2."},
    {"name": "health", "description": "For those who operate the service."},
]


def document_of(app: FastAPI) -> dict[str, Any]:
    """Return the document of an application; made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=_DESCRIPTION,
            routes=app.routes,
            tags=_TAGS,
        )
        schemas = document["components"]["schemas"]
        for model in (ProblemDocument, ResultDocument):
            schema = model.model_json_schema(ref_template=_REFERENCE)
            schemas.update(schema.pop("$defs", {}))
            schemas[model.__name__] = schema
        schemas.update(extra_schemas())
        _drop_framework_errors(document)
        if app.state.parts.keys is None:
            _drop_security(document)
        app.openapi_schema = document
    return app.openapi_schema


def _drop_framework_errors(document: dict[str, Any]) -> None:
    """Take out the framework's own 422, which no route here answers."""
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    for path in document["paths"].values():
        for operation in path.values():
            answer = operation["responses"].get("422")
            if answer and "HTTPValidationError" in str(answer):
                del operation["responses"]["422"]


def _drop_security(document: dict[str, Any]) -> None:
    """Take out the keys that nobody asks for here."""
    document["components"].pop("securitySchemes", None)
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
            operation["responses"].pop("401", None)
