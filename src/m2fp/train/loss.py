"""The set loss of every supervised output (Cheng et al. 2022, section 3.3)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from m2fp.model.decoder import QueryOutput
from m2fp.model.m2fp import NetworkOutput
from m2fp.train.config import LossConfig
from m2fp.train.matcher import match
from m2fp.train.points import look_up, sample_at, uncertain_points
from m2fp.train.targets import Targets


@dataclass(frozen=True, slots=True)
class Losses:
    """Sums over the supervised outputs, each already weighted; scalars."""

    classes: Tensor
    mask: Tensor
    dice: Tensor

    @property
    def total(self) -> Tensor:
        """Return what is minimised."""
        return self.classes + self.mask + self.dice


def set_loss(
    output: NetworkOutput, targets: list[Targets], config: LossConfig, mask_count: Tensor
) -> Losses:
    """Return the losses of a batch.

    targets: one per picture; mask_count: the batch's number of target masks, averaged over
    processes by the caller; it divides the mask losses (at least 1).
    """
    assigned: list[list[Pair]] = []
    mask_losses = []
    # Outputs of one picture share its mask features, so that one product gives all their masks.
    for picture, features in enumerate(output.mask_features.float().unbind()):
        outputs = [_of_picture(one, picture) for one in output.outputs]
        pairs = _assign(outputs, features, targets[picture], config)
        mask_losses.append(_mask_losses(outputs, features, pairs, targets[picture], config))
        assigned.append(pairs)
    class_losses = [
        _class_loss(one.class_logits, [pairs[index] for pairs in assigned], targets, config)
        for index, one in enumerate(output.outputs)
    ]
    mask, dice = (torch.stack(column).sum() for column in zip(*mask_losses, strict=True))
    count = mask_count.clamp(min=1)
    return Losses(
        classes=config.class_weight * torch.stack(class_losses).sum(),
        mask=config.mask_weight * mask / count,
        dice=config.dice_weight * dice / count,
    )


# The matched query indices and target indices, int64 (T,) each.
Pair = tuple[Tensor, Tensor]


def _of_picture(output: QueryOutput, picture: int) -> QueryOutput:
    # (Q, C + 1) and (Q, mask_dim) in float32.
    return QueryOutput(
        output.class_logits[picture].float(), output.mask_embeddings[picture].float()
    )


@torch.no_grad()
def _assign(
    outputs: list[QueryOutput], features: Tensor, target: Targets, config: LossConfig
) -> list[Pair]:
    # features: (mask_dim, h, w). One pair per supervised output.
    points = torch.rand(1, config.points, 2, device=features.device)
    everything = torch.arange(len(target.classes), device=features.device)
    wanted = look_up(target.masks, everything, points.expand(len(everything), -1, -1))
    # Masks are linear in the features: sampling those once serves all queries and outputs.
    here = sample_at(features[None], points)[0]
    return [
        match(one.class_logits, one.mask_embeddings @ here, target.classes, wanted, config)
        for one in outputs
    ]


def _mask_losses(
    outputs: list[QueryOutput],
    features: Tensor,
    pairs: list[Pair],
    target: Targets,
    config: LossConfig,
) -> tuple[Tensor, Tensor]:
    # Sums of the cross-entropies and of the Dice losses over all outputs' matched masks.
    embeddings = torch.cat(
        [one.mask_embeddings[query] for one, (query, _) in zip(outputs, pairs, strict=True)]
    )
    index = torch.cat([index for _, index in pairs])
    if len(index) == 0:
        # Still part of the graph: other processes wait for every parameter's gradient.
        nothing = features.sum() * 0 + sum(one.mask_embeddings.sum() for one in outputs) * 0
        return nothing, nothing
    logits = (embeddings @ features.flatten(1)).view(-1, 1, *features.shape[1:])
    points = uncertain_points(logits, config.points, config.oversample, config.uncertain_share)
    predicted = sample_at(logits, points)[:, 0]
    wanted = look_up(target.masks, index, points)
    return cross_entropy_loss(predicted, wanted).sum(), dice_loss(predicted, wanted).sum()


def _class_loss(
    logits: Tensor, pairs: list[Pair], targets: list[Targets], config: LossConfig
) -> Tensor:
    # logits: (B, Q, C + 1). Unmatched queries should say "no object", the last class.
    no_object = logits.shape[2] - 1
    wanted = logits.new_full(logits.shape[:2], no_object, dtype=torch.int64)
    for picture, (query, index) in enumerate(pairs):
        wanted[picture, query] = targets[picture].classes[index]
    weights = torch.ones(no_object + 1, device=logits.device)
    weights[no_object] = config.no_object_weight
    return F.cross_entropy(logits.float().transpose(1, 2), wanted, weight=weights)


def cross_entropy_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return each mask's mean binary cross-entropy, (N,); logits and wanted: (N, P)."""
    return F.binary_cross_entropy_with_logits(logits, wanted, reduction="none").mean(1)


def dice_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return each mask's one minus smoothed Dice, (N,); logits and wanted: (N, P)."""
    inside = logits.sigmoid()
    overlap = 2 * (inside * wanted).sum(1)
    return 1 - (overlap + 1) / (inside.sum(1) + wanted.sum(1) + 1)
