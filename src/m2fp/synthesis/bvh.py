"""Poses from BVH files, as MakeHuman writes them: one frame, joints named as its bones.

MakeHuman's files have z up and y to the back; turns are read as matrices in our axes (y up).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError
from m2fp.synthesis.skinning import rotation

# From the file's axes to ours: x, z, -y.
_AXES = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def read_bvh(path: Path) -> dict[str, NDArray[np.float64]]:
    """Return the turn (3, 3) of every joint in the first frame, relative to its parent's.

    Raises:
        DataError: the file cannot be read as BVH.
    """
    try:
        tree, _, motion = path.read_text(encoding="utf-8").partition("MOTION")
        channels = _channels(tree)
        values = [float(word) for word in motion.partition("Frame Time:")[2].split()[1:]]
        return _turns(channels, values)
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise DataError(f"{path} is not a readable .bvh file: {error}", path=str(path)) from error


def _channels(tree: str) -> list[tuple[str, str]]:
    """Return (joint, channel) in the order of the values of a frame."""
    found = []
    joint = ""
    for line in tree.splitlines():
        match line.split():
            case ["ROOT" | "JOINT", name]:
                joint = name
            case ["CHANNELS", _, *names]:
                found += [(joint, name) for name in names]
    return found


def _turns(channels: list[tuple[str, str]], values: list[float]) -> dict[str, NDArray[np.float64]]:
    if not channels or len(values) < len(channels):
        raise ValueError("a frame has fewer values than the joints have channels")
    turns: dict[str, NDArray[np.float64]] = {}
    for (joint, channel), value in zip(channels, values, strict=False):
        turn = turns.setdefault(joint, np.eye(3))
        if channel.endswith("rotation"):
            axis = np.eye(3)["XYZ".index(channel[0])]
            turns[joint] = turn @ rotation(axis, np.radians(value))
    return {joint: _AXES @ turn @ _AXES.T for joint, turn in turns.items()}
