"""MakeHuman's wardrobe in a folder: which piece of which file is what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from m2fp.errors import DataError
from m2fp.synthesis.bvh import read_bvh
from m2fp.synthesis.closet import Closet, closet
from m2fp.synthesis.fitted import Fitted, joined, read_fitted
from m2fp.synthesis.garment import Garment, Ids
from m2fp.synthesis.made_bases import HAT_Y
from m2fp.synthesis.part_ids import Cihp, Mhp
from m2fp.synthesis.poses import Turns


@dataclass(frozen=True, slots=True)
class Kind:
    """What a piece is.

    Attributes:
        slot: what it is worn as: "top", "trousers", "skirt", "coat", "socks", "shoes", "hat",
            "hair".
        parts, fine_parts: CIHP and MHP-v2 ids of the left and the right half.
        material, layer: see Garment.
    """

    slot: str
    parts: Ids
    fine_parts: Ids
    material: str
    layer: int


def _same(slot: str, part: int, fine: int, material: str, layer: int) -> Kind:
    return Kind(slot, (part, part), (fine, fine), material, layer)


TEE = _same("top", Cihp.UPPER_CLOTHES, Mhp.T_SHIRT, "cloth", 4)
SHIRT = _same("top", Cihp.UPPER_CLOTHES, Mhp.OTHER_UPPER, "cloth", 4)
SWEATER = _same("top", Cihp.UPPER_CLOTHES, Mhp.SWEATER, "knit", 4)
TROUSERS = _same("trousers", Cihp.PANTS, Mhp.PANTS, "cloth", 3)
JEANS = _same("trousers", Cihp.PANTS, Mhp.PANTS, "denim", 3)
SHORTS = _same("trousers", Cihp.PANTS, Mhp.SHORTS, "denim", 3)
DUNGAREES = _same("trousers", Cihp.PANTS, Mhp.JUMPSUITS, "denim", 5)
SKIRT = _same("skirt", Cihp.SKIRT, Mhp.SKIRT, "cloth", 3)
JACKET = _same("coat", Cihp.COAT, Mhp.JACKET, "cloth", 6)
SOCKS = _same("socks", Cihp.SOCKS, Mhp.SOCKS, "knit", 1)
SHOES = Kind(
    "shoes",
    (Cihp.LEFT_SHOE, Cihp.RIGHT_SHOE),
    (Mhp.LEFT_SHOE, Mhp.RIGHT_SHOE),
    "leather",
    2,
)
HAT = _same("hat", Cihp.HAT, Mhp.CAP_HAT, "felt", 9)
HAIR = _same("hair", Cihp.HAIR, Mhp.HAIR, "hair", 8)

# By file: the kinds of its pieces, by the smallest vertex number of each; _REST: all others.
_REST = -1
_CLOTHES: dict[str, dict[int, Kind]] = {
    "female_casualsuit01": {0: TEE, 1311: JEANS},
    "female_casualsuit02": {0: SHORTS, 422: SHORTS, 1565: TEE},
    "female_elegantsuit01": {0: SKIRT, 395: SHIRT},
    "female_sportsuit01": {0: TEE, 871: TROUSERS},
    "male_casualsuit01": {2446: TROUSERS, 2458: TROUSERS, _REST: SHIRT},
    "male_casualsuit02": {0: JEANS, 886: SWEATER},
    "male_casualsuit03": {0: SHIRT, 1613: TROUSERS},
    "male_casualsuit04": {0: TEE, 810: JEANS},
    "male_casualsuit05": {0: JACKET, 236: JACKET, 1545: TEE, 1918: JEANS},
    "male_casualsuit06": {0: TEE, 2822: JEANS},
    "male_elegantsuit01": {0: TROUSERS, 720: TROUSERS, 1693: SHIRT, 2242: SHIRT, _REST: JACKET},
    "male_worksuit01": {0: TEE, _REST: DUNGAREES},
    "shoes01": {0: SHOES, 717: SHOES, _REST: SOCKS},
    "shoes02": {0: SHOES, 4: SHOES, _REST: SOCKS},
    "shoes03": {0: SOCKS, 1111: SOCKS, _REST: SHOES},
    "shoes04": {0: SHOES, 717: SHOES, _REST: SOCKS},
    "shoes05": {0: SHOES, 4: SHOES, _REST: SOCKS},
    "shoes06": {0: SHOES, 4: SHOES, _REST: SOCKS},
    "fedora": {0: HAT},
    "fedora_cocked": {0: HAT},
}
_BY_TEXTURE = frozenset({"male_casualsuit01", "male_elegantsuit01"})  # sewn together in the mesh
# Tops of which only what shows under the jacket or the dungarees is there.
_BITS = frozenset({"male_casualsuit05", "male_elegantsuit01", "male_worksuit01"})
_NECK_Y = 0.575  # above it, on the template, is neck
_SHOE_Y = -0.735  # below it, on the template, feet are inside any shoe
_NOT_ON_EARTH = frozenset({"fly01", "fly02"})  # poses
# What only the people of validation wear or do, so that a model cannot know it from training.
HELD_OUT = frozenset(
    {
        "male_casualsuit03",
        "male_casualsuit05",
        "female_casualsuit02",
        "female_sportsuit01",
        "shoes03",
        "shoes05",
        "fedora_cocked",
        "bob02",
        "short03",
        "ponytail01",
        "fight03",
        "standing02",
        "standing05",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """What a folder offers.

    Attributes:
        sets: garments by name of their file, the inner ones first.
        hair: hair by name.
        poses: turns of the joints by name.
    """

    sets: dict[str, tuple[tuple[Kind, Garment], ...]]
    hair: dict[str, Garment]
    poses: tuple[tuple[str, Turns], ...]

    def pieces(self, slot: str) -> list[tuple[str, Garment]]:
        """Return file name and garment of everything that is worn as `slot` by itself."""
        return [
            (name, garment)
            for name, pieces in self.sets.items()
            for kind, garment in pieces
            if kind.slot == slot and kind != DUNGAREES and not (slot == "top" and name in _BITS)
        ]

    def split(self, name: str) -> Library:
        """Return what the people of a split have: "val" what is held out, "train" the rest."""
        held = name == "val"
        return Library(
            {key: value for key, value in self.sets.items() if (key in HELD_OUT) == held},
            {key: value for key, value in self.hair.items() if (key in HELD_OUT) == held},
            tuple(pose for pose in self.poses if (pose[0] in HELD_OUT) == held),
        )


EMPTY = Library({}, {}, ())


@cache
def read_library(assets: Path) -> Library:
    """Return what is in the folder: of MakeHuman's `clothes`, `hair` and `poses` what is known.

    Args:
        assets: the folder with these three, or the one above it, where it is called `base`.

    Raises:
        DataError: there are none of them, or a file cannot be read.
    """
    folder = assets / "base" if (assets / "base").is_dir() else assets
    files = {path.stem: path for path in sorted(folder.glob("*/*/*.mhclo"))}
    poses = sorted((folder / "poses").glob("*.bvh"))
    known = {name: files[name] for name in _CLOTHES if name in files}
    hair = {name: path for name, path in files.items() if path.parent.parent.name == "hair"}
    if not known and not hair and not poses:
        raise DataError(
            f"{assets} holds no clothes, hair or poses of MakeHuman; give the folder that has them",
            path=str(assets),
        )
    surfaces = closet()
    return Library(
        {name: _set(name, path, surfaces) for name, path in known.items()},
        {name: _worn(name, HAIR, _all(path, surfaces)) for name, path in hair.items()},
        tuple((path.stem, read_bvh(path)) for path in poses if path.stem not in _NOT_ON_EARTH),
    )


def _all(path: Path, surfaces: Closet) -> Fitted:
    return joined(list(read_fitted(path, surfaces.data, surfaces.where).values()))


def _set(name: str, path: Path, surfaces: Closet) -> tuple[tuple[Kind, Garment], ...]:
    pieces = read_fitted(path, surfaces.data, surfaces.where, by_texture=name in _BY_TEXTURE)
    kinds = _CLOTHES[name]
    missing = set(kinds) - set(pieces) - {_REST}
    if missing:
        raise DataError(f"{path} is not the {name} of MakeHuman's base assets", path=str(path))
    of_kind: dict[Kind, list[Fitted]] = {}
    for number, piece in pieces.items():
        of_kind.setdefault(kinds.get(number) or kinds[_REST], []).append(piece)
    worn = [(kind, _worn(name, kind, joined(own))) for kind, own in of_kind.items()]
    return tuple(sorted(worn, key=lambda pair: pair[0].layer))


def _worn(name: str, kind: Kind, piece: Fitted) -> Garment:
    cover = piece.cover
    if kind is SHOES:
        # Their files delete the ankles too, for the socks that they come with.
        cover = (_SHOE_Y - closet().where.y).astype(np.float32)
    elif kind.slot in ("top", "coat"):
        # Their files delete the neck too; collars stand open.
        cover = np.minimum(cover, _NECK_Y - closet().where.y).astype(np.float32)
    elif kind in (HAIR, HAT):
        # What hangs over the face or the neck does not hide them.
        cover = np.minimum(cover, closet().where.in_scalp).astype(np.float32)
        if kind is HAT:
            # A brim is near the back of the head too, and hides nothing of it.
            cover = np.minimum(cover, closet().where.y - HAT_Y).astype(np.float32)
    return Garment(
        name=f"{name} {'jacket' if kind.slot == 'coat' else kind.slot}",
        parts=kind.parts,
        fine_parts=kind.fine_parts,
        material=kind.material,
        base=piece.base,
        layer=kind.layer,
        cover=cover,
    )
