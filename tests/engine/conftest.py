"""Models for the tests of engines."""

from __future__ import annotations

import pytest
from tests.engine.engines import ModelFiles, write_models


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """Two small models of each kind of file, not to be changed."""
    return write_models(tmp_path_factory.mktemp("engines"))
