"""From query predictions to part and person maps."""

from m2fp.postprocess.assemble import Maps, assemble
from m2fp.postprocess.config import PostprocessConfig

__all__ = ["Maps", "PostprocessConfig", "assemble"]
