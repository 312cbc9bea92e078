"""A synthetic picture with its labels, from one stream of random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.datasets import IGNORE, LabelledPhoto, Sample
from m2fp.synthesis.bystander import Bystander
from m2fp.synthesis.camera import Camera
from m2fp.synthesis.finish import finish
from m2fp.synthesis.renderer import Drawn, Renderer
from m2fp.synthesis.scene import FigureMaker, Scene, make_scene

# A person of whom less is left visible is taken out of the labels, as in composed groups.
MIN_VISIBLE = 0.06
MIN_PIXELS = 64
_SELF_HIDDEN_M = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class PersonRecord:
    """What is known of a labelled person beside the masks.

    Attributes:
        number: the person's id in the labels.
        visible: share of the part of the body inside the picture that nothing hides.
        joints: x and y in pixels (pixel j covers [j, j + 1)) and COCO's flag: 0 outside the
            picture, 1 hidden, 2 visible; by name, left and right by anatomy.
        traits: see `Figure`.
    """

    number: int
    visible: float
    joints: dict[str, tuple[float, float, int]]
    traits: dict[str, str | float]


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticPicture:
    """A picture and all that is known about it.

    Attributes:
        photo: pixels, CIHP ids and person ids; 1 is the person nearest to the camera. Of people
            who are nearly hidden the category is 255 and the person 0.
        fine: uint8 (H, W), MHP-v2 ids, 0 where that scheme has none, 255 as above.
        depth: float32 (H, W), metres along the view, 0 behind the people and their things.
        people: in the order of their ids.
    """

    photo: LabelledPhoto
    fine: NDArray[np.uint8]
    depth: NDArray[np.float32]
    people: tuple[PersonRecord, ...]


def make_picture(
    renderer: Renderer,
    rng: Generator,
    make_figure: FigureMaker,
    scenes: Sequence[Sample] = (),
    *,
    from_behind: float = 0.0,
) -> SyntheticPicture:
    """Return a picture whose longer side is the renderer's size; the rest as for `make_scene`."""
    scene_rng, lens_rng = rng.spawn(2)
    scene = make_scene(
        scene_rng, make_figure, long_side=renderer.size, scenes=scenes, from_behind=from_behind
    )
    drawn = renderer.draw(scene.front, scene.backdrop, scene.camera, scene.light, scene.prints)
    pixels = finish(drawn, scene.far, scene.camera.focal_px, lens_rng)
    return labelled(pixels, drawn, scene)


def labelled(pixels: NDArray[np.uint8], drawn: Drawn, scene: Scene) -> SyntheticPicture:
    """Return the finished pixels with the labels of what was drawn."""
    numbers = np.zeros(256, np.uint16)
    records: list[PersonRecord] = []
    for drawn_as, one in enumerate(scene.people, 1):
        share = visible_share(drawn.people == drawn_as, one.points, scene.camera)
        seen = int((drawn.people == drawn_as).sum())
        if seen >= MIN_PIXELS and share >= MIN_VISIBLE:
            numbers[drawn_as] = len(records) + 1
            joints = _joints(one, drawn_as, drawn, scene.camera)
            records.append(PersonRecord(len(records) + 1, share, joints, one.figure.traits))
    humans = numbers[drawn.people]
    unknown = (drawn.people > 0) & (humans == 0)
    categories = np.where(unknown, IGNORE, drawn.parts).astype(np.uint8)
    fine = np.where(unknown, IGNORE, drawn.fine_parts).astype(np.uint8)
    photo = LabelledPhoto(pixels, categories, humans)
    return SyntheticPicture(photo, fine, drawn.depth, tuple(records))


def visible_share(own: NDArray[np.bool_], points: NDArray[np.floating], camera: Camera) -> float:
    """Return which share of a body's points inside the picture lies on the body's own pixels.

    own: bool (H, W); points: (P, 3), metres in the world. 0 if no point is inside.
    """
    x, y, inside = _pixels(points, camera)
    if not inside.any():
        return 0.0
    return float(own[y[inside], x[inside]].mean())


def _pixels(
    points: NDArray[np.floating], camera: Camera
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    height, width = camera.size
    seen = camera.project(points)
    x, y = np.floor(np.clip(seen[:, :2], -1e6, 1e6)).astype(np.int64).T
    inside = (seen[:, 2] > 0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return x, y, inside


def _joints(
    one: Bystander, drawn_as: int, drawn: Drawn, camera: Camera
) -> dict[str, tuple[float, float, int]]:
    seen = camera.project(one.joints)
    x, y, inside = _pixels(one.joints, camera)
    joints = {}
    for index, name in enumerate(one.figure.joint_names):
        flag = 0
        if inside[index]:
            at = y[index], x[index]
            covered = seen[index, 2] - drawn.depth[at] > _SELF_HIDDEN_M
            flag = 2 if drawn.people[at] == drawn_as and not covered else 1
        joints[name] = (round(float(seen[index, 0]), 2), round(float(seen[index, 1]), 2), flag)
    return joints
