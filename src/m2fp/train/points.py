"""Comparing masks at points, not everywhere (PointRend, Kirillov et al. 2020, section 3.3)."""

import torch
from torch import Tensor
from torch.nn import functional as F


def sample_at(maps: Tensor, points: Tensor) -> Tensor:
    """Return the maps' bilinear values at points, (N, C, P).

    maps: (N, C, H, W); points: (N, P, 2) as x, y in 0..1, the map's edges (not its outer cells'
    centres) being 0 and 1.
    """
    sampled = F.grid_sample(maps, points[:, :, None] * 2 - 1, align_corners=False)
    return sampled[..., 0]


def look_up(masks: Tensor, index: Tensor, points: Tensor) -> Tensor:
    """Return the value of the mask cell that each point lies in, float32 (N, P).

    masks: bool (T, H, W) at full resolution; index: int64 (N,), the mask of each row of points
    (N, P, 2). Targets are labels: nothing lies between two of them, and four times finer than the
    predicted masks they need no interpolation (nor a float copy of every mask).
    """
    height, width = masks.shape[1:]
    x = (points[..., 0] * width).long().clamp(max=width - 1)
    y = (points[..., 1] * height).long().clamp(max=height - 1)
    return masks[index[:, None], y, x].float()


@torch.no_grad()
def uncertain_points(
    mask_logits: Tensor, count: int, oversample: float, uncertain_share: float
) -> Tensor:
    """Return points for each mask, (N, count, 2), most of them where its logit is nearest zero.

    mask_logits: (N, 1, H, W). Draws `oversample` times `count` uniform points, keeps the most
    uncertain `uncertain_share` of `count`, and fills up with fresh uniform ones.
    """
    masks = mask_logits.shape[0]
    device = mask_logits.device
    candidates = torch.rand(masks, int(count * oversample), 2, device=device)
    certainty = sample_at(mask_logits, candidates)[:, 0].abs()
    chosen = int(count * uncertain_share)
    index = certainty.topk(chosen, dim=1, largest=False, sorted=False).indices
    uncertain = candidates.gather(1, index[..., None].expand(-1, -1, 2))
    uniform = torch.rand(masks, count - chosen, 2, device=device)
    return torch.cat([uncertain, uniform], dim=1)
