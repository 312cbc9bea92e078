"""Results with the keys of ModelScope's human parsing pipelines.

    {"masks": ["<base64 PNG>", ...], "labels": ["Hair", ..., "Human"], "scores": [0.97, ...]}

The same masks, labels and scores as `Result.to_modelscope`, which overlap as ModelScope's do. The
pipeline's arrays as lists of numbers would be 150 MB for a megapixel; as pictures they are a
thousandth of that: `np.asarray(Image.open(BytesIO(b64decode(mask)))) > 0`.
"""

from __future__ import annotations

import json
from typing import Any

from m2fp.results import NoEvidence, Result
from m2fp.results.document import SCORE_DIGITS
from m2fp.results.modelscope import found_masks
from m2fp.service.rendering.masks import base64_mask


def to_modelscope_json(result: Result) -> bytes:
    """Return the document as JSON; masks are as large as the photo, one at a time in memory.

    Raises:
        NoEvidence: the result was made from maps, not by a parser.
    """
    if result.evidence is None:
        raise NoEvidence("this result was made from maps, which hold no overlapping masks")
    document: dict[str, list[Any]] = {"masks": [], "labels": [], "scores": []}
    for found in found_masks(result.evidence, result.part_map, result.scheme):
        document["masks"].append(base64_mask(found.mask > 0))
        document["labels"].append(found.label)
        document["scores"].append(round(found.score, SCORE_DIGITS))
    return json.dumps(document, allow_nan=False).encode()
