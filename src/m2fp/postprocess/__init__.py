"""From query predictions to part and person maps."""

from m2fp.postprocess.assemble import Rules, assemble
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.maps import Maps
from m2fp.postprocess.official import OfficialRules

__all__ = ["Maps", "OfficialRules", "PostprocessConfig", "Rules", "assemble"]
