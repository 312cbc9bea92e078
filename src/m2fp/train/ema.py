"""A running average of the weights, which generalises better than the last step's."""

import copy

import torch
from torch import nn


class WeightAverage:
    """Exponential moving average of a model's parameters; buffers follow the model."""

    def __init__(self, model: nn.Module, decay: float):
        self.decay = decay
        self.model = copy.deepcopy(model).eval().requires_grad_(requires_grad=False)

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Move the average towards the model after a step (0-based).

        The decay grows with the steps, so that the random start is forgotten quickly.
        """
        decay = min(self.decay, (1 + step) / (10 + step))
        pairs = zip(self.model.parameters(), model.parameters(), strict=True)
        averages, values = zip(*pairs, strict=True)
        torch._foreach_lerp_(list(averages), list(values), 1 - decay)
        for kept, buffer in zip(self.model.buffers(), model.buffers(), strict=True):
            kept.copy_(buffer)
