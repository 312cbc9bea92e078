"""The training recipe as typed values, read from a TOML file."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from m2fp.errors import ConfigError
from m2fp.model.config import ModelConfig

_STRICT = ConfigDict(extra="forbid")

Count = Annotated[int, Field(gt=0)]
CountOrZero = Annotated[int, Field(ge=0)]
Side = Annotated[int, Field(gt=0, multiple_of=32)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class LossConfig:
    """Weights of the losses and of the matching costs, and the points masks are compared at."""

    class_weight: NotNegative = 2.0
    mask_weight: NotNegative = 5.0
    dice_weight: NotNegative = 5.0
    no_object_weight: NotNegative = 0.1
    points: Count = 12_544
    oversample: Annotated[float, Field(ge=1)] = 3.0
    uncertain_share: Share = 0.75


@dataclass(frozen=True, slots=True)
class OptimiserConfig:
    """AdamW and its schedule.

    `decay_at` are shares of all steps at which the rate falls tenfold (schedule "steps");
    schedule "cosine" falls to `final_rate` times the base rate.
    """

    rate: Positive = 4e-4
    backbone_factor: NotNegative = 0.1
    weight_decay: NotNegative = 0.05
    clip_norm: Positive = 0.01
    warmup_steps: CountOrZero = 1_500
    schedule: Literal["steps", "poly", "cosine"] = "steps"
    decay_at: tuple[Share, ...] = (0.887, 0.943)
    final_rate: Share = 0.01
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.0


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
    covers it, or 1.6 times the size that fits if that is less.
    max_angle: degrees, two standard deviations, of the `rotation_share` rotated ones.
    colour_strength: 1 for the paper's jitter, 0 for none.
    """

    sizes: Annotated[tuple[tuple[Side, Side], ...], Field(min_length=1)] = ((800, 800),)
    growth: tuple[tuple[Share, Positive], ...] = ((1.0, 1.0),)
    group_share: Share = 0.5
    empty_share: Share = 0.0
    synthetic_share: Share = 0.0
    puppet_share: Share = 0.0
    harmony: Share = 0.0
    object_share: Share = 0.0
    max_people: Count = 6
    max_height: Positive = 1.25
    rare_class_share: Share = 0.0
    colour_strength: NotNegative = 1.0
    rotation_share: Share = 0.6
    max_angle: NotNegative = 40.0
    min_scale: Positive = 0.6
    max_scale: Positive = 1.6


@dataclass(frozen=True, slots=True)
class PublishConfig:
    """What an exported file says of itself; it does not change the training.

    short_side, long_side: photos are scaled to fit both, in pixels; licence: of the weights.
    """

    short_side: Count = 640
    long_side: Count = 1333
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
    steps: Count
    batch: Count
    seed: CountOrZero = 1
    precision: Literal["fp32", "bf16"] = "fp32"
    weights: str | None = None
    stop_after: Count | None = None
    val_every: CountOrZero = 0
    checkpoint_every: Count = 500
    model: ModelConfig = field(default_factory=ModelConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    pictures: PictureConfig = field(default_factory=PictureConfig)
    publish: PublishConfig = field(default_factory=PublishConfig)

    def __post_init__(self) -> None:
        if self.stop_after is not None and self.stop_after > self.steps:
            raise ValueError(f"stop_after is {self.stop_after}, and there are {self.steps} steps")

    @property
    def end(self) -> int:
        """Return the number of steps that the run does, of those of its schedule."""
        return self.stop_after or self.steps


def read_config(path: Path) -> TrainConfig:
    """Return the recipe in a TOML file.

    Raises ConfigError naming every unknown key and every value that does not fit.
    """
    try:
        return parse_config(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ConfigError(f"no recipe at {path}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
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
