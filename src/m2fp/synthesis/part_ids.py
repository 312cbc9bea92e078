"""The ids that labels of triangles are written in."""

from __future__ import annotations

from enum import IntEnum


class Cihp(IntEnum):
    """CIHP's classes."""

    HAT = 1
    HAIR = 2
    GLOVE = 3
    SUNGLASSES = 4
    UPPER_CLOTHES = 5
    DRESS = 6
    COAT = 7
    SOCKS = 8
    PANTS = 9
    TORSO_SKIN = 10
    SCARF = 11
    SKIRT = 12
    FACE = 13
    LEFT_ARM = 14
    RIGHT_ARM = 15
    LEFT_LEG = 16
    RIGHT_LEG = 17
    LEFT_SHOE = 18
    RIGHT_SHOE = 19


class Mhp(IntEnum):
    """MHP-v2's classes, as far as figures wear them."""

    NONE = 0
    CAP_HAT = 1
    HELMET = 2
    FACE = 3
    HAIR = 4
    LEFT_ARM = 5
    RIGHT_ARM = 6
    LEFT_HAND = 7
    RIGHT_HAND = 8
    BIKINI_BRA = 10
    JACKET = 11
    T_SHIRT = 12
    POLO_SHIRT = 13
    SWEATER = 14
    SINGLET = 15
    TORSO_SKIN = 16
    PANTS = 17
    SHORTS = 18
    SKIRT = 19
    STOCKINGS = 20
    SOCKS = 21
    LEFT_BOOT = 22
    RIGHT_BOOT = 23
    LEFT_SHOE = 24
    RIGHT_SHOE = 25
    LEFT_SANDAL = 28
    RIGHT_SANDAL = 29
    LEFT_LEG = 30
    RIGHT_LEG = 31
    LEFT_FOOT = 32
    RIGHT_FOOT = 33
    COAT = 34
    DRESS = 35
    JUMPSUITS = 37
    HEADWEAR = 39
    BELT = 43
    SUNGLASSES = 47
    EYEWEAR = 48
    GLOVES = 49
    SCARF = 50
    TIE = 55
    OTHER_UPPER = 57
    OTHER_LOWER = 58
