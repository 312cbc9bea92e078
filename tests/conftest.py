"""Fixtures that several test folders share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fake_model import build_fake_model


@pytest.fixture(scope="session")
def fake_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model with the CIHP scheme that reads flat colours; see fake_model.py."""
    return build_fake_model(tmp_path_factory.mktemp("model") / "fake.onnx")


@pytest.fixture(scope="session")
def fake_single_person_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same with the LIP scheme, which has no person class."""
    return build_fake_model(tmp_path_factory.mktemp("model") / "fake-lip.onnx", scheme="lip")
