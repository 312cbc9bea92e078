"""Where a result comes from and how long it took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelStamp:
    """The model that made a result: name, sha256 of its file, and "fp32" or "int8"."""

    name: str
    sha256: str | None
    precision: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds spent on one photo, stage by stage; the total may hold a little more than the sum."""

    decode_s: float
    preprocess_s: float
    inference_s: float
    postprocess_s: float
    total_s: float
