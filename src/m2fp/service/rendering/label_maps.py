"""Results as two pictures and a table, in one zip file.

    parts.png      8-bit indexed, pixel = label id, with the scheme's palette
    persons.png    16-bit greyscale, pixel = person id
    segments.json  the result document without its masks, which the pictures hold

A zip rather than multipart/mixed: every system opens it, a browser saves it as one file, a job
keeps it under one key, and hardly any HTTP client reads multipart answers. Its members are stored,
not compressed, because PNG is already, so that cutting them out needs no inflating either.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Final

from m2fp.results import Result
from m2fp.results.document import to_document
from m2fp.results.files import encode

PARTS_NAME: Final = "parts.png"
PERSONS_NAME: Final = "persons.png"
SEGMENTS_NAME: Final = "segments.json"

# The earliest that zip knows: equal results are equal bytes, and nobody learns when it was made.
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


def to_label_maps(result: Result) -> bytes:
    """Return the zip file."""
    document = to_document(result, masks=False)
    members = {
        PARTS_NAME: encode(result, "parts"),
        PERSONS_NAME: encode(result, "persons"),
        SEGMENTS_NAME: json.dumps(document, ensure_ascii=False, allow_nan=False).encode(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), content)
    return buffer.getvalue()
