"""The training recipe as typed values, read from a TOML file."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from m2fp.errors import ConfigError
from m2fp.model.config import ModelConfig

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class LossConfig:
    """Weights of the losses and of the matching costs, and the points masks are compared at."""

    class_weight: float = 2.0
    mask_weight: float = 5.0
    dice_weight: float = 5.0
    no_object_weight: float = 0.1
    points: int = 12_544
    oversample: float = 3.0
    uncertain_share: float = 0.75


@dataclass(frozen=True, slots=True)
class OptimiserConfig:
    """AdamW and its schedule.

    `decay_at` are shares of all steps at which the rate falls tenfold (schedule "steps");
    schedule "cosine" falls to `final_rate` times the base rate.
    """

    rate: float = 4e-4
    backbone_factor: float = 0.1
    weight_decay: float = 0.05
    clip_norm: float = 0.01
    warmup_steps: int = 1_500
    schedule: Literal["steps", "poly", "cosine"] = "steps"
    decay_at: tuple[float, ...] = (0.887, 0.943)
    final_rate: float = 0.01
    ema_decay: float = 0.0


@dataclass(frozen=True, slots=True)
class PictureConfig:
    """What a training picture looks like.

    sizes: canvas (height, width) to draw from, multiples of 32; one batch has one size.
    empty_share: pictures with nobody in them, only a background.
    synthetic_share: of the others, pictures of synthetic people (`m2fp synth`), used as they are.
    puppet_share: of the people drawn, those posed anew as puppets, where their joints are known and
    the photo allows it; in a picture of one person in front of another background.
    harmony: 1 for people toned towards their background by a random share and with soft, clean
    edges, 0 for edges a pixel wide and no toning (`m2fp.augmentation.compose`).
    object_share: of all pictures, those with objects before and beside people, labelled background
    (`m2fp.augmentation.objects`).
    max_height: of the nearest person of a group, as a share of the picture's height.
    growth: (share of all steps, factor) pairs: until that share canvases are scaled by the factor,
    so that training starts on small pictures; after the last they have their own size.
    group_share: pictures composed of 1 to `max_people` people; the others are whole photos, at
    `min_scale` times the size that fits inside the canvas up to `max_scale` times the size that
    covers it. max_angle: degrees, two standard deviations, of the `rotation_share` rotated ones.
    colour_strength: 1 for the paper's jitter, 0 for none.
    """

    sizes: tuple[tuple[int, int], ...] = ((800, 800),)
    growth: tuple[tuple[float, float], ...] = ((1.0, 1.0),)
    group_share: float = 0.5
    empty_share: float = 0.0
    synthetic_share: float = 0.0
    puppet_share: float = 0.0
    harmony: float = 0.0
    object_share: float = 0.0
    max_people: int = 6
    max_height: float = 1.25
    rare_class_share: float = 0.0
    colour_strength: float = 1.0
    rotation_share: float = 0.6
    max_angle: float = 40.0
    min_scale: float = 0.6
    max_scale: float = 1.6


@dataclass(frozen=True, slots=True)
class PublishConfig:
    """What an exported file says of itself; it does not change the training.

    short_side, long_side: photos are scaled to fit both, in pixels; licence: of the weights.
    """

    short_side: int = 640
    long_side: int = 1333
    licence: str = "not stated"
    description: str = ""


@validated(config=_STRICT, frozen=True, slots=True)
class TrainConfig:
    """Everything that decides a training run, together with the data set and the code.

    weights: what to start from: nothing, "imagenet" for the backbone, or the path of another run's
    checkpoint, relative to the working folder; layers it does not have start fresh.
    stop_after: end the run after so many of the schedule's steps, for a second stage to go on.
    """

    name: str
    steps: int
    batch: int
    seed: int = 1
    precision: Literal["fp32", "bf16"] = "fp32"
    weights: str | None = None
    stop_after: int | None = None
    val_every: int = 0
    checkpoint_every: int = 500
    model: ModelConfig = field(default_factory=ModelConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    pictures: PictureConfig = field(default_factory=PictureConfig)
    publish: PublishConfig = field(default_factory=PublishConfig)


def read_config(path: Path) -> TrainConfig:
    """Return the recipe in a TOML file.

    Raises ConfigError naming every unknown key and every value that does not fit.
    """
    try:
        return parse_config(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ConfigError(f"no recipe at {path}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise ConfigError(f"{path}: {faults}") from error


def parse_config(values: dict[str, Any]) -> TrainConfig:
    """Return the recipe in plain values, with defaults for what they do not say.

    Raises pydantic's ValidationError.
    """
    return TypeAdapter(TrainConfig).validate_python(values)
