"""A place to draw without a display."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from m2fp.errors import EngineUnavailable
from m2fp.extras import needs_extra

if TYPE_CHECKING:
    import moderngl

_OPENGL = 330
_LIBRARY = "libEGL.so.1"  # the name without a number comes with -dev packages only
_PACKAGES = "libegl1 libgl1-mesa-dri"


def open_context() -> moderngl.Context:
    """Return an OpenGL 3.3 context: of the graphics card, or of Mesa's software rasteriser.

    On Linux through EGL, which needs no display. Whoever opened it releases it.

    Raises:
        EngineUnavailable: there is no EGL library or no driver.
        MissingExtra: moderngl is not installed.
    """
    with needs_extra("synth", "Drawing synthetic people"):
        import moderngl
    try:
        return moderngl.create_context(require=_OPENGL, standalone=True, **_settings())
    except Exception as error:  # glcontext raises the bare class
        raise EngineUnavailable(
            f"drawing without a display failed: {error}. On Debian and Ubuntu: "
            f"apt-get install {_PACKAGES}",
            engine="egl",
        ) from error


def _settings() -> dict[str, Any]:
    # Elsewhere than on Linux the system's own way needs no display either.
    return {"backend": "egl", "libegl": _LIBRARY} if sys.platform == "linux" else {}
