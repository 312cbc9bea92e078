"""Count the people a model sees where there are none: the empty strips of a validation split.

    python recipes/benchmark/empty_scenes.py DATA [MODEL]

DATA is a data set in CIHP's folders with `Validation/scene_id.txt`.
"""

import argparse
from pathlib import Path

import numpy as np

from m2fp import Parser
from m2fp.augmentation.backgrounds import empty_strip
from m2fp.datasets import open_dataset


def main() -> None:
    """Print how many scenes have somebody in them, and how much of the pixels that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("model", nargs="?", default="builtin")
    options = parser.parse_args()
    strips = [empty_strip(scene.read()) for scene in open_dataset(options.data).scenes("val")]
    parse = Parser(options.model)
    results = [parse(np.ascontiguousarray(strip)) for strip in strips if strip is not None]
    wrong = sum(bool(result.persons) for result in results)
    share = np.mean([(result.person_map > 0).mean() for result in results])
    print(
        f"{wrong} of {len(results)} empty scenes have somebody, {100 * share:.1f} % of the pixels"
    )


if __name__ == "__main__":
    main()
