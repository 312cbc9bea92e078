"""Which query answers for which target: the cheapest one-to-one assignment (DETR, section 3.1)."""

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional as F

from m2fp.train.config import LossConfig


@torch.no_grad()
def match(
    class_logits: Tensor,
    mask_logits: Tensor,
    classes: Tensor,
    masks: Tensor,
    weights: LossConfig,
) -> tuple[Tensor, Tensor]:
    """Return the matched query and target indices, two int64 (min(Q, T),) in target order.

    class_logits: (Q, C + 1); mask_logits: (Q, P), at points shared by all masks of the picture;
    classes: int64 (T,); masks: (T, P) in 0..1, the targets at the same points.
    """
    cost = (
        weights.class_weight * class_cost(class_logits.float(), classes)
        + weights.mask_weight * cross_entropy_cost(mask_logits.float(), masks.float())
        + weights.dice_weight * dice_cost(mask_logits.float(), masks.float())
    )
    query, target = linear_sum_assignment(cost.cpu().numpy())
    order = target.argsort()
    device = class_logits.device
    return (
        torch.as_tensor(query[order], device=device),
        torch.as_tensor(target[order], device=device),
    )


def class_cost(class_logits: Tensor, classes: Tensor) -> Tensor:
    """Return -p(class), (Q, T).

    Using the probability itself and not its logarithm keeps the cost on the scale of the masks'.
    """
    return -class_logits.softmax(-1)[:, classes]


def cross_entropy_cost(mask_logits: Tensor, masks: Tensor) -> Tensor:
    """Return the mean binary cross-entropy of every query with every target, (Q, T)."""
    # BCE(x, t) = softplus(x) - x t, so that all pairs are one matrix product.
    base = F.softplus(mask_logits).sum(1, keepdim=True)
    return (base - mask_logits @ masks.T) / mask_logits.shape[1]


def dice_cost(mask_logits: Tensor, masks: Tensor) -> Tensor:
    """Return one minus the smoothed Dice coefficient of every query with every target, (Q, T)."""
    inside = mask_logits.sigmoid()
    overlap = 2 * inside @ masks.T
    total = inside.sum(1, keepdim=True) + masks.sum(1)
    return 1 - (overlap + 1) / (total + 1)
