"""From any Pillow mode to RGB: transparency on white, deep greys scaled, CMYK by its profile."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from m2fp.imaging.deep_grey import deep_grey_to_8_bit, is_deep_grey
from m2fp.imaging.photo import PhotoWarning

# Profiles of printing presses are 0.5 to 3 MB; more is not a profile worth trusting.
_LARGEST_PROFILE_BYTES = 4_000_000
_FLATTENED = PhotoWarning("alpha_flattened", "transparent pixels were laid on white")


def to_rgb(image: Image.Image) -> tuple[Image.Image, tuple[PhotoWarning, ...]]:
    """Return the picture in mode RGB, and what was changed on the way.

    The picture must be loaded. Its size stays; its EXIF, profile and comments are not carried.
    """
    if is_deep_grey(image):
        rgb, warnings = deep_grey_to_8_bit(image)
        return _hidden_grey_on_white(rgb, image, warnings)
    if image.has_transparency_data:
        return _on_white(image)
    if image.mode == "CMYK":
        return _cmyk_to_rgb(image), ()
    return image if image.mode == "RGB" else image.convert("RGB"), ()


def _on_white(image: Image.Image) -> tuple[Image.Image, tuple[PhotoWarning, ...]]:
    """Lay the picture on white paper; hidden colours under transparent pixels stay hidden."""
    straight = image.convert("LA") if image.mode == "La" else image
    layers = straight.convert("RGBA")
    alpha = layers.getchannel("A")
    if alpha.getextrema()[0] == 255:  # an alpha channel that hides nothing
        return layers.convert("RGB"), ()
    paper = Image.new("RGB", image.size, (255, 255, 255))
    paper.paste(layers, mask=alpha)
    return paper, (_FLATTENED,)


def _hidden_grey_on_white(
    rgb: Image.Image, deep: Image.Image, warnings: tuple[PhotoWarning, ...]
) -> tuple[Image.Image, tuple[PhotoWarning, ...]]:
    """Lay on white paper what a PNG says is hidden: all pixels of one of its 65,536 greys."""
    grey = deep.info.get("transparency")
    if not isinstance(grey, int):
        return rgb, warnings
    hidden = np.asarray(deep) == grey
    if not hidden.any():
        return rgb, warnings
    rgb.paste((255, 255, 255), mask=Image.fromarray(hidden))
    return rgb, (*warnings, _FLATTENED)


def _cmyk_to_rgb(image: Image.Image) -> Image.Image:
    """Convert by the embedded profile when it is a sane CMYK one, else by plain inversion."""
    profile = image.info.get("icc_profile")
    if not profile or len(profile) > _LARGEST_PROFILE_BYTES:
        return image.convert("RGB")
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if source.profile.xcolor_space.strip() != "CMYK":
            return image.convert("RGB")
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image.convert("RGB")
    return image.convert("RGB") if converted is None else converted
