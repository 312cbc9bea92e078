"""Hair that starts at the crown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.synthesis.capsule_person import capsule_person

from m2fp.synthesis.combing import combed
from m2fp.synthesis.mesh import Figure
from m2fp.synthesis.shapes import ball, moved

HAIR = moved(ball(0.1), (0.3, 1.6, 0.0))


def head(turn: float) -> Figure:
    """Return a figure whose head leans by `turn` radians to its left."""
    up = np.array([np.sin(turn), np.cos(turn), 0])
    left = np.array([np.cos(turn), -np.sin(turn), 0])
    marks = {"left-ear": left, "right-ear": -left, "crown": up, "nose": np.array([0, 0, 1.0])}
    joints = np.array([0.1 * mark + (0.3, 1.6, 0) for mark in marks.values()], np.float32)
    return replace(capsule_person(np.random.default_rng(1)), joints=joints, joint_names=(*marks,))


@pytest.mark.parametrize("turn", [0.0, 0.5, 1.5])
def test_the_axis_is_that_of_the_head(turn: float) -> None:
    uv = combed(HAIR, head(turn)).uv
    along = np.array([np.sin(turn), np.cos(turn), 0])
    # The hair at the crown lies on the axis, which passes two centimetres behind the ears.
    crown = int((HAIR.vertices @ along).argmax())
    np.testing.assert_allclose(uv[crown], (0, 0.02), atol=0.03)
    front = int(HAIR.vertices[:, 2].argmax())
    np.testing.assert_allclose(uv[front], (0, 0.12), atol=0.03)


def test_without_a_head_hair_hangs_about_its_own_middle() -> None:
    uv = combed(HAIR, capsule_person(np.random.default_rng(1))).uv
    np.testing.assert_allclose(uv, HAIR.vertices[:, [0, 2]] - (0.3, 0), atol=0.01)
