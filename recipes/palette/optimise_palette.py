"""Choose the colours of the label schemes and write them into src/m2fp/labels/schemes/*.json.

Run from the repository root (numpy and scipy are needed; about half a minute on one core):

    python recipes/palette/optimise_palette.py

Simulated annealing in CIE Lab spreads the colours so that the smallest CIEDE2000 difference is
large for usual vision and for full protanopia and deuteranopia. Left and right of a pair share a
hue: the left one is light, the right one dark. Black is the background and takes part. CIHP, LIP,
ATR, MHP-v1, CCP-14 and PASCAL-Person-Part draw from one set, so that a name has one colour in all
of them; MHP-v2 has 58 parts, too many for that, and a set of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from colour_vision import SIMULATIONS, ciede2000, lab, least_difference
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

SCHEMES = Path(__file__).resolve().parents[2] / "src" / "m2fp" / "labels" / "schemes"
SHARED_PAIRS = ("arm", "leg", "shoe")
SHARED_SINGLES = [
    *("hat", "hair", "glove", "sunglasses", "upper-clothes", "dress", "coat", "socks", "pants"),
    *("torso-skin", "scarf", "skirt", "face", "jumpsuits", "belt", "bag"),
]
# Same thing, other word: these names borrow a colour.
BORROWED = {
    "skin": "torso-skin",
    "shoes": "left-shoe",
    "head": "face",
    "torso": "upper-clothes",
    "upper-arm": "left-arm",
    "lower-arm": "right-arm",
    "upper-leg": "left-leg",
    "lower-leg": "right-leg",
}
# Where a colour is easily remembered; the rest go where they fall.
WISHES = {
    "hair": (120, 70, 30),
    "face": (255, 190, 140),
    "torso-skin": (225, 150, 110),
    "pants": (40, 80, 200),
    "upper-clothes": (220, 40, 40),
    "dress": (240, 60, 160),
    "skirt": (170, 60, 190),
    "coat": (40, 150, 60),
    "hat": (250, 220, 40),
    "sunglasses": (80, 80, 80),
}
NORMAL_WEIGHT = 0.7  # usual vision may be asked for 1/0.7 of the distance of the others
LIGHT = (32.0, 92.0)  # L* range: darker drowns in the background, lighter in the paper
LEAST_CHROMA = 18.0  # greys disappear over a photograph
PAIR_STEP = (24.0, 42.0)  # L* between the two sides of a pair
XYZ_TO_RGB = np.linalg.inv(
    np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
)
WHITE = np.array([0.95047, 1.0, 1.08883])


@dataclass(frozen=True, slots=True)
class Group:
    """A single colour (one L, C) or a pair (two L, C) on one hue; hue in radians."""

    hue: float
    light_chroma: tuple[tuple[float, float], ...]


def to_rgb(lab_colours: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return whole-number sRGB 0-255 (n, 3), or None when a colour is outside sRGB."""
    fy = (lab_colours[:, 0] + 16) / 116
    f = np.stack([fy + lab_colours[:, 1] / 500, fy, fy - lab_colours[:, 2] / 200], axis=1)
    xyz = np.where(f > 6 / 29, f**3, (116 * f - 16) * 27 / 24389) * WHITE
    linear = xyz @ XYZ_TO_RGB.T
    if linear.min() < -1e-4 or linear.max() > 1 + 1e-4:
        return None
    linear = np.clip(linear, 0, 1)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(srgb * 255), dtype=np.float64)


def colours_of(group: Group) -> NDArray[np.float64] | None:
    """Return sRGB (1 or 2, 3) of the group, or None when it breaks a rule."""
    lights = [light for light, _ in group.light_chroma]
    chromas = [chroma for _, chroma in group.light_chroma]
    if min(lights) < LIGHT[0] or max(lights) > LIGHT[1] or min(chromas) < LEAST_CHROMA:
        return None
    if len(lights) == 2 and not PAIR_STEP[0] <= lights[0] - lights[1] <= PAIR_STEP[1]:
        return None
    ab = (np.cos(group.hue), np.sin(group.hue))
    return to_rgb(np.array([[li, ch * ab[0], ch * ab[1]] for li, ch in group.light_chroma]))


def random_group(rng: np.random.Generator, size: int) -> Group:
    """Return a group of this size that keeps the rules."""
    while True:
        low = rng.uniform(*LIGHT)
        lights = (low,) if size == 1 else (low + rng.uniform(*PAIR_STEP), low)
        group = Group(rng.uniform(0, 2 * np.pi), tuple((li, rng.uniform(18, 110)) for li in lights))
        if colours_of(group) is not None:
            return group


def moved(group: Group, rng: np.random.Generator, step: float) -> Group:
    """Return the group shifted a little at random."""
    return Group(
        group.hue + rng.normal(0, 0.5 * step),
        tuple(
            (light + rng.normal(0, 12 * step), chroma + rng.normal(0, 18 * step))
            for light, chroma in group.light_chroma
        ),
    )


