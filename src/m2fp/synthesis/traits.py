"""Who a synthetic person is: age, sex, build, descent and skin tone, before any clothes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

_AGE_YEARS = (1.0, 12.0, 25.0, 90.0)  # of MakeHuman's baby, child, young and old
_HEIGHT_YEARS = (1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 50, 90)
# Medians in metres, after the WHO's growth standards and references; old people lose a little.
_HEIGHT_M = {
    "female": (0.74, 0.86, 1.03, 1.15, 1.27, 1.39, 1.51, 1.60, 1.63, 1.63, 1.62, 1.56),
    "male": (0.76, 0.87, 1.03, 1.16, 1.27, 1.38, 1.49, 1.63, 1.73, 1.76, 1.75, 1.69),
}
_TONE = {"african": (0.62, 0.98), "asian": (0.15, 0.62), "caucasian": (0.02, 0.38)}


@dataclass(frozen=True, slots=True)
class Traits:
    """A person without pose and clothes.

    Attributes:
        years: age, 2..85.
        sex: "female" or "male".
        height_m: of the standing body without shoes.
        muscle, weight, stature, proportions, cup, firmness: 0..1, MakeHuman's factors of shape;
            weight goes on to 1.25, beyond its heaviest target; `stature` is how a tall or a short
            body is built, the size itself is height_m.
        african, asian, caucasian: shares of the features that MakeHuman mixes; sum to 1.
        skin_darkness: 0 the lightest skin, 1 the darkest.
    """

    years: float
    sex: str
    height_m: float
    muscle: float
    weight: float
    stature: float
    proportions: float
    cup: float
    firmness: float
    african: float
    asian: float
    caucasian: float
    skin_darkness: float

    @property
    def adult(self) -> bool:
        """Return whether the body is grown."""
        return self.years >= 16

    def factors(self) -> dict[str, float]:
        """Return the factors and descents of `shape_factors`, 0..1."""
        return {
            "sex": float(self.sex == "female"),
            "age": float(np.interp(self.years, _AGE_YEARS, np.linspace(0, 1, len(_AGE_YEARS)))),
            "muscle": self.muscle,
            "weight": self.weight,
            "height": self.stature,
            "proportions": self.proportions,
            "cup": self.cup,
            "firmness": self.firmness,
            "african": self.african,
            "asian": self.asian,
            "caucasian": self.caucasian,
        }

    def skin_group(self) -> str:
        """Return the skin tone in one of six words, for the scores by group."""
        names = ("very light", "light", "medium", "tan", "brown", "dark")
        return names[min(int(self.skin_darkness * len(names)), len(names) - 1)]

    def age_group(self) -> str:
        """Return "child" (under 13), "young" (under 30), "middle" (under 60) or "old"."""
        ages = ((13, "child"), (30, "young"), (60, "middle"))
        return next((name for end, name in ages if self.years < end), "old")


def random_traits(rng: Generator) -> Traits:
    """Return a person of any age, sex, build and descent; a fifth are children."""
    years = float(rng.uniform(2, 16) if rng.random() < 0.2 else 16 + 69 * rng.beta(1.2, 2.2))
    sex = "female" if rng.random() < 0.5 else "male"
    # Mostly one descent; the rest is mixed.
    shares = dict(zip(_TONE, rng.dirichlet([0.25] * 3).tolist(), strict=True))
    tone = sum(share * rng.uniform(*_TONE[name]) for name, share in shares.items())
    median = np.interp(years, _HEIGHT_YEARS, _HEIGHT_M[sex])
    weight = float(0.1 + 1.15 * rng.beta(2, 3))
    size = float(np.clip(rng.normal(0, 0.04), -0.1, 0.1))
    return Traits(
        years=years,
        sex=sex,
        height_m=float(median * (1 + size)),
        # MakeHuman's heavy bodies are fat only where there is little muscle.
        muscle=float(np.clip(rng.normal(0.65 - 0.45 * weight, 0.15), 0.05, 0.95)),
        weight=weight,
        stature=float(np.clip(0.45 + 3 * size, 0.2, 0.8)),
        proportions=float(rng.uniform(0.2, 0.9)),
        cup=float(np.clip(rng.normal(0.45, 0.2), 0.05, 0.95)),
        firmness=float(rng.uniform(0.25, 0.9)),
        **shares,
        skin_darkness=float(np.clip(tone + rng.normal(0, 0.05), 0, 1)),
    )
