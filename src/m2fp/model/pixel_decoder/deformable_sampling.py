"""The heart of deformable attention: weighted samples of every level at learned points."""

from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F


class Sampler(Protocol):
    """Sums samples of the levels; exporting replaces it by one node, see `m2fp.export`."""

    def __call__(
        self,
        values: Tensor,
        offsets: Tensor,
        logits: Tensor,
        *,
        reference: Tensor,
        sizes: list[tuple[int, int]],
        heads: int,
    ) -> Tensor:
        """Return the weighted sums, (B, N, D); see `sample_levels`."""
        ...


def sample_levels(
    values: Tensor,
    offsets: Tensor,
    logits: Tensor,
    *,
    reference: Tensor,
    sizes: list[tuple[int, int]],
    heads: int,
) -> Tensor:
    """Return for every token the weighted sum of its samples, (B, N, D).

    Source: Zhu et al. 2021, equation 3, without its two projections.

    Args:
        values: (B, N, D), the levels' cells one after another; a head has D / heads channels.
        offsets: (B, N, heads * levels * points * 2), x and y in cells of the level looked at.
        logits: (B, N, heads * levels * points); their softmax over levels and points weighs.
        reference: (N, 2), every token's own centre as x, y in 0..1.
        sizes: (height, width) of each level, N cells in all.
        heads: number of heads.
    """
    batch, count, _ = values.shape
    offsets = offsets.view(batch, count, heads, len(sizes), -1, 2)
    weights = logits.view(batch, count, heads, -1).softmax(-1).view(offsets.shape[:-1])
    cells = torch.tensor([[w, h] for h, w in sizes], dtype=offsets.dtype, device=offsets.device)
    places = reference[None, :, None, None, None] + offsets / cells[:, None]
    total: Tensor | None = None
    for level, cells_of_level in enumerate(torch.split(values, [h * w for h, w in sizes], dim=1)):
        # Heads join the batch: (B * heads, D / heads, H, W), sampled at (N, points).
        value = cells_of_level.transpose(1, 2).reshape(batch * heads, -1, *sizes[level])
        grid = places[:, :, :, level].transpose(1, 2).flatten(0, 1) * 2 - 1
        sampled = F.grid_sample(value, grid, padding_mode="zeros", align_corners=False)
        weight = weights[:, :, :, level].transpose(1, 2).flatten(0, 1)[:, None]
        part = (sampled * weight).sum(-1)  # (B * heads, D / heads, N)
        total = part if total is None else total + part
    assert total is not None
    return total.view(batch, -1, count).transpose(1, 2)
