"""Small layers that several parts of the network share."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ConvNorm(nn.Module):
    """A convolution without bias, its normalisation, and optionally an activation."""

    def __init__(self, conv: nn.Conv2d, norm: nn.Module, activation: nn.Module | None = None):
        super().__init__()
        self.conv = conv
        self.norm = norm
        self.activation = activation if activation is not None else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, C_out, H', W') for x (B, C_in, H, W)."""
        result: Tensor = self.activation(self.norm(self.conv(x)))
        return result


class FrozenBatchNorm(nn.Module):
    """Batch normalisation whose statistics and affine never change (detectron2's FrozenBN).

    All four tensors are buffers under BatchNorm's names, so checkpoints of either kind fit.
    """

    weight: Tensor
    bias: Tensor
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int, eps: float = 1e-5):
        super().__init__()
        self.eps = eps
        self.register_buffer("weight", torch.ones(channels))
        self.register_buffer("bias", torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return x (B, C, H, W) scaled and shifted per channel."""
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        shift = self.bias - self.running_mean * scale
        return x * scale.to(x.dtype)[:, None, None] + shift.to(x.dtype)[:, None, None]


class FeedForward(nn.Module):
    """Two linear layers with a ReLU between, applied to every token."""

    def __init__(self, dim: int, hidden: int):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        """Return (..., dim) for x (..., dim)."""
        result: Tensor = self.fc2(F.relu(self.fc1(x)))
        return result


class Perceptron(nn.Module):
    """Linear layers with a ReLU after all but the last."""

    def __init__(self, sizes: tuple[int, ...]):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        """Return (..., sizes[-1]) for x (..., sizes[0])."""
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        result: Tensor = self.layers[-1](x)
        return result
