"""A person of capsules, in place of a real figure: quick, simple, left and right known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.mesh import Figure, Mesh
from m2fp.synthesis.shapes import capsule, merged

# x of what is on the person's left is positive: that is our left when we look at the back.
_LIMBS = {
    "trunk": ((0, 0.95, 0), (0, 1.35, 0), 0.16, 5),
    "head": ((0, 1.6, 0), (0, 1.66, 0), 0.1, 13),
    "hair": ((0, 1.72, -0.02), (0, 1.72, -0.03), 0.09, 2),
    "left arm": ((0.24, 1.35, 0), (0.3, 0.85, 0), 0.05, 14),
    "right arm": ((-0.24, 1.35, 0), (-0.3, 0.85, 0), 0.05, 15),
    "left leg": ((0.1, 0.85, 0), (0.1, 0.1, 0), 0.075, 16),
    "right leg": ((-0.1, 0.85, 0), (-0.1, 0.1, 0), 0.075, 17),
    "left shoe": ((0.1, 0.05, 0), (0.1, 0.05, 0.15), 0.05, 18),
    "right shoe": ((-0.1, 0.05, 0), (-0.1, 0.05, 0.15), 0.05, 19),
}
_MATERIALS = {"trunk": "cloth", "hair": "hair", "left shoe": "leather", "right shoe": "leather"}


def capsule_person(rng: Generator) -> Figure:
    """Return a figure, 1.4 to 1.9 m tall, with T-shirt, shorts-less legs and shoes."""
    scale = rng.uniform(0.8, 1.05)
    skin, worn = [], []
    for name, (start, end, radius, part) in _LIMBS.items():
        ends = np.array([start, end]) * scale
        mesh = capsule(ends[0], ends[1], radius * scale, part=part, fine_part=part)
        if name in _MATERIALS:
            worn.append(replace(mesh, name=name, material=_MATERIALS[name]))
        else:
            skin.append(mesh)
    body: Mesh = replace(merged(skin), name="skin", material="skin")
    joints = {name: np.array(limb[1]) * scale for name, limb in _LIMBS.items()}
    return Figure(
        (body, *worn),
        np.array(list(joints.values()), np.float32),
        tuple(joints),
        {"age": 30.0, "sex": "female", "skin_darkness": float(rng.random())},
    )


def capsule_figure(rng: Generator, assets: Path | None, *, split: str) -> Figure:
    """Return the same, called as `m2fp.synthesis.figure.make_figure` is."""
    assert assets is None or assets.is_dir()
    assert split in ("train", "val")
    return capsule_person(rng)
