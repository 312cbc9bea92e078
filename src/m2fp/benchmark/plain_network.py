"""The network as it was published: the same numbers, without what this package saves.

Three things differ from `m2fp.model`. Masks are predicted in full before every layer and shrunk to
the level looked at (Cheng et al. 2022, section 3.2); ours shrinks the mask features once. Classes
are predicted there too, though only the last count. And deformable attention stacks the samples of
all levels before it weighs them, the usual form where its operator is not compiled.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from m2fp.model import M2FP
from m2fp.model.decoder import LEVELS, QueryOutput
from m2fp.model.m2fp import NetworkOutput
from m2fp.model.pixel_decoder.deformable_attention import DeformableAttention
from m2fp.model.position import sine_positions


class PlainNetwork(nn.Module):
    """A network with another's weights that computes them in the published way."""

    def __init__(self, model: M2FP):
        super().__init__()
        self.model = model
        for module in model.modules():
            if isinstance(module, DeformableAttention):
                module.sample = sample_stacked

    def forward(self, pixels: Tensor) -> NetworkOutput:
        """Return what the model returns, all outputs included; pixels as the model takes them."""
        maps = self.model.backbone(pixels)
        mask_features, levels = self.model.pixel_decoder(maps)
        return NetworkOutput(mask_features, self._decode(mask_features, levels))

    def _decode(self, mask_features: Tensor, levels: list[Tensor]) -> list[QueryOutput]:
        decoder = self.model.decoder
        memories, positions = [], []
        for index, level in enumerate(levels):
            tokens = decoder.project[index](level).flatten(2).transpose(1, 2)
            memories.append(tokens + decoder.level_embedding.weight[index])
            encoding = sine_positions(level.shape[2], level.shape[3], tokens.shape[2], level)
            positions.append(encoding.flatten(1).transpose(0, 1))
        queries = decoder.query_features.weight.expand(len(mask_features), -1, -1)
        outputs = [self._predict(queries)]
        for index, layer in enumerate(decoder.layers):
            at = index % LEVELS
            masks = torch.einsum("bqc,bchw->bqhw", outputs[-1].mask_embeddings, mask_features)
            shrunk = F.interpolate(masks, levels[at].shape[-2:], mode="bilinear")
            blocked = shrunk.sigmoid().flatten(2) < 0.5
            blocked[blocked.all(-1)] = False
            queries = layer(
                queries, decoder.query_positions.weight, memories[at], positions[at], blocked
            )
            outputs.append(self._predict(queries))
        return outputs

    def _predict(self, queries: Tensor) -> QueryOutput:
        decoder = self.model.decoder
        normed = decoder.norm(queries)
        return QueryOutput(decoder.class_head(normed), decoder.mask_head(normed))


def sample_stacked(
    values: Tensor,
    offsets: Tensor,
    logits: Tensor,
    *,
    reference: Tensor,
    sizes: list[tuple[int, int]],
    heads: int,
) -> Tensor:
    """Return what `sample_levels` returns, of the same arguments."""
    batch, count, width = values.shape
    offsets = offsets.view(batch, count, heads, len(sizes), -1, 2)
    weights = logits.view(batch, count, heads, -1).softmax(-1)
    cells = torch.tensor([[w, h] for h, w in sizes], dtype=offsets.dtype, device=offsets.device)
    grids = 2 * (reference[None, :, None, None, None] + offsets / cells[:, None]) - 1
    by_head = values.view(batch, count, heads, -1)
    levels = torch.split(by_head, [h * w for h, w in sizes], dim=1)
    samples = [
        F.grid_sample(
            level.flatten(2).transpose(1, 2).reshape(batch * heads, -1, *size),
            grids[:, :, :, index].transpose(1, 2).flatten(0, 1),
            mode="bilinear",
            padding_mode="zeros",
            align_corners=False,
        )
        for index, (level, size) in enumerate(zip(levels, sizes, strict=True))
    ]
    stacked = torch.stack(samples, dim=-2).flatten(-2)  # (B * heads, D / heads, N, samples)
    weighed = stacked * weights.transpose(1, 2).reshape(batch * heads, 1, count, -1)
    return weighed.sum(-1).view(batch, width, count).transpose(1, 2)
