"""Write a checkpoint of random weights as the authors of M2FP or ModelScope lay theirs out.

It stands in for weights that may not be shared: conversion, export and speed do not depend on the
values. At the full size it takes 250 MB, and half a minute.

    python recipes/official/random_checkpoint.py modelscope-cihp -o checkpoint
    m2fp convert checkpoint/pytorch_model.pt -o random-cihp.safetensors
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.checkpoints.official_layouts import LAYOUTS, sized_for, write_checkpoint
from tests.checkpoints.random_network import OFFICIAL, SMALL, random_network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("layout", choices=LAYOUTS, help="family and data set")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--small", action="store_true", help="a tiny network, for a quick try")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    config = sized_for(arguments.layout, SMALL if arguments.small else OFFICIAL)
    model = random_network(config, arguments.seed)
    print(write_checkpoint(arguments.layout, model, arguments.out))


if __name__ == "__main__":
    main()
