"""Training end to end on three tiny photos: exact resuming and two processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tests.train.tiny import RECIPE, samples, with_

from m2fp.datasets import Sample
from m2fp.errors import DataError
from m2fp.model import M2FP
from m2fp.train.checkpoint import LAST
from m2fp.train.distributed import World, join_world
from m2fp.train.loop import LOG, StepReport, normalise, train

ALONE = World(0, 1, torch.device("cpu"))
KINDS = ("loss", "classes", "mask", "dice", "rate", "score")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    return samples(tmp_path_factory.mktemp("cihp"))


class Killed(Exception):
    """What stops a run in the middle of a test."""


def _log(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / LOG).read_text().splitlines()]


def test_a_killed_and_resumed_run_is_the_same_run(people: list[Sample], tmp_path: Path) -> None:
    whole = train(RECIPE, people, tmp_path / "whole", world=ALONE, workers=0)

    def kill(report: StepReport) -> None:
        if report.step == 4:  # after the checkpoint of three steps
            raise Killed

    with pytest.raises(Killed):
        train(RECIPE, people, tmp_path / "cut", world=ALONE, workers=0, progress=kill)
    assert [line["step"] for line in _log(tmp_path / "cut")] == [0, 1, 2, 3, 4]
    resumed = train(RECIPE, people, tmp_path / "cut", world=ALONE, workers=1)

    one, two = _log(tmp_path / "whole"), _log(tmp_path / "cut")
    assert [line["step"] for line in two] == [0, 1, 2, 3, 4, 5]
    assert [[a[k] for k in KINDS] for a in one] == [[b[k] for k in KINDS] for b in two]
    for name, tensor in whole.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], tensor), name


@pytest.mark.parametrize("workers", [0, 1])
def test_a_broken_photo_is_named(tmp_path: Path, workers: int) -> None:
    broken = samples(tmp_path / "cihp")
    for sample in broken:
        assert sample.image
        sample.image.write_bytes(b"no picture")
    with pytest.raises(DataError, match="not a photo") as caught:
        train(RECIPE, broken, tmp_path / "run", world=ALONE, workers=workers)
    assert caught.value.code == "unreadable_file"
    assert caught.value.path in map(str, [sample.image for sample in broken])
    assert "Traceback" not in str(caught.value)


def test_a_finished_run_only_returns_its_model(people: list[Sample], tmp_path: Path) -> None:
    recipe = with_(steps=1, val_every=1)
    scored: list[M2FP] = []

    def validate(model: M2FP) -> float:
        assert not model.training
        scored.append(model)
        return 0.5

    first = train(recipe, people, tmp_path, world=ALONE, workers=0, validate=validate)
    written = (tmp_path / LAST).stat().st_mtime_ns
    again = train(recipe, people, tmp_path, world=ALONE, workers=0, validate=validate)
    assert len(scored) == 1
    assert _log(tmp_path)[0]["score"] == 0.5
    assert (tmp_path / LAST).stat().st_mtime_ns == written
    for name, tensor in first.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)


def test_a_first_stage_stops_on_the_schedule_of_the_whole(
    people: list[Sample], tmp_path: Path
) -> None:
    train(with_(steps=4), people, tmp_path / "whole", world=ALONE, workers=0)
    stage = with_(steps=4, stop_after=2)
    first = train(stage, people, tmp_path / "stage", world=ALONE, workers=0)
    losses = [line["loss"] for line in _log(tmp_path / "stage")]
    assert losses == [line["loss"] for line in _log(tmp_path / "whole")][:2]
    again = train(stage, people, tmp_path / "stage", world=ALONE, workers=0)
    assert len(_log(tmp_path / "stage")) == 2, "a stage that is over went on"
    for name, tensor in first.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)


def test_half_precision_trains_too(people: list[Sample], tmp_path: Path) -> None:
    train(with_(steps=2, precision="bf16"), people, tmp_path, world=ALONE, workers=0)
    assert all(0 < line["loss"] < 1e4 for line in _log(tmp_path))


def test_normalisation_by_hand(people: list[Sample], tmp_path: Path) -> None:
    model = train(with_(steps=1, batch=1), people, tmp_path, world=ALONE, workers=0)
    pixels = torch.tensor([0, 127, 255], dtype=torch.uint8).reshape(1, 1, 1, 3).expand(1, 3, 1, 3)
    values = normalise(pixels, model)
    assert values.dtype == torch.float32
    assert values[0, 2, 0].tolist() == [-127 / 128, 0.0, 1.0]


def test_one_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    world = join_world()
    assert (world.rank, world.size, world.is_first) == (0, 1, True)
    assert world.mean(torch.tensor(3.0)).item() == 3


@pytest.mark.slow
def test_two_processes_end_with_the_same_weights(people: list[Sample], tmp_path: Path) -> None:
    root = people[0].image.parents[2]
    script = Path(__file__).with_name("two_processes.py")
    port = _free_port()
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", str(script), str(root), str(tmp_path)],
            env=_torchrun_environment(rank, port),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]
    outputs = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(outputs)
    one, two = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in range(2))
    assert len(one) > 100
    for name, tensor in one.items():
        assert torch.equal(two[name], tensor), name
    losses = [line["loss"] for line in _log(tmp_path / "run")]  # only the first process writes
    assert len(losses) == 3
    assert all(0 < loss < 1e4 for loss in losses)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _torchrun_environment(rank: int, port: int) -> dict[str, str]:
    """Return what torchrun would set for one of two processes."""
    repository = Path(__file__).parents[2]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([str(repository / "src"), str(repository)]),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": "2",
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
    }
