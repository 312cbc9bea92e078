"""What a figure's skin, hair and clothes look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.labels import get_scheme
from m2fp.synthesis.cloth_patterns import DESIGNS
from m2fp.synthesis.colours import (
    cloth_colour,
    dimmed,
    hair_colour,
    iris_colour,
    linear,
    mixed,
    shoe_colour,
    skin_colour,
)
from m2fp.synthesis.material import Kind, Material
from m2fp.synthesis.mesh import Figure, Mesh
from m2fp.synthesis.surface import metres_per_uv
from m2fp.synthesis.textures import layer_of

# Share of garments with a design; others are of one colour.
_DESIGNED = {
    "hat": 0.25,
    "glove": 0.2,
    "upper-clothes": 0.45,
    "dress": 0.6,
    "coat": 0.2,
    "socks": 0.4,
    "pants": 0.14,
    "scarf": 0.55,
    "skirt": 0.5,
}
_WEAVES = {
    "hat": ("felt", "knit", "canvas"),
    "glove": ("knit", "grain", "felt"),
    "coat": ("felt", "canvas", "grain", "twill", "fur"),
    "socks": ("ribbed", "knit"),
    "pants": ("canvas", "twill", "twill"),
    "scarf": ("knit", "knit", "felt", "canvas"),
    "left-shoe": ("grain", "grain", "canvas"),
}
_WEAVE_M = {
    "canvas": 0.05,
    "twill": 0.06,
    "knit": 0.10,
    "ribbed": 0.09,
    "felt": 0.12,
    "grain": 0.07,
    "fur": 0.15,
}
# The middle of the chest in the body's texture coordinates, and how wide prints are there.
_CHEST = (0.379, 0.735)
_CHEST_M = (0.16, 0.30)


def looks_of(
    figure: Figure, rng: Generator, prints_left: list[int]
) -> list[Mapping[int, Material]]:
    """Return the materials of every mesh of the figure, by CIHP id.

    prints_left: print layers that nobody wears yet; what is taken is removed.
    """
    age = _number(figure, "age", 30.0)
    darkness = _number(figure, "skin_darkness", float(rng.random()))
    hair = hair_colour(age, darkness, rng)
    skin = _skin(age, darkness, hair, figure, rng)
    worn: dict[tuple[str, int], Material] = {}
    looks: list[Mapping[int, Material]] = []
    for mesh in figure.meshes:
        own: dict[int, Material] = {}
        for part in np.unique(mesh.parts).tolist():
            one_side = _ONE_SIDE[part]
            key = (_without_side(mesh.name), one_side)
            if mesh.material == "skin":
                own[part] = skin
            elif mesh.material == "hair":
                own[part] = _hair(hair, rng)
            else:
                if key not in worn:
                    worn[key] = _garment(one_side, mesh, rng, prints_left)
                own[part] = worn[key]
        looks.append(own)
    return looks


def _one_side() -> NDArray[np.int64]:
    # Both shoes look alike, so the right one is treated as a left one.
    table = np.arange(256)
    for left, right in get_scheme("cihp").flip_pairs:
        table[right] = left
    return table


_ONE_SIDE = _one_side()


def _without_side(name: str) -> str:
    words = name.lower().replace("_", " ").replace("-", " ").replace(".", " ").split()
    return " ".join(word for word in words if word not in ("left", "right", "l", "r"))


def _number(figure: Figure, trait: str, default: float) -> float:
    value = figure.traits.get(trait, default)
    return float(value) if isinstance(value, int | float) else default


def _skin(
    age: float, darkness: float, hair: tuple[float, float, float], figure: Figure, rng: Generator
) -> Material:
    colour = skin_colour(darkness, rng)
    woman = str(figure.traits.get("sex", "")).startswith(("f", "w"))
    lips = mixed(dimmed(colour, 0.8), linear(150, 60, 60), 0.3 + 0.1 * rng.random())
    if woman and age > 15 and rng.random() < 0.45:  # lipstick
        lips = linear(rng.uniform(120, 200), rng.uniform(20, 70), rng.uniform(40, 90))
    bearded = not woman and age > 16 and rng.random() < 0.5
    return Material(
        Kind.SKIN,
        (colour, lips, dimmed(hair, 0.7)),
        weave=layer_of("strands"),
        weave_repeats=20.0,
        shine=float(rng.uniform(0.02, 0.14)),
        gloss=float(rng.uniform(0.25, 0.5)),
        iris=iris_colour(darkness, rng),
        blush=float(rng.uniform(0.1, 0.8)) * (1 - 0.5 * darkness),
        stubble=float(rng.uniform(0.25, 1.0)) if bearded else 0.0,
        creases=float(np.clip((age - 25) / 45, 0.05, 1)) * float(rng.uniform(0.6, 1.0)),
        freckles=float(rng.random() < 0.15) * float(rng.uniform(0.2, 0.8)),
        brow_cut=float(rng.uniform(0.3, 0.75) if woman else rng.uniform(0.15, 0.6)),
    )


def _hair(colour: tuple[float, float, float], rng: Generator) -> Material:
    return Material(
        Kind.HAIR,
        (colour, mixed(dimmed(colour, 1.6), linear(200, 170, 130), 0.08), colour),
        weave=layer_of("strands"),
        weave_repeats=float(rng.uniform(0.3, 0.7)),  # a radian, see `combed`
        weave_depth=1.0,
        shine=float(rng.uniform(0.03, 0.16)),
        gloss=0.4,
    )


def _garment(part: int, mesh: Mesh, rng: Generator, prints_left: list[int]) -> Material:
    name = get_scheme("cihp").labels[part].name
    metres = metres_per_uv(mesh)
    if name == "sunglasses" or mesh.material == "glass":
        return _glasses(rng)
    if name == "left-shoe":
        return _shoe(metres, rng)
    denim = name in ("pants", "skirt", "coat") and rng.random() < 0.3
    if denim or mesh.material == "denim":
        return _denim(metres, rng)
    material = _cloth(_weave(name, mesh.material, rng), metres, rng)
    chance = float(rng.random())
    if chance < _DESIGNED.get(name, 0.0):
        return _designed(material, metres, rng)
    if name in ("upper-clothes", "dress") and chance > 0.75 and prints_left:
        return _printed(material, metres, rng, prints_left)
    return material


def _weave(name: str, surface: str, rng: Generator) -> str:
    if surface in _WEAVE_M:
        return surface
    if surface == "leather" and rng.random() < 0.4:
        return "grain"
    return str(rng.choice(_WEAVES.get(name, ("canvas", "knit", "twill"))))


def _cloth(weave: str, metres: float, rng: Generator) -> Material:
    colour = cloth_colour(rng)
    shiny = weave == "grain" or rng.random() < 0.08  # leather, satin
    return Material(
        Kind.PATTERNED,
        (colour, colour, colour),
        weave=layer_of(weave),
        weave_repeats=metres / _WEAVE_M[weave],
        weave_depth=float(rng.uniform(0.3, 1.0)) * (0.3 if shiny else 1.0),
        fold_repeats=metres / float(rng.uniform(0.35, 0.7)),
        fold_depth=float(rng.uniform(0.25, 1.0)),
        shine=float(rng.uniform(0.2, 0.6) if shiny else rng.uniform(0.0, 0.06)),
        gloss=float(rng.uniform(0.3, 0.6)),
        wear=float(rng.uniform(0.0, 0.25)),
    )


def _denim(metres: float, rng: Generator) -> Material:
    bytes_ = ((38, 50, 78), (70, 92, 128), (120, 146, 178), (36, 36, 40), (170, 184, 198))
    red, green, blue = np.array(bytes_[int(rng.integers(len(bytes_)))]) * rng.uniform(0.85, 1.15)
    material = _cloth("twill", metres, rng)
    colour = linear(red, green, blue)
    return replace(
        material,
        colours=(colour, dimmed(colour, 1.9), colour),
        design=layer_of("blots"),
        design_repeats=metres / 1.1,
        weave_depth=float(rng.uniform(0.6, 1.0)),
        wear=float(rng.uniform(0.1, 0.4)),
    )


def _designed(material: Material, metres: float, rng: Generator) -> Material:
    names = [name for name in DESIGNS if name != "nothing"]
    design = str(rng.choice(names))
    base = material.colours[0]
    second = dimmed(base, rng.uniform(0.3, 0.7)) if rng.random() < 0.25 else cloth_colour(rng)
    turned = rng.random() < 0.25
    return replace(
        material,
        colours=(base, second, cloth_colour(rng)),
        design=layer_of(design),
        design_repeats=metres / float(np.exp(rng.uniform(np.log(0.12), np.log(0.6)))),
        angle=float(rng.choice((np.pi / 2, np.pi / 4, rng.uniform(0, 3)))) if turned else 0.0,
    )


def _printed(material: Material, metres: float, rng: Generator, prints_left: list[int]) -> Material:
    width = float(rng.uniform(*_CHEST_M)) / metres
    return replace(
        material,
        print_layer=prints_left.pop(),
        print_at=(_CHEST[0], _CHEST[1] + float(rng.normal(0, 0.02))),
        print_size=(width, width * float(rng.uniform(0.7, 1.1))),
    )


def _shoe(metres: float, rng: Generator) -> Material:
    weave = str(rng.choice(_WEAVES["left-shoe"]))
    material = _cloth(weave, metres, rng)
    second = linear(225, 225, 220) if rng.random() < 0.5 else shoe_colour(rng)
    return replace(
        material,
        colours=(shoe_colour(rng), second, shoe_colour(rng)),
        design=layer_of(
            str(rng.choice(("nothing", "nothing", "wide stripes", "shapes", "argyle")))
        ),
        design_repeats=metres / 0.3,
        fold_depth=0.15,
    )


def _glasses(rng: Generator) -> Material:
    lens = dimmed(cloth_colour(rng), 0.15) if rng.random() < 0.3 else (0.006, 0.006, 0.007)
    return replace(
        Material(Kind.PATTERNED, (lens, lens, lens)),
        shine=0.5,
        gloss=float(rng.uniform(0.75, 0.95)),
    )
