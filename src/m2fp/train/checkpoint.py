"""A run's state on disk: enough to go on as if it had never stopped."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from torch import nn
from torch.optim import AdamW

from m2fp.errors import ConfigError
from m2fp.train.config import TrainConfig, parse_config
from m2fp.train.ema import WeightAverage
from m2fp.whole_file import whole_file

LAST = "last.pt"
_KEYS = {"config", "done", "model", "optimiser", "average"}


@dataclass(frozen=True, slots=True)
class RunState:
    """What a step changes; `average` is None when the recipe keeps none."""

    model: nn.Module
    optimiser: AdamW
    average: WeightAverage | None


def save_checkpoint(folder: Path, state: RunState, config: TrainConfig, done: int) -> Path:
    """Write `last.pt` and return its path; `done` steps are finished.

    The file is complete or absent, also when the process dies while writing.
    """
    path = folder / LAST
    values = {
        "config": asdict(config),
        "done": done,
        "model": state.model.state_dict(),
        "optimiser": state.optimiser.state_dict(),
        "average": state.average.model.state_dict() if state.average else None,
    }
    with whole_file(path) as draft, draft.open("wb") as file:
        try:
            torch.save(values, file)  # not by its name, which would be written into it
        except RuntimeError as error:
            # When a disk is full, PyTorch fails once more while it closes, and tells of that.
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise
    return path


def load_checkpoint(folder: Path, state: RunState, config: TrainConfig) -> int:
    """Fill the state from `last.pt` and return how many steps are finished, 0 without a file.

    Raises ConfigError if the file comes from another recipe: it would not be the same run.
    """
    path = folder / LAST
    if not path.is_file():
        return 0
    values = read_checkpoint(path)
    try:
        began_as = replace(parse_config(values["config"]), publish=config.publish)
    except ValidationError:  # of another version, with other settings
        began_as = None
    if began_as != config:
        raise ConfigError(
            f"{path} belongs to another recipe; choose an empty output folder or the same recipe"
        )
    state.model.load_state_dict(values["model"])
    state.optimiser.load_state_dict(values["optimiser"])
    if state.average is not None:
        state.average.model.load_state_dict(values["average"])
    return int(values["done"])


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Return a checkpoint's values; only tensors and plain values are unpickled.

    Raises ConfigError if the file is damaged, is no checkpoint of ours or would run code, OSError
    if it cannot be opened.
    """
    with path.open("rb") as file:
        try:
            values = torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # whatever damaged bytes lead to
            raise ConfigError(
                f"{path} cannot be read as a training checkpoint; it is damaged, of another kind, "
                "or holds code, which is never run"
            ) from error
    if not isinstance(values, dict) or not values.keys() >= _KEYS:
        raise ConfigError(
            f"{path} was not written by `m2fp train`; official weights need `m2fp convert` first"
        )
    return values


def load_weights(model: nn.Module, path: Path) -> None:
    """Fill the model with the averaged weights of another run's checkpoint.

    Layers that the other run did not have keep their fresh values.
    Raises ConfigError if there is no such file, or if it has layers that the model has not.
    """
    if not path.is_file():
        raise ConfigError(f"the recipe starts from {path}, which is not there; train that first")
    values = read_checkpoint(path)
    weights = values["average"] or values["model"]
    own = model.state_dict()
    strange = [
        name for name in weights if name not in own or own[name].shape != weights[name].shape
    ]
    if strange:
        raise ConfigError(f"{path} is of another network: see {', '.join(strange[:3])}")
    model.load_state_dict(weights, strict=False)
