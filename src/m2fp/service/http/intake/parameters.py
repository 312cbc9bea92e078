"""The parameters of parsing, from the address and from the fields of a form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.requests import Request

from m2fp.errors import ModelNotFound
from m2fp.service.errors import InvalidParameter
from m2fp.service.http.parts import Parts
from m2fp.service.jobs import ParseOptions
from m2fp.service.rendering import FORMATS
from m2fp.service.workers.workbench import augmentation_of

FormatName = Literal["json", "label-maps", "overlay", "coco", "hf", "modelscope"]

# A request may cost so much: every further look at a picture is another run of the network.
LEAST_SCALE: Final = 0.5
MOST_SCALE: Final = 2.0
MOST_SCALES: Final = 4
MOST_WORK: Final = 16.0  # in looks at the usual size; one of twice the size is four of them

# Formats by the media types that a client may ask for instead.
_BY_MEDIA_TYPE: Final[Mapping[str, FormatName]] = {
    "image/png": "overlay",
    "image/*": "overlay",
    "application/zip": "label-maps",
    "application/json": "json",
}


def _split(value: object) -> object:
    """Return the parts of texts with commas."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return value
    return [part.strip() for text in value for part in str(text).split(",")]


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("a name has no control characters")
    return value


class _Views(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: Annotated[
        str | None,
        AfterValidator(lambda value: value if value is None else _printable(value)),
        Field(
            max_length=200,
            description="Name of the model; without it, the one that is served. See /v1/models.",
        ),
    ] = None
    flip: Annotated[
        bool,
        Field(
            description="Look at the mirrored picture too, at every scale: twice the work, and a "
            "little better."
        ),
    ] = False
    scales: Annotated[
        list[Annotated[float, Field(ge=LEAST_SCALE, le=MOST_SCALE, allow_inf_nan=False)]],
        BeforeValidator(_split),
        Field(
            min_length=1,
            max_length=MOST_SCALES,
            description="Sizes at which the picture is looked at, 1 = as usual; with commas, each "
            "once. The sum of their squares, twice that with `flip`, is the work, which may be at "
            f"most {MOST_WORK:g}.",
            examples=[[1.0], [0.75, 1.0, 1.25]],
        ),
    ] = [1.0]


class ParseParameters(_Views):
    """The parameters of POST /v1/parse."""

    format: Annotated[
        FormatName | None,
        Field(description="What is answered; without it, the header Accept decides, else json."),
    ] = None


class JobParameters(_Views):
    """The parameters of POST /v1/jobs."""

    format: Annotated[
        list[FormatName],
        BeforeValidator(_split),
        Field(
            min_length=1,
            max_length=len(FORMATS),
            description="Formats that every picture gets; repeated, or with commas.",
            examples=[["json"], ["json", "overlay"]],
        ),
    ] = ["json"]


# The same list as a field of a form.
SCALES_TEXT: Final[Mapping[str, Any]] = {
    "type": "string",
    "description": f"1 to {MOST_SCALES} of {LEAST_SCALE:g}..{MOST_SCALE:g}, with commas; see the "
    "parameter.",
    "examples": ["0.75,1,1.25"],
}

_Parameters = TypeVar("_Parameters", ParseParameters, JobParameters)


def with_fields(parameters: _Parameters, fields: Iterable[tuple[str, str]]) -> _Parameters:
    """Return parameters of the address with those of a form, which win.

    Raises:
        RequestValidationError: a field is unknown, or has a value that it cannot have.
    """
    lists = {"scales", "format"} if isinstance(parameters, JobParameters) else {"scales"}
    given: dict[str, Any] = {}
    for name, value in fields:
        if name in lists:
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    if not given:
        return parameters
    try:
        merged = parameters.model_dump(exclude_unset=True) | given
        return type(parameters).model_validate(merged)
    except ValidationError as error:
        raise RequestValidationError(_in_body(error)) from None


def _in_body(error: ValidationError) -> list[dict[str, Any]]:
    faults = error.errors(include_url=False, include_context=False)
    return [{**fault, "loc": ("body", *fault["loc"])} for fault in faults]


def chosen_format(parameters: ParseParameters, request: Request) -> FormatName:
    """Return the format that is asked for, by name or by media type."""
    if parameters.format is not None:
        return parameters.format
    for media_type in _by_preference(request.headers.get("accept", "")):
        found = _BY_MEDIA_TYPE.get(media_type)
        if found is not None:
            return found
    return "json"


def _by_preference(accept: str) -> list[str]:
    """Return the media types of Accept, the most wanted first (RFC 9110, section 12.5.1)."""
    weighed = []
    for choice in accept.split(","):
        media_type, *parameters = (item.strip().lower() for item in choice.split(";"))
        weights = [item[2:] for item in parameters if item.startswith("q=")]
        found = re.fullmatch(r"(0|1)(\.\d{0,3})?", weights[0]) if weights else None
        weight = float(found[0]) if found else 1.0
        if weight > 0:
            weighed.append((weight, media_type))
    return [media_type for _, media_type in sorted(weighed, key=lambda item: -item[0])]


def options_of(
    parameters: ParseParameters | JobParameters, formats: Iterable[str], parts: Parts
) -> ParseOptions:
    """Return what a worker is to do.

    Raises:
        ModelNotFound: it names a model that is not served.
        InvalidParameter: a scale is there twice, or all views together are too much work.
    """
    options = ParseOptions(
        model=served_model(parameters.model, parts),
        formats=tuple(dict.fromkeys(formats)),
        flip=parameters.flip,
        scales=tuple(parameters.scales),
    )
    augmentation_of(options)
    work = sum(scale**2 for scale in options.scales) * (2 if options.flip else 1)
    if work > MOST_WORK:
        raise InvalidParameter(
            f"these views are {work:.1f} times the work of one look at the usual size; at most "
            f"{MOST_WORK:g} times are accepted: send fewer or smaller scales",
            parameter="scales",
        )
    return options


def served_model(name: str | None, parts: Parts) -> str:
    """Return the name by which workers know the model.

    Raises:
        ModelNotFound: it is not served.
    """
    if name is None or name in served_names(parts):
        return parts.model
    raise ModelNotFound(
        f"this service has no model {name!r}; GET /v1/models lists what it has", model=name
    )


def served_names(parts: Parts) -> tuple[str, ...]:
    """Return the names of the model that is served: as in the file, and as in the settings.

    A path in the settings is no name: it is nobody's business where the file lies.
    """
    info = parts.pool.states().model
    names = [info.name] if info is not None else []
    if "/" not in parts.model and "\\" not in parts.model:
        names.append(parts.model)
    return tuple(dict.fromkeys(names))
