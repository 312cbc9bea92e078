"""Where a person's joints are in a photo: a side file `joints.json` in a data set's root.

    {"0001": {"points": [[x, y, visibility], ...], "disputed": []}, "0002": null, ...}

One entry to a photo, by its name: 33 points in pixels of the photo in the order of the MediaPipe
(BlazePose) landmarks, with left and right the person's own; `disputed` lists limb pairs ("arms",
"legs") whose left and right are not certain. Such people, and null, count as having no joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.json_file import read_json
from m2fp.errors import DataError

FILE_NAME = "joints.json"
LANDMARKS = 33


@dataclass(frozen=True, slots=True, eq=False)
class Joints:
    """The joints of one person, (x, y) in pixels from the photo's corner, float64.

    Attributes:
        head: (2,), the nose.
        shoulders, elbows, wrists, hands, hips, knees, ankles, toes: (2, 2) each, the person's left
            one first; hands are between the knuckles.
    """

    head: NDArray[np.float64]
    shoulders: NDArray[np.float64]
    elbows: NDArray[np.float64]
    wrists: NDArray[np.float64]
    hands: NDArray[np.float64]
    hips: NDArray[np.float64]
    knees: NDArray[np.float64]
    ankles: NDArray[np.float64]
    toes: NDArray[np.float64]

    def scaled(self, factor: float) -> Joints:
        """Return the joints in a photo scaled by a factor."""
        return Joints(*(getattr(self, name) * factor for name in self.__slots__))


def joints_from(points: NDArray[np.float64]) -> Joints:
    """Return the joints among MediaPipe's landmarks, (33, 2) in pixels."""
    pairs = {number: points[number : number + 2] for number in range(11, 32, 2)}
    return Joints(
        head=points[0],
        shoulders=pairs[11],
        elbows=pairs[13],
        wrists=pairs[15],
        hands=(pairs[17] + pairs[19]) / 2,
        hips=pairs[23],
        knees=pairs[25],
        ankles=pairs[27],
        toes=pairs[31],
    )


def read_joints(path: Path, name: str) -> Joints | None:
    """Return the joints of a photo, None where the file has none for it or doubts them.

    Raises:
        DataError: the file is missing, is not such a file, or the entry is not as said above.
    """
    entry = _table(path).get(name)
    if entry is None:
        return None
    try:
        points = np.array(entry["points"], np.float64)
        disputed = list(entry.get("disputed", ()))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _not_joints(path, name) from error
    if points.ndim != 2 or points.shape[0] != LANDMARKS or points.shape[1] < 2:
        raise _not_joints(path, name)
    return None if disputed or not np.isfinite(points).all() else joints_from(points[:, :2])


@lru_cache(maxsize=8)
def _table(path: Path) -> dict[str, Any]:
    # Read once to a process: it holds the joints of thousands of photos.
    return read_json(path).values


def _not_joints(path: Path, name: str) -> DataError:
    return DataError(
        f"{path}: the entry of photo {name!r} needs points, {LANDMARKS} of [x, y, visibility]",
        path=str(path),
    )
