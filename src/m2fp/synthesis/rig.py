"""Setting up a pose: the trunk by angles, hands and feet by where they shall be.

Places are metres in the person's own rest pose, as if the trunk were upright: a hand's place moves
along when the trunk bends. Elbows and knees follow from the lengths of the bones and a direction
that they point to (two-bone inverse kinematics).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.body import Body
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.skinning import bone_motions, rotation, rotation_between

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")
_NECK = ("neck01", "neck02", "neck03", "head")
_SIGN = {"L": 1.0, "R": -1.0}


class Rig:
    """The joints of one body while its pose is made up; angles are degrees."""

    def __init__(self, body: Body, bulk: float = 0.0) -> None:
        """Begin with the rest pose; bulk: how far clothes stand off the trunk, metres."""
        self._data = body.data
        self._body = body
        self._bulk = bulk
        self._rest = body.joints.astype(np.float64)
        self.turns = np.tile(np.eye(3), (len(self._rest), 1, 1))
        self.scale = body.scale

    def at(self, bone: str) -> Vector:
        """Return the place of a bone's head in the rest pose."""
        place: Vector = self._rest[self._data.bone(bone)]
        return place

    def bone_names(self) -> frozenset[str]:
        """Return the names of the bones."""
        return frozenset(self._data.bone_names.tolist())

    def girth(self, y: float) -> tuple[float, float, float]:
        """Return how far the clothed trunk reaches aside, ahead and back at a template's level.

        The first counts from the middle, the others are places on the z axis.
        """
        rows = _trunk_at(self._data, y)
        band = self._body.vertices[rows]
        aside, ahead, back = np.abs(band[:, 0]).max(), band[:, 2].max(), band[:, 2].min()
        return float(aside) + self._bulk, float(ahead) + self._bulk, float(back) - self._bulk

    def length(self, start: str, end: str) -> float:
        """Return the distance of two joints in the rest pose."""
        return float(np.linalg.norm(self.at(end) - self.at(start)))

    def turn(self, bone: str, matrix: Matrix) -> None:
        """Add a turn to a joint, in the frame of its parent."""
        row = self._data.bone(bone)
        self.turns[row] = matrix @ self.turns[row]

    def whole(self, *, forward: float = 0.0, left: float = 0.0, turn: float = 0.0) -> None:
        """Lean the whole body forward and to its left, then turn it to its left."""
        self.turn("root", euler(forward, left, turn))

    def trunk(self, *, forward: float = 0.0, left: float = 0.0, turn: float = 0.0) -> None:
        """Bend the spine, the same share at every joint."""
        self._chain(_SPINE, forward, left, turn)

    def head(self, *, forward: float = 0.0, left: float = 0.0, turn: float = 0.0) -> None:
        """Bend neck and head."""
        self._chain(_NECK, forward, left, turn)

    def _chain(self, bones: Sequence[str], forward: float, left: float, turn: float) -> None:
        share = euler(forward / len(bones), left / len(bones), turn / len(bones))
        for bone in bones:
            self.turn(bone, share)

    def hand(self, side: str, place: Vector, elbow: Vector, *, roll: float = 0.0) -> None:
        """Put a wrist to a place; `elbow`: where the elbow points; roll: the palm turns down."""
        chain = (f"upperarm01.{side}", f"lowerarm01.{side}", f"wrist.{side}")
        shoulder = self.at(chain[0])
        # A raised arm lifts the shoulder blade by a quarter of its angle beyond 60 degrees.
        reach = place - shoulder
        raised = np.degrees(np.arctan2(reach[1], np.hypot(reach[0], reach[2]))) + 90
        lift = rotation(np.array([0, 0, _SIGN[side]]), np.radians(max(raised - 60, 0) * 0.25))
        self.turn(f"clavicle.{side}", lift)
        moved = self.at(f"clavicle.{side}") + lift @ (shoulder - self.at(f"clavicle.{side}"))
        self._bend(chain, lift.T @ (place - moved), lift.T @ elbow)
        fore = self.at(chain[2]) - self.at(chain[1])
        half = rotation(fore, np.radians(roll / 2) * _SIGN[side])
        self.turn(f"lowerarm02.{side}", half)
        self.turn(f"wrist.{side}", half)

    def foot(self, side: str, place: Vector, knee: Vector, *, toes_up: float = 0.0) -> None:
        """Put an ankle to a place; `knee`: where the knee points; the foot stays level.

        Call it after `whole`: places are in the world's axes about the hips, so that the feet stay
        where they are however the body leans.
        """
        chain = (f"upperleg01.{side}", f"lowerleg01.{side}", f"foot.{side}")
        root = self.turns[self._data.bone("root")]
        hip = self.at("root") + root @ (self.at(chain[0]) - self.at("root"))
        self._bend(chain, root.T @ (place - hip), root.T @ knee)
        above = root
        for bone in (f"pelvis.{side}", *chain[:1], f"upperleg02.{side}", chain[1]):
            above = above @ self.turns[self._data.bone(bone)]
        heading = np.degrees(np.arctan2(knee[0], max(knee[2], 0.2)))
        self.turn(chain[2], above.T @ euler(-toes_up, 0, 0.7 * heading))

    def fingers(self, side: str, curl: float) -> None:
        """Bend the fingers towards the palm at every joint."""
        across = self.at(f"finger5-1.{side}") - self.at(f"finger2-1.{side}")
        bend = rotation(across * _SIGN[side], np.radians(curl))
        for finger in range(2, 6):
            for joint in range(1, 4):
                self.turn(f"finger{finger}-{joint}.{side}", bend)

    def _bend(self, chain: tuple[str, str, str], reach: Vector, pole: Vector) -> None:
        """Turn a limb so that its end is at `reach` from its start, bent towards `pole`."""
        start, middle, end = (self.at(bone) for bone in chain)
        upper, lower = middle - start, end - middle
        first, second = float(np.linalg.norm(upper)), float(np.linalg.norm(lower))
        wanted = float(np.linalg.norm(reach))
        distance = max(wanted, abs(first - second) * 1.1 + 0.02)
        distance = min(distance, (first + second) * 0.998)
        along = reach / max(wanted, 1e-9)
        across = pole - along * (pole @ along)
        across /= max(float(np.linalg.norm(across)), 1e-9)
        part = (first**2 - second**2 + distance**2) / (2 * distance)
        knee = along * part + across * np.sqrt(max(first**2 - part**2, 0.0))
        target = along * distance - knee
        # The plane of the bend decides how the limb turns about itself.
        hinge = np.cross(upper, lower) if "arm" in chain[0] else np.array([1.0, 0, 0])
        bent = np.cross(knee, target)
        before, after = _frame(upper, hinge), _frame(knee, bent)
        turn = after @ before.T
        self.turn(chain[0], turn)
        self.turn(chain[1], rotation_between(lower, turn.T @ target))

    def motions(self) -> NDArray[np.float32]:
        """Return the motions of the bones, float32 (J, 3, 4)."""
        return bone_motions(
            self._rest.astype(np.float32), self._data.bone_parents, self.turns.astype(np.float32)
        )


@cache
def _trunk_at(data: BodyData, y: float) -> NDArray[np.int64]:
    """Return the skin's base vertices within two centimetres of a level, without the arms."""
    skin = data.template[: data.skin_vertices]
    arms = data.weights[: len(skin), data.bones("upperarm", "lowerarm", "wrist", "finger")]
    near = (np.abs(skin[:, 1] - y) < 0.02) & (arms.sum(axis=1) < 0.05)
    return np.flatnonzero(near & (np.abs(skin[:, 0]) < 0.25))


def euler(forward: float, left: float, turn: float) -> Matrix:
    """Return the matrix that leans forward, then to the left, then turns left; degrees."""
    x, y, z = np.eye(3)
    lean = rotation(z, np.radians(-left)) @ rotation(x, np.radians(forward))
    return rotation(y, np.radians(turn)) @ lean


def _frame(along: Vector, normal: Vector) -> Matrix:
    first = along / np.linalg.norm(along)
    third = normal - first * (normal @ first)
    third /= max(float(np.linalg.norm(third)), 1e-9)
    return np.stack([first, np.cross(third, first), third], axis=1)
