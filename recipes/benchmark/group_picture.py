"""Write a composed picture of any size with one or more people, to measure time and memory on.

    python recipes/benchmark/group_picture.py DATA OUT.jpg --people 10 --width 6000 --height 4000
    m2fp benchmark OUT.jpg --runs 5

DATA is a data set in CIHP's folder layout; its validation split lends people and backgrounds.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from m2fp.augmentation.backgrounds import background_from
from m2fp.augmentation.compose import GroupLayout, compose_group
from m2fp.datasets import open_dataset
from m2fp.labels import get_scheme


def main() -> None:
    """Compose and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--height", type=int, default=768)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    rng = np.random.default_rng(options.seed)
    dataset = open_dataset(options.data)
    samples, scenes = dataset.samples("val"), dataset.scenes("val")
    chosen = rng.choice(len(samples), options.people, replace=False)
    people = [samples[int(index)].read() for index in chosen]
    size = (options.height, options.width)
    scene = scenes[int(rng.integers(len(scenes)))].read() if scenes else None
    background = background_from(scene, size, rng)
    layout = GroupLayout(min_height=0.4, max_height=0.8, sink=0.0)
    group = compose_group(people, background, get_scheme("cihp"), rng, layout)
    Image.fromarray(group.pixels).save(options.output, quality=92)
    print(f"{options.output}: {options.width} x {options.height}, people: {group.humans.max()}")


if __name__ == "__main__":
    main()
