"""A tiny ONNX model that parses pictures of flat-coloured people exactly.

The colour of a pixel is its label: red says which part, green says which person, and blue tells
people (255) from background (0). Every query of the model compares the mean colour of a 4 x 4 cell
with the colour it stands for. So `draw_people` can say beforehand what the parser must answer, and
a test runs the true path: decoding, resizing, ONNX Runtime, post-processing.

The answer is exact, corners aside, where the picture is not resized (`SHORT_SIDE` x `LONG_SIDE`)
and every edge lies on a multiple of 4; otherwise it is off by about a pixel along the edges.
Interpolation rounds corners by one pixel; `assert_parsed` leaves those pixels out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from m2fp.imaging import AnyRule, InputRule
from m2fp.labels import get_scheme
from m2fp.registry.model_info import METADATA_KEY, ModelInfo
from m2fp.results import Result

SHORT_SIDE, LONG_SIDE = 96, 128
SCALE = ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0))  # mean and std that give 0..1
RULE = InputRule(SHORT_SIDE, LONG_SIDE, 32, *SCALE)
LEVELS = (40, 100, 160, 220)  # the red of the parts, the green of the people
LABELS = {"cihp": (2, 13, 5, 9), "lip": (2, 13, 5, 9)}  # hair, face, upper-clothes, pants

_CLASS_LOGIT = 6.0  # probability 0.995 in 21 + 1 classes
_MASK_LOGIT = 8.0
_TOLERANCE = (25.0 / 255.0) ** 2  # squared colour distance at which a mask ends

Colour = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class FakePerson:
    """A rectangle of four equal bands, one per part. `slot` 0..3 chooses the green."""

    slot: int
    left: int
    top: int
    width: int
    height: int


def draw_people(
    size: tuple[int, int], people: Sequence[FakePerson], scheme: str = "cihp"
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Return (pixels uint8 (H, W, 3), part_map uint8 (H, W), person_map uint16 (H, W)).

    Later people cover earlier ones. Ids run from left to right, as the parser numbers them.
    """
    pixels = np.zeros((*size, 3), np.uint8)
    part_map = np.zeros(size, np.uint8)
    owner = np.full(size, -1)
    for number, person in enumerate(people):
        columns = slice(person.left, person.left + person.width)
        for band, label in enumerate(LABELS[scheme]):
            top = person.top + band * person.height // 4
            rows = slice(top, person.top + (band + 1) * person.height // 4)
            pixels[rows, columns] = (LEVELS[band], LEVELS[person.slot], 255)
            part_map[rows, columns] = label
            owner[rows, columns] = number
    corners = []
    for number in np.unique(owner[owner >= 0]):
        ys, xs = np.nonzero(owner == number)
        corners.append((xs.min(), ys.min(), number))
    person_map = np.zeros(size, np.uint16)
    for position, (_, _, number) in enumerate(sorted(corners), start=1):
        person_map[owner == number] = position
    return pixels, part_map, person_map


def assert_parsed(
    result: Result, part_map: npt.NDArray[np.uint8], person_map: npt.NDArray[np.uint16]
) -> None:
    """Assert that the result shows these maps, on every pixel that is not a corner of theirs."""
    code = part_map.astype(np.int64) * 1000 + person_map
    framed = np.pad(code, 1, mode="edge")
    vertical = (code != framed[:-2, 1:-1]) | (code != framed[2:, 1:-1])
    horizontal = (code != framed[1:-1, :-2]) | (code != framed[1:-1, 2:])
    straight = ~(vertical & horizontal)
    np.testing.assert_array_equal(result.part_map[straight], part_map[straight])
    np.testing.assert_array_equal(result.person_map[straight], person_map[straight])


def build_fake_model(
    path: Path,
    *,
    scheme: str = "cihp",
    name: str = "fake",
    precision: str = "fp32",
    rule: AnyRule = RULE,
    metadata: str | None = None,
) -> Path:
    """Return the path after writing the model there.

    Args:
        path: the file to write.
        scheme: "cihp" (with people) or "lip" (without).
        name: the model's name in its metadata.
        precision: likewise.
        rule: likewise; it must scale values from 0..255 to 0..1.
        metadata: replaces the whole metadata document; "" leaves it out.
    """
    model = helper.make_model(
        _graph(scheme), opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    if metadata is None:
        metadata = ModelInfo(
            name=name,
            scheme=get_scheme(scheme),
            input=rule,
            precision=precision,
            licence="Apache-2.0",
            sha256="",
            description="Reads labels from flat colours; for tests.",
        ).to_metadata()
    if metadata:
        helper.set_model_props(model, {METADATA_KEY: metadata})
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def _queries(scheme_name: str) -> list[tuple[int, Colour]]:
    """Return (class, colour) per query; None stands for any value of that channel."""
    scheme = get_scheme(scheme_name)
    queries: list[tuple[int, Colour]] = [(0, (None, None, 0.0))]
    for green in LEVELS:
        if scheme.person_class is not None:
            queries.append((scheme.person_class, (None, float(green), 255.0)))
        for red, label in zip(LEVELS, LABELS[scheme_name], strict=True):
            queries.append((label, (float(red), float(green), 255.0)))
    return queries


def _graph(scheme_name: str) -> onnx.GraphProto:
    queries = _queries(scheme_name)
    classes = get_scheme(scheme_name).class_count
    # One more query than needed, which is always "no object".
    class_logits = np.zeros((1, len(queries) + 1, classes + 1), np.float32)
    class_logits[0, -1, -1] = _CLASS_LOGIT
    # logit = gain x (tolerance - sum over channels of (x - colour)^2), as a 1 x 1 convolution
    # over the channels x and x^2.
    gain = _MASK_LOGIT / _TOLERANCE
    weights = np.zeros((len(queries) + 1, 6, 1, 1), np.float32)
    bias = np.full(len(queries) + 1, gain * _TOLERANCE, np.float32)
    for number, (label, colour) in enumerate(queries):
        class_logits[0, number, label] = _CLASS_LOGIT + 2.0
        for channel, value in enumerate(colour):
            if value is not None:
                target = value / 255.0
                weights[number, channel] = 2.0 * gain * target
                weights[number, channel + 3] = -gain
                bias[number] -= gain * target**2
    constants = {
        "constant_classes": class_logits,
        "weights": weights,
        "bias": bias,
        "low": np.array(-_MASK_LOGIT, np.float32),
        "high": np.array(_MASK_LOGIT, np.float32),
    }
    nodes = [
        helper.make_node("AveragePool", ["pixels"], ["cells"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Mul", ["cells", "cells"], ["squares"]),
        helper.make_node("Concat", ["cells", "squares"], ["features"], axis=1),
        helper.make_node("Conv", ["features", "weights", "bias"], ["raw_masks"]),
        # Equal limits on both sides put the zero crossing exactly on the edge between two cells.
        helper.make_node("Clip", ["raw_masks", "low", "high"], ["mask_logits"]),
        helper.make_node("Identity", ["constant_classes"], ["class_logits"]),
    ]
    count = len(queries) + 1
    return helper.make_graph(
        nodes,
        "fake",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [
            helper.make_tensor_value_info(
                "class_logits", TensorProto.FLOAT, [1, count, classes + 1]
            ),
            helper.make_tensor_value_info(
                "mask_logits", TensorProto.FLOAT, [1, count, "rows", "columns"]
            ),
        ],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
