"""GET /v1/models and /v1/labels: what is served, and what its numbers mean."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from m2fp.errors import ConfigError
from m2fp.labels import LabelScheme, get_scheme, scheme_names
from m2fp.service.errors import NotFound
from m2fp.service.http.intake.parameters import served_names
from m2fp.service.http.parts import PartsOf
from m2fp.service.http.schemas.catalogue import LabelsDocument, ModelDocument, ModelsDocument
from m2fp.service.http.schemas.problem import problems
from m2fp.service.rendering import FORMATS

router = APIRouter(tags=["catalogue"])

_DEFAULT_SCHEME: Final = "cihp"


@router.get("/v1/models", summary="List the models", responses=problems())
async def models(parts: PartsOf) -> ModelsDocument:
    """Return the models that are served, and the formats that they answer in."""
    states = parts.pool.states()
    info = states.model
    served = []
    if info is not None:
        served.append(
            ModelDocument(
                name=info.name,
                names=list(served_names(parts)),
                sha256=info.sha256,
                precision=info.precision,
                scheme=info.scheme.name,
                licence=info.licence,
                description=info.description,
                engine=states.engine,
            )
        )
    return ModelsDocument(models=served, formats=list(FORMATS))


@router.get("/v1/labels", summary="Explain the labels", responses=problems(404, 422))
async def labels(
    response: Response,
    parts: PartsOf,
    scheme: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Name of a label scheme; without it, that of the model.",
            examples=["cihp"],
        ),
    ] = None,
) -> LabelsDocument:
    """Return names and colours of all labels, and what each is in a mirrored picture."""
    info = parts.pool.states().model
    if info is not None and scheme in (None, info.scheme.name):
        found: LabelScheme = info.scheme
    elif scheme is None:
        found = get_scheme(_DEFAULT_SCHEME)
    else:
        found = _scheme(scheme)
    response.headers["Cache-Control"] = "public, max-age=300"
    return LabelsDocument.of(found)


def _scheme(name: str) -> LabelScheme:
    try:
        return get_scheme(name)
    except ConfigError:
        raise NotFound(
            f"there is no label scheme of this name; there are: {', '.join(scheme_names())}"
        ) from None
