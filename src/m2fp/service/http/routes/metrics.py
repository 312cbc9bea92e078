"""GET /metrics, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from m2fp.service.http.access.guards import MetricsCaller
from m2fp.service.http.parts import PartsOf
from m2fp.service.http.schemas.problem import problems
from m2fp.service.http.snapshots import take_snapshot
from m2fp.service.operation.metrics import CONTENT_TYPE

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="Read the metrics",
    response_class=Response,
    responses=problems(
        401, fine={200: {"description": "Prometheus' text format.", "content": {"text/plain": {}}}}
    ),
)
async def metrics(_caller: MetricsCaller, parts: PartsOf) -> Response:
    """Return all metrics of this process, of its workers and of the queue."""
    parts.metrics.take(await take_snapshot(parts))
    return Response(parts.metrics.exposition(), media_type=CONTENT_TYPE)
