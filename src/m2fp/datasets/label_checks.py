"""What every reader checks of a photo's labels: known ids, one size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.labelled_photo import IGNORE
from m2fp.datasets.photo_file import in_words
from m2fp.errors import DataError
from m2fp.labels import LabelScheme

_SHOWN = 5


def check_ids(path: Path, categories: NDArray[np.uint8], scheme: LabelScheme) -> None:
    """Raise DataError (``unknown_id``) where a label picture has ids that the scheme lacks."""
    count = scheme.num_parts_and_background
    if categories.max(initial=0) < count:
        return
    strangers = set(np.unique(categories).tolist()) - {*range(count), IGNORE}
    if strangers:
        raise DataError(
            f"{path} has {_ids_in_words(strangers)}; label scheme {scheme.name}, by which it was "
            f"read, ends at {count - 1} (and {IGNORE} is unknown). If the labels follow another "
            "scheme, name it with --scheme",
            path=str(path),
            code="unknown_id",
        )


def check_size(path: Path, size: tuple[int, ...], other: Path, other_size: tuple[int, ...]) -> None:
    """Raise DataError (``size_mismatch``) where two label pictures of a photo differ in size.

    Args:
        path: of one, which is named as the odd one out.
        size: its (H, W).
        other: of the other.
        other_size: its (H, W).
    """
    if size != other_size:
        raise DataError(
            f"{path} is {in_words(size)}, {other} is {in_words(other_size)}; the labels of a photo "
            "must have one size",
            path=str(path),
            code="size_mismatch",
        )


def _ids_in_words(ids: set[int]) -> str:
    shown = ", ".join(map(str, sorted(ids)[:_SHOWN])) + (", ..." if len(ids) > _SHOWN else "")
    return f"the id {shown}" if len(ids) == 1 else f"the ids {shown}"
