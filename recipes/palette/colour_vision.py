"""How different two colours look, to people with usual vision and to colour-blind people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Machado, Oliveira and Fernandes 2009, severity 1.0, applied to linear RGB.
SIMULATIONS: dict[str, NDArray[np.float64]] = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}

# sRGB primaries to CIE XYZ, D65 white (IEC 61966-2-1).
_RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear_rgb(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear light in 0-1 for sRGB (..., 3) in 0-255."""
    scaled = rgb / 255.0
    return np.where(scaled <= 0.04045, scaled / 12.92, ((scaled + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64], vision: str = "normal") -> NDArray[np.float64]:
    """Return CIE L*a*b* (..., 3) of sRGB 0-255 colours as this kind of vision sees them."""
    seen = np.clip(linear_rgb(rgb) @ SIMULATIONS[vision].T, 0.0, 1.0)
    xyz = seen @ _RGB_TO_XYZ.T / _RGB_TO_XYZ.sum(axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (xyz * 24389 / 27 + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the CIEDE2000 difference of Lab arrays that broadcast to (..., 3).

    Names follow Sharma, Wu and Dalal 2005, whose test pairs the tests use.
    """
    l1, a1, b1 = first[..., 0], first[..., 1], first[..., 2]
    l2, a2, b2 = second[..., 0], second[..., 1], second[..., 2]
    c_mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(c_mean**7 / (c_mean**7 + 25.0**7)))
    a1p, a2p = (1 + g) * a1, (1 + g) * a2
    c1p, c2p = np.hypot(a1p, b1), np.hypot(a2p, b2)
    h1p, h2p = np.degrees(np.arctan2(b1, a1p)) % 360, np.degrees(np.arctan2(b2, a2p)) % 360
    both = c1p * c2p > 0
    dh = np.where(both, (h2p - h1p + 180) % 360 - 180, 0.0)
    h_mean = np.where(both, (h1p + dh / 2) % 360, h1p + h2p)
    dl, dc = l2 - l1, c2p - c1p
    dh_big = 2 * np.sqrt(c1p * c2p) * np.sin(np.radians(dh / 2))
    l_mean, cp_mean = (l1 + l2) / 2, (c1p + c2p) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(h_mean - 30))
        + 0.24 * np.cos(np.radians(2 * h_mean))
        + 0.32 * np.cos(np.radians(3 * h_mean + 6))
        - 0.20 * np.cos(np.radians(4 * h_mean - 63))
    )
    s_l = 1 + 0.015 * (l_mean - 50) ** 2 / np.sqrt(20 + (l_mean - 50) ** 2)
    s_c, s_h = 1 + 0.045 * cp_mean, 1 + 0.015 * cp_mean * t
    r_c = 2 * np.sqrt(cp_mean**7 / (cp_mean**7 + 25.0**7))
    r_t = -np.sin(np.radians(60 * np.exp(-(((h_mean - 275) / 25) ** 2)))) * r_c
    dl, dc, dh_big = dl / s_l, dc / s_c, dh_big / s_h
    return np.sqrt(np.maximum(dl**2 + dc**2 + dh_big**2 + r_t * dc * dh_big, 0.0))


def least_difference(rgb: NDArray[np.float64], vision: str) -> float:
    """Return the smallest pairwise CIEDE2000 of sRGB colours (n, 3), n >= 2, for this vision."""
    seen = lab(rgb, vision)
    differences = ciede2000(seen[:, None], seen[None, :])
    return float(differences[np.triu_indices(len(rgb), 1)].min())
