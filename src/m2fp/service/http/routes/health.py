"""Whether the process lives, and whether it should get requests."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from m2fp.service.http.parts import PartsOf
from m2fp.service.http.readiness import check_ready
from m2fp.service.http.schemas.problem import problems

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """The service takes requests."""

    status: Literal["ready"] = "ready"


@router.get("/livez", summary="Is the process alive?", responses=problems())
@router.get("/healthz", summary="Is the process alive?", responses=problems())
async def alive() -> Alive:
    """Return at once: restarting this process would mend nothing else."""
    return Alive()


@router.get("/readyz", summary="Does the service take requests?", responses=problems(503))
async def ready(parts: PartsOf) -> Ready:
    """Return when the model is loaded, jobs can be kept, and the service is not shutting down."""
    await check_ready(parts)
    return Ready()
