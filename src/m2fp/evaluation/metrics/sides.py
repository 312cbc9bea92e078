"""How often left and right are told apart.

A pixel is decided when the labels and the prediction both see, say, an arm there, whichever. The
share of the decided pixels whose side agrees says how well sides are known apart from how well
arms are found: 0.5 is guessing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from m2fp.evaluation.metrics.confusion import ConfusionMatrix
from m2fp.labels import LabelScheme

LIMBS = ("arm", "leg")
_SIDE = re.compile(r"(?<![^\W_])(left|right)(?![^\W_])[\W_]*", re.IGNORECASE)  # a word of a name


@dataclass(frozen=True, slots=True)
class SideScore:
    """One pair of sides, or several together.

    Attributes:
        name: "arm", "leg", "shoe", ...; both names where they do not differ in their side alone;
            "limbs" for arms and legs; "all" for every pair.
        decided: pixels that are such a part in labels and prediction.
        agreed: those with the same side in both.
    """

    name: str
    decided: int
    agreed: int

    @property
    def share(self) -> float | None:
        """Return agreed / decided, or None if nothing is decided."""
        return self.agreed / self.decided if self.decided else None


def side_scores(confusion: ConfusionMatrix, scheme: LabelScheme) -> tuple[SideScore, ...]:
    """Return the score of every pair of the scheme, then of the limbs, then of all pairs.

    Empty for schemes without sides.
    """
    pairs = [_score(confusion, scheme, pair) for pair in scheme.flip_pairs]
    if not pairs:
        return ()
    limbs = [pair for pair in pairs if pair.name in LIMBS]
    return (*pairs, _together("limbs", limbs), _together("all", pairs))


def _score(confusion: ConfusionMatrix, scheme: LabelScheme, pair: tuple[int, int]) -> SideScore:
    block = confusion.counts[np.ix_(pair, pair)]
    return SideScore(_name(scheme, pair), decided=int(block.sum()), agreed=int(block.trace()))


def _name(scheme: LabelScheme, pair: tuple[int, int]) -> str:
    """Return what both names say beside the side; both names if that is not the same."""
    names = [scheme.label(label_id).name for label_id in pair]
    one, other = (_SIDE.sub("", name).strip(" -_").casefold() for name in names)
    return one if one and one == other else " / ".join(names)


def _together(name: str, scores: Sequence[SideScore]) -> SideScore:
    return SideScore(
        name,
        decided=sum(score.decided for score in scores),
        agreed=sum(score.agreed for score in scores),
    )
