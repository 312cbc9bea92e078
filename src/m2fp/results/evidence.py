"""What the network said before every pixel was given to one person and one part.

The maps of a result have room for one answer per pixel. Callers of the older ModelScope pipelines
expect all answers, overlapping ones too, so a result keeps them in their smallest exact form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from m2fp.imaging.grid_to_photo import GridPlacement, GridWindow


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One mask that the network took for a part or for a person.

    Attributes:
        class_id: a label id other than the background, or the scheme's person class.
        probability: of the class, 0..1.
        window: the mask, as far as it matters.
        score: what the merging of several views made of the score, 0..1; None for one view, whose
            scores are probability x mean mask probability inside the mask.
    """

    class_id: int
    probability: float
    window: GridWindow
    score: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Instances:
    """What a model for several people found: masks, most probable first.

    Each takes 4 bytes per mask cell of its window, whatever the size of the photo.

    Attributes:
        items: those of the hundred most probable (mask, class) pairs that could matter. Of several
            views (`TestTimeAugmentation`) they are merged, and come best score first.
        placement: where the photo lies under the masks.
    """

    items: tuple[Instance, ...]
    placement: GridPlacement


@dataclass(frozen=True, slots=True, eq=False)
class ClassScores:
    """What a model for one person found: how sure it was of the classes in the part map.

    Attributes:
        scores: per label id in the part map, the background included, the mean over its pixels of
            sigmoid(semantic score); 0.5 at least, because semantic scores are not negative.
    """

    scores: Mapping[int, float]


Evidence: TypeAlias = Instances | ClassScores
