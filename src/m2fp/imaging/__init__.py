"""From encoded pictures to network inputs."""

from m2fp.imaging.canvas_rule import CanvasRule
from m2fp.imaging.input_rule import InputRule
from m2fp.imaging.intake import PhotoSource, read_photo
from m2fp.imaging.limits import IntakeLimits
from m2fp.imaging.network_input import NetworkInput, prepare
from m2fp.imaging.photo import Photo, PhotoWarning
from m2fp.imaging.rules import AnyRule, rule_from_dict

__all__ = [
    "AnyRule",
    "CanvasRule",
    "InputRule",
    "IntakeLimits",
    "NetworkInput",
    "Photo",
    "PhotoSource",
    "PhotoWarning",
    "prepare",
    "read_photo",
    "rule_from_dict",
]
