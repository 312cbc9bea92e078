"""AdamW with M2FP's parameter groups, and the learning rate of every step."""

import math
from collections.abc import Iterator

from torch import nn
from torch.optim import AdamW

from m2fp.train.config import OptimiserConfig

_NORMS = (nn.LayerNorm, nn.GroupNorm, nn.BatchNorm2d)


def build_optimiser(model: nn.Module, config: OptimiserConfig) -> AdamW:
    """Return AdamW over all parameters.

    The backbone learns at `backbone_factor` times the rate; normalisation layers and embeddings
    are not decayed. Each group keeps its share of the rate under "factor".
    """
    members: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter, decays in _parameters(model):
        factor = config.backbone_factor if name.startswith("backbone.") else 1.0
        decay = config.weight_decay if decays else 0.0
        members.setdefault((factor, decay), []).append(parameter)
    groups = [
        {"params": params, "factor": factor, "weight_decay": decay}
        for (factor, decay), params in members.items()
    ]
    return AdamW(groups, lr=config.rate)


def set_rate(optimiser: AdamW, rate: float) -> None:
    """Set every group's learning rate to its factor of `rate`."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]


def rate_at(step: int, steps: int, config: OptimiserConfig) -> float:
    """Return the base learning rate of a step (0-based): linear warm-up, then the schedule."""
    warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
    done = step / steps
    if config.schedule == "steps":
        factor = 0.1 ** sum(done >= share for share in config.decay_at)
    elif config.schedule == "poly":
        factor = (1 - done) ** 0.9
    else:
        low = config.final_rate
        factor = low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done))
    return config.rate * warm * factor


def _parameters(model: nn.Module) -> Iterator[tuple[str, nn.Parameter, bool]]:
    for prefix, module in model.named_modules():
        for name, parameter in module.named_parameters(recurse=False):
            full = f"{prefix}.{name}" if prefix else name
            is_embedding = isinstance(module, nn.Embedding) or name == "level_embedding"
            yield full, parameter, not (isinstance(module, _NORMS) or is_embedding)
