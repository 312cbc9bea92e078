"""The messages of the protocol: reading an inference request, writing its response.

JSON has no bytes, so a picture in JSON is base64 in the `data` of a BYTES tensor. With the binary
extension (Triton's), JSON and then bytes are one body: the header `Inference-Header-Content-Length`
says where the JSON ends, and elements of BYTES tensors are preceded by their length, 4 bytes,
little-endian.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from m2fp.service.errors import InvalidParameter, MalformedRequest

JSON_LENGTH_HEADER: Final = "Inference-Header-Content-Length"
INPUT: Final = "image"

# A grey square: an example that may be tried as it is.
_PICTURE: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAEUlEQVR42mNsYEAFTAwjWgAAmZAAoFDIQrAAAAAASUVO"
    "RK5CYII="
)

# Of a tensor's bytes: little-endian by the protocol.
_DTYPES: Final[Mapping[str, str]] = {"UINT8": "<u1", "UINT16": "<u2"}

Parameters: TypeAlias = dict[str, Any]


class InputTensor(BaseModel):
    """The picture, as one element of type BYTES."""

    name: str = Field(examples=[INPUT])
    shape: Annotated[list[Annotated[int, Field(ge=1, le=1)]], Field(min_length=1, max_length=4)] = (
        Field(description="All ones: one picture a request.", examples=[[1]])
    )
    datatype: Literal["BYTES"]
    parameters: Parameters | None = None
    data: list[Any] | None = Field(
        default=None, description="The picture in base64.", examples=[[_PICTURE]]
    )


class RequestedOutput(BaseModel):
    """An output that is wanted."""

    name: Literal["part_map", "person_map", "segments"]
    parameters: Parameters | None = None


class InferenceRequest(BaseModel):
    """A request for inference."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "inputs": [{"name": INPUT, "shape": [1], "datatype": "BYTES", "data": [_PICTURE]}],
                "outputs": [{"name": "segments"}],
            }
        }
    )

    id: str | None = Field(default=None, max_length=200)
    parameters: Parameters | None = None
    inputs: Annotated[list[InputTensor], Field(min_length=1, max_length=1)]
    outputs: Annotated[list[RequestedOutput], Field(max_length=3)] | None = None


class OutputTensor(BaseModel):
    """One output, in row-major order."""

    name: str
    shape: list[int]
    datatype: str
    parameters: Parameters | None = None
    data: list[Any] | None = None


class InferenceResponse(BaseModel):
    """The response to an inference request."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[OutputTensor]


@dataclass(frozen=True, slots=True)
class Output:
    """An output before it is written: an array, or text for a BYTES tensor of one element."""

    name: str
    value: NDArray[np.uint8] | NDArray[np.uint16] | str


def read_request(body: bytes, json_length: str | None) -> tuple[InferenceRequest, bytes]:
    """Return the request and its picture.

    Args:
        body: of the request.
        json_length: the header `Inference-Header-Content-Length`, None = JSON only.

    Raises:
        MalformedRequest: it is not JSON, or the lengths do not fit.
        InvalidParameter: something in it is not as the protocol or this model wants it.
    """
    head, rest = _split(body, json_length)
    try:
        request = InferenceRequest.model_validate_json(head)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        if fault["type"] == "json_invalid":
            raise MalformedRequest(f"the request is not JSON: {fault['msg']}") from None
        where = ".".join(str(step) for step in fault["loc"])
        raise InvalidParameter(f"{where}: {fault['msg']}", parameter=where) from None
    (tensor,) = request.inputs
    if tensor.name != INPUT:
        raise InvalidParameter(
            f"the model has one input, {INPUT!r}, and not {tensor.name!r}", parameter="inputs.name"
        )
    size = (tensor.parameters or {}).get("binary_data_size")
    photo = _from_json(tensor.data) if size is None else _from_binary(rest, size)
    return request, photo


def write_response(
    request: InferenceRequest, name: str, version: str, outputs: Sequence[Output]
) -> tuple[bytes, int | None]:
    """Return the body, and the length of its JSON if bytes follow that.

    Args:
        request: which outputs it wants, and which of them as bytes.
        name: of the model.
        version: of the model.
        outputs: all that the model has.
    """
    wanted = request.outputs or [RequestedOutput(name=output.name) for output in outputs]  # type: ignore[arg-type]
    by_name = {output.name: output for output in outputs}
    everywhere = bool((request.parameters or {}).get("binary_data_output", False))
    tensors, tail = [], bytearray()
    for choice in wanted:
        output = by_name[choice.name]
        binary = bool((choice.parameters or {}).get("binary_data", everywhere))
        tensor = _describe(output)
        if binary:
            data = _to_binary(output)
            tensor["parameters"] = {"binary_data_size": len(data)}
            tail += data
        else:
            tensor["data"] = _to_json(output)
        tensors.append(tensor)
    document = {"model_name": name, "model_version": version, "outputs": tensors}
    if request.id is not None:
        document["id"] = request.id
    head = json.dumps(document, separators=(",", ":")).encode()
    return (head + bytes(tail), len(head)) if tail else (head, None)


def _split(body: bytes, json_length: str | None) -> tuple[bytes, bytes]:
    if json_length is None:
        return body, b""
    if not re.fullmatch("[0-9]{1,12}", json_length) or int(json_length) > len(body):
        raise MalformedRequest(
            f"{JSON_LENGTH_HEADER} must be the length of the JSON, at most that of the body"
        )
    return body[: int(json_length)], body[int(json_length) :]


def _from_json(data: list[Any] | None) -> bytes:
    while data is not None and len(data) == 1 and isinstance(data[0], list):
        data = data[0]
    if data is None or len(data) != 1 or not isinstance(data[0], str):
        raise InvalidParameter(
            "`data` must be one text, the picture in base64", parameter="inputs.data"
        )
    try:
        return base64.b64decode(data[0], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameter("`data` is not base64", parameter="inputs.data") from None


def _from_binary(rest: bytes, size: object) -> bytes:
    if not isinstance(size, int) or isinstance(size, bool) or size != len(rest) or size < 4:
        raise MalformedRequest(
            "`binary_data_size` must be the number of bytes after the JSON, and those of a BYTES "
            "tensor begin with 4 bytes of length"
        )
    if int.from_bytes(rest[:4], "little") != size - 4:
        raise MalformedRequest("the length before the element is not that of the element")
    return rest[4:]


def _describe(output: Output) -> dict[str, Any]:
    if isinstance(output.value, str):
        return {"name": output.name, "shape": [1], "datatype": "BYTES"}
    datatype = "UINT8" if output.value.dtype == np.uint8 else "UINT16"
    return {"name": output.name, "shape": list(output.value.shape), "datatype": datatype}


def _to_json(output: Output) -> list[Any]:
    return [output.value] if isinstance(output.value, str) else output.value.ravel().tolist()


def _to_binary(output: Output) -> bytes:
    if isinstance(output.value, str):
        text = output.value.encode()
        return len(text).to_bytes(4, "little") + text
    datatype = "UINT8" if output.value.dtype == np.uint8 else "UINT16"
    return output.value.astype(_DTYPES[datatype], copy=False).tobytes()
