"""The bounds a picture must keep, all checked before any pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from m2fp.errors import ConfigError, EmptyImage, ImageTooLarge


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """Bounds on the encoded bytes and on the declared size.

    ``max_pixels`` above Pillow's own ``2 * PIL.Image.MAX_IMAGE_PIXELS`` (about 179 million) has no
    effect: Pillow refuses such pictures itself, and that setting belongs to the host program.
    """

    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    min_side: int = 16
    max_aspect: float = 20.0

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_pixels", "min_side", "max_aspect"):
            if not getattr(self, name) >= 1:
                raise ConfigError(
                    f"intake limit {name} must be at least 1, got {getattr(self, name)}",
                    option=name,
                )

    def check_bytes(self, count: int, name: str | None) -> None:
        """Raise EmptyImage or ImageTooLarge when the encoded picture is empty or too long."""
        if count == 0:
            raise EmptyImage("the picture has no bytes; check that the file was copied", name=name)
        if count > self.max_bytes:
            raise ImageTooLarge(
                f"the picture has {count:,} bytes and the limit is {self.max_bytes:,}; "
                "save it smaller or raise max_bytes",
                code="body_too_large",
                actual=count,
                limit=self.max_bytes,
                name=name,
            )

    def check_size(self, height: int, width: int, name: str | None) -> None:
        """Raise ImageTooLarge or EmptyImage when the declared size is out of bounds."""
        if height * width > self.max_pixels:
            raise ImageTooLarge(
                f"the picture is {width} x {height} = {height * width:,} pixels and the limit is "
                f"{self.max_pixels:,}; scale it down or raise max_pixels",
                actual=height * width,
                limit=self.max_pixels,
                name=name,
            )
        if min(height, width) < self.min_side:
            raise EmptyImage(
                f"the picture is {width} x {height} pixels; the shorter side must have at least "
                f"{self.min_side}",
                code="image_too_small",
                size=(height, width),
                name=name,
            )
        if max(height, width) > self.max_aspect * min(height, width):
            raise EmptyImage(
                f"the picture is {width} x {height} pixels; the longer side may be at most "
                f"{self.max_aspect:g} times the shorter one",
                code="aspect_too_extreme",
                size=(height, width),
                name=name,
            )