def anneal(sizes: list[int], rounds: int, seed: int) -> list[NDArray[np.float64]]:
    """Return sRGB colours per group, far apart for every vision and from black."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    groups = [random_group(rng, size) for size in sizes]
    found = [colours_of(group) for group in groups]
    rgb = np.concatenate([np.zeros((1, 3)), *[c for c in found if c is not None]])
    slots = np.concatenate([[-1], owner])
    weights = np.array([NORMAL_WEIGHT if name == "normal" else 1.0 for name in SIMULATIONS])
    seen = np.stack([lab(rgb, name) for name in SIMULATIONS])  # (visions, n, 3)
    for turn in range(rounds):
        progress = turn / rounds
        tau, step = 2.5 * 0.12**progress, 0.6 * 0.08**progress
        pick = int(rng.integers(len(sizes)))
        group = moved(groups[pick], rng, step)
        candidate = colours_of(group)
        if candidate is None:
            continue
        mine = np.flatnonzero(slots == pick)
        new = np.stack([lab(candidate, name) for name in SIMULATIONS])
        change = crowding(seen, new, mine, weights, tau) - crowding(
            seen, seen[:, mine], mine, weights, tau
        )
        if change < 0 or rng.random() < np.exp(-change / (0.02 * (1 - progress) + 1e-6)):
            groups[pick] = group
            rgb[mine], seen[:, mine] = candidate, new
    return [rgb[slots == index] for index in range(len(sizes))]


def crowding(
    seen: NDArray[np.float64],
    new: NDArray[np.float64],
    mine: NDArray[np.intp],
    weights: NDArray[np.float64],
    tau: float,
) -> float:
    """Return how much ``new`` colours at the places ``mine`` crowd the others and each other."""
    rest = np.delete(seen, mine, axis=1)
    apart = ciede2000(new[:, :, None], rest[:, None]) * weights[:, None, None]
    total = np.exp(-(apart - 8) / tau).sum()
    if len(mine) == 2:
        total += np.exp(-(ciede2000(new[:, 0], new[:, 1]) * weights - 8) / tau).sum()
    return float(total)


def name_colours(
    pair_names: list[tuple[str, str]], singles: list[str], rounds: int, seeds: range
) -> dict[str, tuple[int, int, int]]:
    """Return the best palette of several runs, names put on the colours that suit them."""
    sizes = [2] * len(pair_names) + [1] * len(singles)
    runs = [anneal(sizes, rounds, seed) for seed in seeds]
    best = max(runs, key=lambda run: score(np.concatenate([np.zeros((1, 3)), *run])))
    named = {
        name: colour
        for names, colours in zip(pair_names, best[: len(pair_names)], strict=True)
        for name, colour in zip(names, colours, strict=True)
    }
    free = np.concatenate(best[len(pair_names) :])
    cost = np.zeros((len(singles), len(free)))
    for row, name in enumerate(singles):
        if name in WISHES:
            cost[row] = ciede2000(lab(np.array(WISHES[name], dtype=float)), lab(free))
    rows, columns = linear_sum_assignment(cost)
    named |= {singles[row]: free[column] for row, column in zip(rows, columns, strict=True)}
    return {name: (int(c[0]), int(c[1]), int(c[2])) for name, c in named.items()}


def score(rgb: NDArray[np.float64]) -> float:
    """Return the smallest weighted difference over all kinds of vision."""
    return min(
        least_difference(rgb, name) * (NORMAL_WEIGHT if name == "normal" else 1.0)
        for name in SIMULATIONS
    )


def write(name: str, colours: dict[str, tuple[int, int, int]]) -> None:
    """Put the colours into one scheme file and report its smallest differences."""
    path = SCHEMES / f"{name}.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    for label in data["labels"][1:]:
        key = label["name"]
        label["colour"] = "#" + bytes(colours[BORROWED.get(key, key)]).hex()
    head = [
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},"
        for key, value in data.items()
        if key != "labels"
    ]
    rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in data["labels"])
    path.write_text("\n".join(["{", *head, f'  "labels": [\n{rows}\n  ]\n}}\n']), encoding="utf-8")
    rgb = np.array([list(bytes.fromhex(row["colour"][1:])) for row in data["labels"]], dtype=float)
    least = ", ".join(f"{kind} {least_difference(rgb, kind):.1f}" for kind in SIMULATIONS)
    print(f"{name}: smallest CIEDE2000 {least}")


def main() -> None:
    """Optimise both sets and rewrite the scheme files."""
    pairs = [(f"left-{part}", f"right-{part}") for part in SHARED_PAIRS]
    shared = name_colours(pairs, SHARED_SINGLES, rounds=25_000, seeds=range(3))
    for name in ("cihp", "lip", "atr", "mhp-v1", "ppp", "ppp-schp", "ccp14"):
        write(name, shared)
    data = json.loads((SCHEMES / "mhp-v2.json").read_text(encoding="utf-8"))
    names = [label["name"] for label in data["labels"]]
    mhp_pairs = [(names[left], names[right]) for left, right in data["flip_pairs"]]
    sides = {side for pair in mhp_pairs for side in pair}
    singles = [name for name in names[1:] if name not in sides]
    write("mhp-v2", name_colours(mhp_pairs, singles, rounds=40_000, seeds=range(1)))


if __name__ == "__main__":
    main()
