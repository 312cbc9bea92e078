"""Fixtures that several test folders share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.fake_model import build_fake_model

# Tests import ONNX Runtime themselves too, and are not to report to Microsoft either; see
# m2fp.engine.onnxruntime_import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Shells start background jobs deaf to Ctrl-C, and processes hand that down to those they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def fake_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model with the CIHP scheme that reads flat colours; see fake_model.py."""
    return build_fake_model(tmp_path_factory.mktemp("model") / "fake.onnx")


@pytest.fixture(scope="session")
def fake_single_person_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same with the LIP scheme, which has no person class."""
    return build_fake_model(tmp_path_factory.mktemp("model") / "fake-lip.onnx", scheme="lip")
