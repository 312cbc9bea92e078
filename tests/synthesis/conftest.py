"""One renderer for all tests: opening a context takes a while."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from m2fp.errors import EngineUnavailable
from m2fp.synthesis.gl_context import open_context
from m2fp.synthesis.light import Light
from m2fp.synthesis.renderer import Renderer
from m2fp.synthesis.textures import TextureSet


@pytest.fixture(scope="session")
def opengl() -> None:
    """Skip what draws where nothing can; .ci/run makes sure that something can."""
    try:
        open_context().release()
    except EngineUnavailable as error:
        pytest.skip(error.message)


@pytest.fixture(scope="session")
def renderer(opengl: None) -> Iterator[Renderer]:
    """Return a renderer of pictures of up to 96 pixels."""
    with Renderer(TextureSet.make(), size=96) as own:
        yield own


@pytest.fixture(scope="session")
def noon() -> Light:
    """Return the sun right above, without haze."""
    return Light(
        direction=np.array([0.0, 1.0, 0.0]),
        strong=(2.0, 2.0, 2.0),
        sky=(0.5, 0.5, 0.5),
        ground=(0.2, 0.2, 0.2),
        softness=0.02,
        haze=(0.7, 0.7, 0.7),
        haze_per_m=0.0,
        exposure=0.6,
    )
