"""Results as Hugging Face's inference API writes image segmentation.

    [{"score": 0.93, "label": "upper-clothes", "mask": "<base64 PNG>"}, ...]

One entry a part of a person, in the order of the result's segments. The shape has no room for whose
a part is; the result document has.
"""

from __future__ import annotations

import json

from m2fp.results import Result
from m2fp.results.document import SCORE_DIGITS
from m2fp.service.rendering.masks import base64_mask


def to_hugging_face(result: Result) -> bytes:
    """Return the list as JSON; masks are as large as the photo, one at a time in memory."""
    entries = [
        {
            "score": round(segment.score, SCORE_DIGITS),
            "label": segment.label,
            "mask": base64_mask(segment.mask),
        }
        for segment in result.segments
    ]
    return json.dumps(entries, allow_nan=False).encode()
