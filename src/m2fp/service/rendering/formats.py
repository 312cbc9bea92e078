"""The formats in which the service hands out a result.

    name        media type        suffix           content
    json        application/json  json             the result document (m2fp.results.document)
    label-maps  application/zip   label-maps.zip   parts.png, persons.png, segments.json
    overlay     image/png         overlay.png      the photo with coloured parts and outlined people
    coco        application/json  coco.json        a COCO data set of this one photo
    hf          application/json  hf.json          Hugging Face's image-segmentation output
    modelscope  application/json  modelscope.json  ModelScope's keys, masks as base64 PNG

Nothing of the photo's own metadata (EXIF, position, camera, file name) gets into any of them: they
are made of pixels and label maps, and those carry none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from m2fp.results import Result
from m2fp.results.files import encode
from m2fp.service.errors import InvalidParameter
from m2fp.service.rendering.hugging_face import to_hugging_face
from m2fp.service.rendering.label_maps import to_label_maps
from m2fp.service.rendering.modelscope import to_modelscope_json

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a result.

    Attributes:
        name: as requests name it.
        media_type: for Content-Type.
        suffix: for file names and keys, without the first dot; no two formats share one.
        to_bytes: writes a result.
    """

    name: str
    media_type: str
    suffix: str
    to_bytes: Callable[[Result], bytes]


def _table(*formats: Format) -> Mapping[str, Format]:
    return MappingProxyType({item.name: item for item in formats})


FORMATS: Final = _table(
    Format("json", JSON, "json", lambda result: encode(result, "json")),
    Format("label-maps", "application/zip", "label-maps.zip", to_label_maps),
    Format("overlay", "image/png", "overlay.png", lambda result: encode(result, "overlay")),
    Format("coco", JSON, "coco.json", lambda result: encode(result, "coco")),
    Format("hf", JSON, "hf.json", to_hugging_face),
    Format("modelscope", JSON, "modelscope.json", to_modelscope_json),
)


def check_formats(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, each once and in their order.

    Raises:
        InvalidParameter: there is none, or one is no format.
    """
    chosen = tuple(dict.fromkeys(names))
    unknown = [name for name in chosen if name not in FORMATS]
    if unknown or not chosen:
        what = f"{', '.join(map(repr, unknown))} is unknown" if unknown else "names nothing"
        raise InvalidParameter(
            f"format {what}; choose from: {', '.join(FORMATS)}", parameter="format"
        )
    return chosen


def render(result: Result, name: str) -> bytes:
    """Return the result in the format of this name.

    Raises:
        InvalidParameter: there is no such format.
    """
    (name,) = check_formats([name])
    return FORMATS[name].to_bytes(result)
