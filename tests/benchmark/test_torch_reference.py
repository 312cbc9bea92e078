"""The torch reference around a network that says what the test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from m2fp.benchmark import torch_reference
from m2fp.benchmark.torch_reference import TorchReference
from m2fp.errors import ImageTooLarge, InferenceFailed
from m2fp.imaging import InputRule, IntakeLimits
from m2fp.labels import get_scheme
from m2fp.model.decoder import QueryOutput
from m2fp.model.m2fp import NetworkOutput
from m2fp.registry import ModelInfo

PERSON = 20
Answers = dict[int, float]


class Answering(nn.Module):
    """One query per entry: a class, and a mask that is this logit everywhere."""

    def __init__(self, classes: int, answers: Answers) -> None:
        super().__init__()
        self.classes, self.answers = classes, answers

    def forward(self, pixels: Tensor) -> NetworkOutput:
        if not self.answers:
            raise RuntimeError("can't allocate memory")
        assert not self.training
        assert not torch.is_grad_enabled()
        rows, columns = pixels.shape[2] // 4, pixels.shape[3] // 4
        logits = torch.zeros(1, len(self.answers), self.classes + 1)
        for query, label in enumerate(self.answers):
            logits[0, query, label] = 10.0
        embeddings = torch.tensor(list(self.answers.values()))[None, :, None]
        return NetworkOutput(torch.ones(1, 1, rows, columns), [QueryOutput(logits, embeddings)])


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., TorchReference]]:
    """Return a function that makes a reference of a scheme's name and what the network answers."""

    def make_reference(scheme: str, answers: Answers, **limits: int) -> TorchReference:
        info = ModelInfo("m", get_scheme(scheme), InputRule(96, 128), "fp32", "none", "", "")
        network = Answering(info.scheme.class_count, answers)
        monkeypatch.setattr(torch_reference, "load_model", lambda _: (network, info))
        monkeypatch.setattr(torch_reference, "PlainNetwork", lambda model: model)
        return TorchReference(Path("m.safetensors"), 1, IntakeLimits(**limits))

    threads = torch.get_num_threads()
    yield make_reference
    torch.set_num_threads(threads)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "x.png"
    Image.new("RGB", (120, 90)).save(path)
    return path


@pytest.mark.parametrize(
    ("scheme", "answers", "persons"),
    [
        ("cihp", {PERSON: 5.0, 5: 5.0, 2: 5.0}, 1),
        ("cihp", {PERSON: -5.0, 5: 5.0}, 0),
        ("cihp", {0: 5.0}, 0),
        ("lip", {0: 1.0, 5: 5.0, 2: 2.0}, 1),
        ("lip", {0: 5.0, 5: 1.0}, 0),
    ],
)
def test_parses(
    make: Callable[..., TorchReference], photo: Path, scheme: str, answers: Answers, persons: int
) -> None:
    reference = make(scheme, answers)
    assert torch.get_num_threads() == 1
    parsed = reference.parse(photo)
    assert parsed.persons == persons
    timing = parsed.timing
    stages = (timing.decode_s, timing.preprocess_s, timing.inference_s, timing.postprocess_s)
    assert min(stages) > 0
    assert sum(stages) == pytest.approx(timing.total_s)
    assert reference.info.scheme.name == scheme


def test_failures_have_names(make: Callable[..., TorchReference], photo: Path) -> None:
    with pytest.raises(InferenceFailed, match=r"could not parse x\.png: can't allocate memory"):
        make("cihp", {}).parse(photo)
    with pytest.raises(ImageTooLarge):
        make("cihp", {0: 1.0}, max_pixels=120 * 90 - 1).parse(photo)
