"""What the tags of Clothing Co-Parsing are in scheme "ccp14".

The choices are judgements: a suit includes trousers, a romper is worn like a dress. They are those
that the built-in model was trained with, so that its scores mean what they say.
"""

from __future__ import annotations

from typing import Final

from m2fp.labels import IGNORE_ID, get_scheme

_BY_CLASS: Final[dict[str, tuple[str, ...]]] = {
    "background": ("null",),
    "hat": ("hat",),
    "hair": ("hair",),
    "glove": ("gloves",),
    "sunglasses": ("glasses", "sunglasses"),
    "upper-clothes": (
        *("blouse", "bodysuit", "bra", "hoodie", "intimate", "jumper", "shirt", "sweater"),
        *("sweatshirt", "swimwear", "t-shirt", "top", "vest"),
    ),
    "dress": ("dress", "romper"),
    "coat": ("blazer", "cape", "cardigan", "coat", "jacket", "suit"),
    "socks": ("socks", "stockings"),
    "pants": ("jeans", "leggings", "panties", "pants", "shorts", "tights"),
    "skin": ("skin",),
    "scarf": ("scarf", "tie"),
    "skirt": ("skirt",),
    "shoes": (
        *("boots", "clogs", "flats", "heels", "loafers", "pumps", "sandals", "shoes", "sneakers"),
        "wedges",
    ),
}
# Worn or carried by the person, but of no class.
_OF_NO_CLASS: Final = (
    *("accessories", "bag", "belt", "bracelet", "earrings", "necklace", "purse", "ring"),
    *("wallet", "watch"),
)


def tag_classes() -> dict[str, int]:
    """Return the id in "ccp14" of every tag by its name; 255 (unknown) for those of no class."""
    scheme = get_scheme("ccp14")
    classes = {
        tag: scheme.label(class_name).id for class_name, tags in _BY_CLASS.items() for tag in tags
    }
    return classes | dict.fromkeys(_OF_NO_CLASS, IGNORE_ID)
