"""A hub, a cache and a listener for the tests of downloads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.fake_hub import FakeHub, running

from m2fp.registry import ModelCache, RemoteModel, find_remote
from m2fp.registry.web import Patience

CONTENT = np.random.default_rng(1).bytes(300_000)
NAME = "iic/cv_resnet101_image-multiple-human-parsing"

# Waits for nothing in between; long silences, because test machines are slow.
PATIENT = Patience(silence_s=20.0, attempts=3, least_gain=1_000, first_wait_s=0.0)
# For servers that fall silent.
HURRIED = Patience(silence_s=0.3, attempts=3, least_gain=1_000, first_wait_s=0.0)


class Listener:
    """Keeps what a download reports."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, int | None]] = []
        self.notes: list[str] = []

    def progress(self, file: str, done: int, total: int | None) -> None:
        self.steps.append((file, done, total))

    def note(self, message: str) -> None:
        self.notes.append(message)


@pytest.fixture(autouse=True)
def direct_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the proxies of whoever runs the tests out of them."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with running(FakeHub(CONTENT)) as hub:
        yield hub


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def model() -> RemoteModel:
    model = find_remote(NAME)
    assert model is not None
    return model


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    return ModelCache(tmp_path / "cache")
