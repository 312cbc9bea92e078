"""What a person wears: a random outfit that goes together, with more of what photos show rarely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from m2fp.synthesis import bottoms, outer, small_things, tops
from m2fp.synthesis.closet import Closet
from m2fp.synthesis.cuts import legs, sleeves
from m2fp.synthesis.garment import Garment
from m2fp.synthesis.hair import bun, long_hair, round_hair, short_hair
from m2fp.synthesis.library import Library
from m2fp.synthesis.tops import Fit
from m2fp.synthesis.traits import Traits

# How often each is worn; in CIHP hats, scarves, gloves and sunglasses are several times rarer.
_COAT = 0.30
_HAT = 0.22
_SCARF = 0.14
_SUNGLASSES = 0.14
_GLOVES = 0.09
_BAREFOOT = 0.08
_SWIM = 0.03
_SKIRTED = frozenset({"skirt", "dress", "coat"})
_BULK = {3: 0.012, 4: 0.02, 5: 0.02, 6: 0.04}  # metres by layer
_WHOLE_SET = 0.22  # a file of the library as it is
_FROM_LIBRARY = 0.4  # a piece of it, where there is one


@dataclass(frozen=True, slots=True, eq=False)
class Outfit:
    """What is worn.

    Attributes:
        garments: the inner ones first; hair is among them.
        name: of the outfit's kind, for the scores by group.
    """

    garments: tuple[Garment, ...]
    name: str

    @property
    def bulk(self) -> float:
        """Return how far the clothes stand off the trunk, metres on the template."""
        return max((_BULK.get(garment.layer, 0.0) for garment in self.garments), default=0.0)

    @property
    def skirted(self) -> bool:
        """Return whether the legs are in one tube."""
        return any(garment.name.split()[-1] in _SKIRTED for garment in self.garments)


def random_outfit(rng: Generator, traits: Traits, closet: Closet, library: Library) -> Outfit:
    """Return clothes, shoes and hair for a person."""
    name, worn = _clothes(rng, traits, closet, library)
    coat = [garment for garment in worn if garment.layer == 6]
    if name != "swimwear":
        if not coat and rng.random() < _COAT:
            coat = [outer.coat(rng, closet, Fit(tuck=False, loose=float(rng.random())))]
            worn += coat
        if rng.random() < _SCARF:
            worn += small_things.scarf(rng, closet, over_coat=bool(coat))
        if rng.random() < _GLOVES:
            worn.append(small_things.gloves(rng, closet))
    worn += _feet(rng, closet, library, worn, bare=name == "swimwear")
    hat = _hat(rng, closet, library) if rng.random() < _HAT else []
    worn += hat + _hair(rng, traits, closet, library, under_hat=bool(hat))
    if traits.years > 4 and rng.random() < _SUNGLASSES:
        worn.append(small_things.sunglasses(rng, closet))
    return Outfit(tuple(sorted(worn, key=lambda garment: garment.layer)), name)


def _clothes(
    rng: Generator, traits: Traits, closet: Closet, library: Library
) -> tuple[str, list[Garment]]:
    """Return what covers trunk and legs."""
    woman = traits.sex == "female"
    chance = rng.random()
    if chance < _SWIM:
        upper = [tops.bra(rng, closet)] if woman else []
        return "swimwear", [*upper, bottoms.briefs(rng, closet)]
    sets = {
        name: pieces
        for name, pieces in library.sets.items()
        if any(kind.slot == "top" for kind, _ in pieces) and (woman or not name.startswith("fem"))
    }
    if sets and chance < _SWIM + _WHOLE_SET:
        name = list(sets)[int(rng.integers(len(sets)))]
        pieces = [_altered(rng, kind.slot, garment, closet) for kind, garment in sets[name]]
        return "set", pieces
    if woman and rng.random() < 0.27:
        loose = float(rng.random())
        dress = outer.dress(rng, closet, Fit(tuck=False, loose=loose))
        return "dress", [dress]
    return _separates(rng, closet, library, woman=woman)


def _separates(
    rng: Generator, closet: Closet, library: Library, *, woman: bool
) -> tuple[str, list[Garment]]:
    """Return a top and something for the legs."""
    loose, lower_loose = float(rng.random()), float(rng.random())
    kinds = ("trousers", "shorts", "skirt", "leggings")
    shares = (0.5, 0.17, 0.21, 0.12) if woman else (0.76, 0.22, 0.0, 0.02)
    kind = str(rng.choice(kinds, p=shares))
    tuck = kind != "leggings" and rng.random() < 0.35
    offered = [garment for _, garment in library.pieces(kind)]
    if offered and rng.random() < _FROM_LIBRARY:
        lower = _altered(rng, kind, offered[int(rng.integers(len(offered)))], closet)
        thicker = 0.008
        tuck = False
    else:
        make: dict[str, Callable[[], Garment]] = {
            "trousers": lambda: bottoms.trousers(rng, closet, lower_loose, high=tuck),
            "shorts": lambda: bottoms.shorts(rng, closet, lower_loose, high=tuck),
            "skirt": lambda: bottoms.skirt(rng, closet, lower_loose),
            "leggings": lambda: bottoms.leggings(rng, closet, high=woman),
        }
        lower, thicker = make[kind](), 0.006 if kind == "skirt" else 0.004 * lower_loose
    upper = _top(rng, closet, library, Fit(tuck, loose), woman=woman)
    if not tuck and upper.thickness:
        upper = replace(upper, thickness=upper.thickness + thicker)
    return kind, [lower, upper]


def _top(rng: Generator, closet: Closet, library: Library, fit: Fit, *, woman: bool) -> Garment:
    offered = [
        garment for name, garment in library.pieces("top") if woman or not name.startswith("fem")
    ]
    if offered and not fit.tuck and rng.random() < _FROM_LIBRARY:
        return _altered(rng, "top", offered[int(rng.integers(len(offered)))], closet)
    kind = str(rng.choice(("shirt", "sweater", "singlet"), p=(0.6, 0.22, 0.18)))
    if kind == "sweater" and not fit.tuck:
        return tops.sweater(rng, closet, fit)
    if kind == "singlet":
        return tops.singlet(rng, closet, fit, woman=woman)
    return tops.shirt(rng, closet, fit, woman=woman)


def _altered(rng: Generator, slot: str, garment: Garment, closet: Closet) -> Garment:
    """Return a piece of the library with sleeves or legs cut shorter, at times."""
    where = closet.where
    if slot == "skirt":
        # Its mesh ends in a point in the middle, which no skirt has.
        hem = float(rng.uniform(-0.275, -0.12))
        cover = np.minimum(garment.covers(where), where.y - hem)
        return replace(garment, cut=lambda at: at.y - hem, cover=cover)
    if rng.random() < 0.6 or slot not in ("top", "trousers"):
        return garment
    if slot == "top":
        end = float(rng.uniform(0.06, where.wrist))
        cover = np.minimum(garment.covers(where), sleeves(where, end))
        return replace(garment, cut=lambda at: sleeves(at, end), cover=cover)
    end = float(rng.uniform(0.22, where.ankle))
    cover = np.minimum(garment.covers(where), legs(where, end))
    return replace(garment, cut=lambda at: legs(at, end), cover=cover)


def _feet(
    rng: Generator, closet: Closet, library: Library, worn: list[Garment], *, bare: bool
) -> list[Garment]:
    if rng.random() < (0.75 if bare else _BAREFOOT):
        return []
    covered = any(garment.name.startswith("trousers") for garment in worn)
    skirted = any(garment.name in ("skirt", "dress") for garment in worn)
    sets = [pieces for name, pieces in library.sets.items() if name.startswith("shoes")]
    if skirted and rng.random() < 0.25:
        under = [bottoms.tights(closet)]
    else:
        under = [bottoms.socks(rng, closet)] if rng.random() < 0.6 else []
    if sets and rng.random() < 0.5:
        pieces = sets[int(rng.integers(len(sets)))]
        if under and under[0].name == "socks" and rng.random() < 0.5:
            return [garment for _, garment in pieces]  # with their own socks
        return under + [garment for kind, garment in pieces if kind.slot == "shoes"]
    if rng.random() < 0.06 and under:  # in socks or tights
        return under
    return [*under, bottoms.shoes(rng, closet, narrow=not covered)]


def _hat(rng: Generator, closet: Closet, library: Library) -> list[Garment]:
    offered = [garment for _, garment in library.pieces("hat")]
    if offered and rng.random() < 0.25:
        return [offered[int(rng.integers(len(offered)))]]
    return small_things.hat(rng, closet)


def _hair(
    rng: Generator, traits: Traits, closet: Closet, library: Library, *, under_hat: bool
) -> list[Garment]:
    woman = traits.sex == "female"
    if not woman and traits.years > 25 and rng.random() < 0.12:
        return []  # shaved: the scalp is labelled hair and drawn as stubble
    offered = [
        garment
        for name, garment in library.hair.items()
        if woman == name.startswith(("bob", "braid", "long", "ponytail", "short03"))
        or rng.random() < 0.06
    ]
    if offered and not under_hat and rng.random() < 0.6:
        return [offered[int(rng.integers(len(offered)))]]
    if traits.african > 0.5 and not under_hat and rng.random() < 0.35:
        return round_hair(rng, closet)
    if rng.random() < (0.62 if woman else 0.06):
        if not under_hat and rng.random() < 0.25:
            return bun(rng, closet)
        return long_hair(rng, closet, flat=under_hat)
    receding = 0.04 * max(0.0, min(1.0, (traits.years - 25) / 40)) if not woman else 0.0
    lift = float(rng.uniform(-0.02, 0.008) + receding * rng.random())
    return short_hair(rng, closet, lift=lift, flat=under_hat)
