"""/v2: KServe's Open Inference Protocol."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

import m2fp
from m2fp.errors import ModelNotFound
from m2fp.registry import ModelInfo
from m2fp.service.errors import ModelNotReady
from m2fp.service.http.access.guards import ParseCaller
from m2fp.service.http.answering import work_on
from m2fp.service.http.intake.parameters import served_names
from m2fp.service.http.intake.photos import check_format
from m2fp.service.http.intake.upload import read_body
from m2fp.service.http.kserve.outputs import outputs_of
from m2fp.service.http.kserve.tensors import (
    INPUT,
    JSON_LENGTH_HEADER,
    InferenceRequest,
    InferenceResponse,
    read_request,
    write_response,
)
from m2fp.service.http.parts import Parts, PartsOf
from m2fp.service.http.readiness import check_ready
from m2fp.service.http.schemas.problem import problems
from m2fp.service.jobs import ParseOptions

router = APIRouter(prefix="/v2", tags=["kserve"])

_MAPS: Final = "label-maps"
_EXTENSIONS: Final = ["binary_tensor_data"]
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}


class ServerLive(BaseModel):
    """The process answers."""

    live: bool


class ServerReady(BaseModel):
    """The service takes requests."""

    ready: bool


class ServerMetadata(BaseModel):
    """What this server is."""

    name: str
    version: str
    extensions: list[str]


class TensorMetadata(BaseModel):
    """An input or output; -1 = any size."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(BaseModel):
    """What a model takes and gives."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ModelReady(BaseModel):
    """Whether a model takes requests."""

    name: str
    ready: bool


ModelName = Annotated[str, Path(max_length=200, examples=["builtin"])]


@router.get("", summary="Server metadata", responses=problems())
async def server() -> ServerMetadata:
    """Return what this server is."""
    return ServerMetadata(name="m2fp", version=m2fp.__version__, extensions=_EXTENSIONS)


@router.get("/health/live", summary="Is the process alive?", responses=problems())
async def live() -> ServerLive:
    """Return at once."""
    return ServerLive(live=True)


@router.get("/health/ready", summary="Does the service take requests?", responses=problems(503))
async def ready(parts: PartsOf) -> ServerReady:
    """Return when the service takes requests."""
    await check_ready(parts)
    return ServerReady(ready=True)


@router.get("/models/{model}", summary="Model metadata", responses=problems(404, 422, 503))
async def metadata(model: ModelName, parts: PartsOf) -> ModelMetadata:
    """Return what the model takes and gives."""
    info = _model(model, parts)
    return ModelMetadata(
        name=model,
        versions=[_version(info)],
        platform="m2fp_onnx",
        inputs=[TensorMetadata(name=INPUT, datatype="BYTES", shape=[1])],
        outputs=[
            TensorMetadata(name="part_map", datatype="UINT8", shape=[-1, -1]),
            TensorMetadata(name="person_map", datatype="UINT16", shape=[-1, -1]),
            TensorMetadata(name="segments", datatype="BYTES", shape=[1]),
        ],
    )


@router.get(
    "/models/{model}/ready",
    summary="Does the model take requests?",
    responses=problems(404, 422, 503),
)
async def model_ready(model: ModelName, parts: PartsOf) -> ModelReady:
    """Return when the model takes requests."""
    _model(model, parts)
    await check_ready(parts)
    return ModelReady(name=model, ready=True)


@router.post(
    "/models/{model}/infer",
    summary="Infer",
    response_model=InferenceResponse,
    responses=problems(
        400,
        401,
        404,
        408,
        413,
        415,
        422,
        429,
        503,
        504,
        fine={
            200: {
                "description": "The outputs; those that were asked for as bytes follow the JSON.",
                "content": {"application/octet-stream": _BINARY},
            }
        },
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/InferenceRequest"}},
                "application/octet-stream": _BINARY,
            },
        }
    },
)
async def infer(
    request: Request, model: ModelName, _caller: ParseCaller, parts: PartsOf
) -> Response:
    """Find all people in a picture: `part_map`, `person_map` and `segments`.

    Without `outputs` all three are answered. A map in JSON is a number a pixel: ask for it as
    bytes, or for `segments` alone.
    """
    parts.lifecycle.check_open()
    info = _model(model, parts)
    http = parts.settings.http
    async with read_body(request, max_files=1, seconds=http.sync_deadline_s) as body:
        data = await asyncio.to_thread(body.uploads[0].read)
    asked, photo = await asyncio.to_thread(
        read_request, data, request.headers.get(JSON_LENGTH_HEADER)
    )
    http.limits.check_bytes(len(photo), None)
    check_format(photo)
    options = ParseOptions(model=parts.model, formats=(_MAPS,))
    answer = await work_on(request, parts, photo, options)

    def write() -> tuple[bytes, int | None]:
        outputs = outputs_of(answer.bodies[_MAPS])
        return write_response(asked, model, _version(info), outputs)

    written, json_length = await asyncio.to_thread(write)
    if json_length is None:
        return Response(written, media_type="application/json")
    return Response(
        written,
        media_type="application/octet-stream",
        headers={JSON_LENGTH_HEADER: str(json_length)},
    )


def extra_schemas() -> dict[str, Any]:
    """Return the schemas that only a body's description refers to."""
    schema = InferenceRequest.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "InferenceRequest": schema}


def _model(name: str, parts: Parts) -> ModelInfo:
    info = parts.pool.states().model
    if info is None:
        raise ModelNotReady("the model is still loading", retry_after_s=2.0)
    if name not in served_names(parts):
        raise ModelNotFound(f"this service has no model {name!r}", model=name)
    return info


def _version(info: ModelInfo) -> str:
    return info.sha256[:12]
