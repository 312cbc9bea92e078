"""Pictures of results."""

from m2fp.drawing.overlay import draw_overlay
from m2fp.drawing.parts import draw_colours
from m2fp.drawing.scene import Figure, Scene

__all__ = ["Figure", "Scene", "draw_colours", "draw_overlay"]
