"""Multi-person human parsing: who is in a photo, and which pixel is which part of whom.

    from m2fp import Parser

    result = Parser()("group.jpg")
    result.plot().save("overlay.png")

Names are imported when they are first used, so that `import m2fp` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from m2fp.errors import (
        ConfigError,
        EngineError,
        ImageError,
        M2FPError,
        ModelError,
        SourceNotFound,
    )
    from m2fp.imaging.intake import IntakeLimits
    from m2fp.labels import Label, LabelScheme, get_scheme, scheme_names
    from m2fp.parser import Parser
    from m2fp.postprocess import OfficialRules, PostprocessConfig, TestTimeAugmentation
    from m2fp.registry import ModelInfo
    from m2fp.results import Person, Result, Segment

__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "EngineError",
    "ImageError",
    "IntakeLimits",
    "Label",
    "LabelScheme",
    "M2FPError",
    "ModelError",
    "ModelInfo",
    "OfficialRules",
    "Parser",
    "Person",
    "PostprocessConfig",
    "Result",
    "Segment",
    "SourceNotFound",
    "TestTimeAugmentation",
    "__version__",
    "get_scheme",
    "scheme_names",
]

_HOMES = {
    "ConfigError": "m2fp.errors",
    "EngineError": "m2fp.errors",
    "ImageError": "m2fp.errors",
    "IntakeLimits": "m2fp.imaging.intake",
    "Label": "m2fp.labels",
    "LabelScheme": "m2fp.labels",
    "M2FPError": "m2fp.errors",
    "ModelError": "m2fp.errors",
    "ModelInfo": "m2fp.registry",
    "OfficialRules": "m2fp.postprocess",
    "Parser": "m2fp.parser",
    "Person": "m2fp.results",
    "PostprocessConfig": "m2fp.postprocess",
    "Result": "m2fp.results",
    "Segment": "m2fp.results",
    "SourceNotFound": "m2fp.errors",
    "TestTimeAugmentation": "m2fp.postprocess",
    "get_scheme": "m2fp.labels",
    "scheme_names": "m2fp.labels",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'm2fp' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value  # the next access does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
