"""The smallest recipe and data set that exercise the whole of training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.labelled_photos import standing_person, write_cihp

from m2fp.datasets import Sample, open_dataset
from m2fp.model import DecoderConfig, ModelConfig, PixelDecoderConfig
from m2fp.train.config import LossConfig, OptimiserConfig, PictureConfig, TrainConfig

MODEL = ModelConfig(
    backbone="efficientnet-lite0",
    mask_dim=16,
    pixel_decoder=PixelDecoderConfig(kind="fpn", dim=32, layers=1, heads=4, ffn_dim=32),
    decoder=DecoderConfig(dim=32, layers=2, heads=4, ffn_dim=32, queries=12),
)
RECIPE = TrainConfig(
    name="tiny",
    steps=6,
    batch=2,
    seed=3,
    checkpoint_every=3,
    model=MODEL,
    loss=LossConfig(points=64),
    optimiser=OptimiserConfig(rate=1e-3, warmup_steps=2, schedule="cosine", ema_decay=0.9),
    pictures=PictureConfig(
        sizes=((64, 96), (96, 64)),
        growth=((0.5, 0.67),),
        max_people=3,
        rare_class_share=0.5,
    ),
)


def with_(recipe: TrainConfig = RECIPE, **changes: object) -> TrainConfig:
    """Return the recipe with some values changed."""
    return replace(recipe, **changes)  # type: ignore[arg-type]


def samples(root: Path) -> list[Sample]:
    """Write three labelled people and return them."""
    people = [
        standing_person((80, 60), colour=(200, 60, 60)),
        standing_person((70, 80), colour=(60, 60, 200)),
        standing_person((90, 50), colour=(60, 200, 200)),
    ]
    people[0].categories[2:8, 20:40] = 1  # one of them wears a hat
    people[0].humans[2:8, 20:40] = 1
    return open_dataset(write_cihp(root, people)).samples("train")
