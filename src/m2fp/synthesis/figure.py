"""A synthetic person, from nothing but chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.synthesis.body import Body, make_body
from m2fp.synthesis.closet import Closet, closet
from m2fp.synthesis.garment import HIDE_M, Piece, tailored
from m2fp.synthesis.joints import JOINT_NAMES, joint_places
from m2fp.synthesis.level_cut import used_vertices
from m2fp.synthesis.library import EMPTY, read_library
from m2fp.synthesis.mesh import Figure, Mesh
from m2fp.synthesis.poses import Pose, random_pose
from m2fp.synthesis.skinning import posed
from m2fp.synthesis.traits import Traits, random_traits
from m2fp.synthesis.wardrobe import Outfit, random_outfit

_GIVE_M = 0.008


def make_figure(rng: Generator, assets: Path | None = None, *, split: str | None = None) -> Figure:
    """Return a random person: body, pose, clothes, labels.

    Feet or whatever is lowest at y = 0, the origin under the middle of the body; who stands upright
    looks along z. Takes some 50 ms; the first call reads bodies and assets.

    Args:
        rng: decides everything; the same state gives the same figure.
        assets: folder of MakeHuman's clothes, hair and poses; None: all is made from the body.
        split: "train" or "val": only that split's share of the assets, see `library.HELD_OUT`.

    Raises:
        MissingExtra: anny is not installed.
        DataError: the assets cannot be read.
    """
    surfaces = closet()
    library = EMPTY if assets is None else read_library(assets)
    if split is not None:
        library = library.split(split)
    traits = random_traits(rng)
    body = make_body(traits, surfaces.data)
    outfit = random_outfit(rng, traits, surfaces, library)
    pose = random_pose(
        body, rng, library.poses, bulk=outfit.bulk * body.scale, skirted=outfit.skirted
    )
    pieces = dressed(body, surfaces, outfit)
    vertices = [posed(piece.rest, piece.weights, pose.motions) for piece in pieces]
    joints = joint_places(body, pose.motions)
    shift = _to_ground(np.concatenate(vertices))
    meshes = tuple(
        Mesh(
            piece.name,
            places + shift,
            piece.triangles,
            piece.parts,
            piece.fine_parts,
            piece.uv,
            piece.material,
        )
        for piece, places in zip(pieces, vertices, strict=True)
    )
    joints = joints + shift
    return Figure(meshes, joints, JOINT_NAMES, _described(traits, pose, outfit, body, joints))


def dressed(body: Body, surfaces: Closet, outfit: Outfit) -> list[Piece]:
    """Return skin and garments in the rest pose, without what is certainly under something."""
    where = surfaces.where.placed(body.vertices, body.joints, body.data)
    covers = [garment.covers(where) for garment in outfit.garments]
    worn: list[Piece] = []
    layers: list[int] = []
    for garment in outfit.garments:
        over = [
            cover
            for other, cover in zip(outfit.garments, covers, strict=True)
            if other.layer > garment.layer
        ]
        inner = [
            piece
            for piece, other in zip(worn, layers, strict=True)
            if other < garment.layer and garment.presses
        ]
        piece = tailored(garment, body, over, inner)
        if piece is not None:
            worn.append(piece)
            layers.append(garment.layer)
    return [_skin(body, surfaces, covers), *worn]


def _skin(body: Body, surfaces: Closet, covers: list[NDArray[np.float32]]) -> Piece:
    skin = surfaces.skin
    rest = skin.bound.of(body.vertices)
    hidden = skin.bound.of(np.maximum.reduce(covers))
    seen = (hidden[skin.triangles] < HIDE_M).any(axis=1)
    # What is under cloth gives way, so that it does not poke through where limbs bend.
    push = np.clip(hidden / HIDE_M, 0, 1) * np.float32(_GIVE_M * body.scale)
    rest = rest + surfaces.inward * push[:, None]
    triangles, rows = used_vertices(skin.triangles[seen])
    return Piece(
        "skin",
        rest[rows],
        skin.weights[rows],
        triangles,
        skin.parts[seen],
        skin.fine_parts[seen],
        skin.uv[rows],
        "skin",
    )


def _to_ground(vertices: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    middle = (low + high) / 2
    return np.array([-middle[0], -low[1], -middle[2]], np.float32)


def _described(
    traits: Traits, pose: Pose, outfit: Outfit, body: Body, joints: NDArray[np.float32]
) -> dict[str, str | float]:
    said: dict[str, str | float] = {
        "age": traits.years,
        "age_group": traits.age_group(),
        "sex": traits.sex,
        "height_m": traits.height_m,
        "weight": traits.weight,
        "skin": traits.skin_group(),
        "skin_darkness": traits.skin_darkness,
        "pose": pose.name,
        "outfit": outfit.name,
        "worn": ", ".join(garment.name for garment in outfit.garments),
    }
    if pose.seated:
        hips = [JOINT_NAMES.index(name) for name in ("left-hip", "right-hip")]
        # The hip joints are a hand's breadth above what one sits on.
        said["seat_height"] = max(0.0, float(joints[hips, 1].mean()) - 0.095 * body.scale)
    return said
