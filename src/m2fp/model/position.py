"""Where a cell lies, as numbers a network can use."""

import math

import torch
from torch import Tensor, nn


def sine_positions(height: int, width: int, dim: int, like: Tensor) -> Tensor:
    """Return the sine encoding of every cell of a map, float32 (dim, height, width).

    Source: DETR (Carion et al. 2020), appendix A.4.
    The first dim / 2 channels encode y, the others x; each coordinate is the cell's 1-based index
    over the map's length times 2 pi, at geometrically spaced frequencies, sine and cosine taking
    turns. `like` only tells the device.
    """
    half = dim // 2
    channel = torch.arange(half, dtype=torch.float32, device=like.device)
    period = 10_000 ** (2 * torch.div(channel, 2, rounding_mode="floor") / half)
    y = _encode_axis(height, period)  # (H, half)
    x = _encode_axis(width, period)  # (W, half)
    grid = torch.cat(
        [y[:, None].expand(height, width, half), x[None].expand(height, width, half)], dim=2
    )
    return grid.permute(2, 0, 1)


def _encode_axis(length: int, period: Tensor) -> Tensor:
    index = torch.arange(1, length + 1, dtype=torch.float32, device=period.device)
    # The small constant is part of the published encoding; checkpoints were trained with it.
    angle = (index / (length + 1e-6) * (2 * math.pi))[:, None] / period
    return torch.stack([angle[:, 0::2].sin(), angle[:, 1::2].cos()], dim=2).flatten(1)


class CoordinateEmbedding(nn.Module):
    """A learned function of a cell's place, to be added to a feature map.

    Two people who look alike differ only by where they are, which convolutions hardly tell and
    attention keeps out of its values. The function is linear in sines and cosines of x and of y
    with 1/2, 1, ... 8 periods over the map, and starts at zero, so that it can join a trained
    network. (The idea: CoordConv, Liu et al. 2018; Fourier features, Tancik et al. 2020.)
    """

    harmonics = 16

    def __init__(self, dim: int):
        super().__init__()
        self.from_y = nn.Linear(2 * self.harmonics, dim, bias=False)
        self.from_x = nn.Linear(2 * self.harmonics, dim, bias=False)
        nn.init.zeros_(self.from_y.weight)
        nn.init.zeros_(self.from_x.weight)

    def forward(self, height: int, width: int) -> Tensor:
        """Return (dim, height, width)."""
        y = self.from_y(self._waves(height)).transpose(0, 1)
        x = self.from_x(self._waves(width)).transpose(0, 1)
        result: Tensor = y[:, :, None] + x[:, None, :]
        return result

    def _waves(self, length: int) -> Tensor:
        # The sines, then the cosines: float32 (length, 2 * harmonics).
        device = self.from_y.weight.device
        place = (torch.arange(length, dtype=torch.float32, device=device) + 0.5) / length
        order = torch.arange(1, self.harmonics + 1, dtype=torch.float32, device=device)
        angle = place[:, None] * (math.pi * order)
        return torch.cat([angle.sin(), angle.cos()], dim=1)
