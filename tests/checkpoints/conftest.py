"""One small random network for all tests, and one thread, to leave the other cores alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from tests.checkpoints.official_layouts import official_state
from tests.checkpoints.random_network import SMALL, random_network
from torch import Tensor

from m2fp.checkpoints import convert_checkpoint
from m2fp.model import M2FP


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def single_thread() -> Iterator[None]:
    """Run torch on one thread and give the rest back afterwards."""
    with _one_thread():
        yield


@pytest.fixture(scope="session")
def network() -> M2FP:
    """A network for CIHP, not to be changed."""
    with _one_thread():
        return random_network(SMALL, seed=1)


@pytest.fixture
def official(network: M2FP) -> dict[str, Tensor]:
    """Its tensors by their official names; the dict may be changed, the tensors may not."""
    return dict(official_state(network))


@pytest.fixture(scope="session")
def converted(network: M2FP, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network as a converted file, not to be changed."""
    folder = tmp_path_factory.mktemp("converted")
    torch.save(official_state(network), folder / "model.pth")
    convert_checkpoint(folder / "model.pth", folder / "model.safetensors")
    return folder / "model.safetensors"
