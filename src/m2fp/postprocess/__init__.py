"""From query predictions to part and person maps."""

from m2fp.postprocess.answer import Answer
from m2fp.postprocess.assemble import Rules, assemble, merge
from m2fp.postprocess.augmentation import TestTimeAugmentation
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.maps import Maps
from m2fp.postprocess.official import OfficialRules
from m2fp.postprocess.views import View, views

__all__ = [
    "Answer",
    "Maps",
    "OfficialRules",
    "PostprocessConfig",
    "Rules",
    "TestTimeAugmentation",
    "View",
    "assemble",
    "merge",
    "views",
]
