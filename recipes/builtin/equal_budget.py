"""Train variants of the built-in network with one budget each, and table what they give.

    m2fp synth -o people-only -n 1500 --seed 7 --assets makehuman
    python recipes/builtin/equal_budget.py OUT --data ccp-cihp --synthetic people-only \
        --photo people.jpg --steps 400

Every variant differs from the first in one thing and starts from ImageNet's backbone; steps, seed
and sizes of the pictures are the same. What is there already is not trained again. Scores are those
of the validation split and of 60 groups composed of it; times are taken in turns, in the end, on
--photo. The synthetic pictures are made without photos, so that "synthetic people alone" has seen
none. One seed each: differences under a point say nothing.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from comparing import HEAD, m2fp, row, times

RECIPE = """
name = "{name}"
steps = {steps}
batch = 8
seed = 5
precision = "bf16"
weights = "imagenet"
checkpoint_every = 100

[model]
scheme = "cihp"
backbone = "{backbone}"
mask_dim = 128

[model.pixel_decoder]
kind = "fpn"
dim = 128
layers = 1
heads = 8
ffn_dim = 512
coordinates = true

[model.decoder]
dim = 128
layers = {layers}
heads = 8
ffn_dim = 512
queries = {queries}

[loss]
points = 4096

[optimiser]
rate = 8e-4
backbone_factor = 0.25
warmup_steps = 50
schedule = "cosine"
ema_decay = 0.99

[pictures]
sizes = [[384, 256], [384, 288], [288, 384]]
group_share = 0.4
empty_share = {empty}
synthetic_share = {synthetic}
max_people = 6
max_height = 1.6
rare_class_share = 0.7
colour_strength = 0.7
min_scale = 0.75
max_scale = 1.5

[publish]
short_side = 384
long_side = 512
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """One network and what it learns from.

    Attributes:
        name: in the table, and of its folder.
        backbone: its name.
        layers, queries: of the decoder.
        synthetic: share of the pictures with synthetic people, 0..1.
    """

    name: str
    backbone: str = "efficientnet-lite0"
    layers: int = 5
    queries: int = 100
    synthetic: float = 0.4

    def recipe(self, steps: int) -> str:
        """Return the recipe file."""
        return RECIPE.format(
            name=self.name,
            steps=steps,
            backbone=self.backbone,
            layers=self.layers,
            queries=self.queries,
            synthetic=self.synthetic,
            # Empty pictures are strips of photos.
            empty=0.0 if self.synthetic == 1 else 0.05,
        )


VARIANTS = (
    Variant("lite0"),
    Variant("photos alone", synthetic=0.0),
    Variant("synthetic people alone", synthetic=1.0),
    Variant("lite1", backbone="efficientnet-lite1"),
    Variant("lite2", backbone="efficientnet-lite2"),
    Variant("3 decoder layers", layers=3),
    Variant("50 queries", queries=50),
)


def main() -> None:
    """Train, score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--synthetic", type=Path, required=True)
    parser.add_argument("--photo", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    options = parser.parse_args()
    print(HEAD, flush=True)
    models = []
    for variant in VARIANTS:
        home = options.out / variant.name.replace(" ", "-")
        models.append(home / "model.onnx")
        if not models[-1].exists():
            home.mkdir(parents=True, exist_ok=True)
            (home / "recipe.toml").write_text(variant.recipe(options.steps), encoding="utf-8")
            m2fp(
                *("train", home / "recipe.toml", "--data", options.data),
                *("--synthetic", options.synthetic, "--out", home),
            )
            m2fp("export", home / "last.pt", "-o", models[-1])
        print(row(variant.name, models[-1], options.data), flush=True)
    print()
    print(times(models, options.photo))


if __name__ == "__main__":
    main()
