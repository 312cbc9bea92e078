"""Score a model on synthetic people by who they are and how they are seen.

    python recipes/builtin/subgroups.py SYNTHETIC [MODEL] [--split val]

SYNTHETIC is a set of `m2fp synth`. Every labelled person is paired with the predicted one of
highest IoU and counts as found if that is above 0.5. The mIoU is over CIHP's 19 part classes, of
the pixels that either of the two has; of who was not found there are only the labelled ones. Arms,
legs and shoes: of the pixels that are one and are called one, those whose side is right.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m2fp import Parser
from m2fp.datasets import open_dataset

CLASSES = 20
ANKLES = ("left-ankle", "right-ankle")
AGES = ((0, 13, "child"), (13, 20, "teenager"), (20, 60, "adult"), (60, 200, "old"))
LONG_SIDE = 512
LIMBS = (14, 16, 18)  # arms, legs, shoes: the left one; the right one follows
TURNED = 0.08  # distance of the shoulders in heights; below it somebody is seen from the side


class Group:
    """What is counted of the people of a group."""

    def __init__(self) -> None:
        self.people = 0
        self.found = 0
        self.matched_iou = 0.0
        self.confusion = np.zeros((CLASSES, CLASSES), np.int64)

    def row(self) -> tuple[float, ...]:
        """Return people, found, mean IoU of the found, mIoU of parts that occur, right sides."""
        right = self.confusion.diagonal().astype(float)
        union = self.confusion.sum(0) + self.confusion.sum(1) - right
        parts = (right / np.maximum(union, 1))[1:][union[1:] > 0]
        return (
            self.people,
            self.found / self.people,
            self.matched_iou / max(self.found, 1),
            float(parts.mean()) if len(parts) else 0.0,
            *(self._side(left) for left in LIMBS),
        )

    def _side(self, left: int) -> float:
        both = self.confusion[left : left + 2, left : left + 2]
        return float(both.trace() / max(both.sum(), 1))


def groups_of(person: dict[str, Any], tall: float, people: int) -> list[tuple[str, str]]:
    """Return (aspect, group) of a person; tall: pixels of height in a picture of LONG_SIDE."""
    traits = person["traits"]
    ankles = any(person["joints"][name][2] > 0 for name in ANKLES)
    age = next(name for low, high, name in AGES if low <= traits["age"] < high)
    return [
        ("all", "all"),
        ("sex", traits["sex"]),
        ("age", age),
        ("skin", traits["skin"]),
        ("people in the picture", "1" if people == 1 else "2-4" if people < 5 else "5-8"),
        ("body", "full, with feet" if ankles else "cut off"),
        ("height", "< 64 px" if tall < 64 else "64-128 px" if tall < 128 else "> 128 px"),
        ("seen", "most" if person["visible"] > 0.6 else "at most 60 %"),
        ("seen from", facing(person, tall)),
    ]


def facing(person: dict[str, Any], tall: float) -> str:
    """Return from where somebody is seen, by where the shoulders are in the picture."""
    left, right = (person["joints"][f"{side}-shoulder"][0] for side in ("left", "right"))
    if abs(left - right) < TURNED * tall:
        return "the side"
    return "the front" if left > right else "behind"


def pair(own: NDArray[np.bool_], person_map: NDArray[np.uint16]) -> tuple[float, NDArray[np.bool_]]:
    """Return the best IoU and the mask of the predicted person who has it."""
    areas = np.bincount(person_map.ravel())
    shared = np.bincount(person_map[own], minlength=len(areas))
    shared[0] = 0  # nobody
    iou = shared / np.maximum(areas + own.sum() - shared, 1)
    best = int(iou.argmax())
    return float(iou[best]), person_map == best


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("model", nargs="?", default="builtin")
    parser.add_argument("--split", default="val")
    options = parser.parse_args()
    groups: dict[tuple[str, str], Group] = defaultdict(Group)
    parse = Parser(options.model)
    for sample in open_dataset(options.data, layout="cihp").samples(options.split):
        photo = sample.read()
        traits = Path(sample.image).parent.parent / "People" / f"{sample.name}.json"
        people = json.loads(traits.read_text(encoding="utf-8"))
        result = parse(photo.pixels)
        for person in people:
            own = photo.humans == person["person"]
            if not own.any():
                continue
            iou, guess = pair(own, result.person_map)
            found = iou > 0.5
            truth = np.where(own, photo.categories, 0)
            parts = np.where(guess & found, result.part_map, 0)
            known = (own | (guess & found)) & (truth < CLASSES)
            counts = np.bincount(
                truth[known].astype(int) * CLASSES + parts[known], minlength=CLASSES**2
            ).reshape(CLASSES, CLASSES)
            rows = np.flatnonzero(own.any(axis=1))
            tall = (rows[-1] - rows[0] + 1) * LONG_SIDE / max(own.shape)
            for key in groups_of(person, tall, len(people)):
                group = groups[key]
                group.people += 1
                group.found += found
                group.matched_iou += iou if found else 0.0
                group.confusion += counts
    print(
        "| | | people | found, % | IoU of the found, % | mIoU of parts, % "
        "| arms, right side, % | legs | shoes |"
    )
    print("| --- | --- |" + " ---: |" * 7)
    for (aspect, name), group in sorted(groups.items()):
        count, *shares = group.row()
        print(
            f"| {aspect} | {name} | {count} | "
            + " | ".join(f"{100 * s:.1f}" for s in shares)
            + " |"
        )


if __name__ == "__main__":
    main()
