"""One of two training processes: `two_processes.py DATA OUT`, with torchrun's environment."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
import torch.distributed as dist
from tests.train.tiny import with_

from m2fp.datasets import open_dataset
from m2fp.train.distributed import join_world
from m2fp.train.loop import train


def main(data: Path, out: Path) -> None:
    """Train three steps and save this process's weights."""
    torch.set_num_threads(1)
    world = join_world()
    assert world.mean(torch.tensor(float(world.rank))).item() == 0.5
    people = open_dataset(data).samples("train")
    model = train(with_(steps=3), people, out / "run", world=world, workers=0)
    torch.save(dict(model.named_parameters()), out / f"rank{world.rank}.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
