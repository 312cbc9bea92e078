"""Results as bytes, in the formats that the service offers."""

from m2fp.service.rendering.formats import FORMATS, Format, check_formats, render

__all__ = ["FORMATS", "Format", "check_formats", "render"]
