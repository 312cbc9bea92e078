"""The masked-attention transformer decoder and its heads (Cheng et al. 2022, section 3.2)."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from m2fp.model.attention import MultiHeadAttention
from m2fp.model.blocks import FeedForward, Perceptron
from m2fp.model.config import DecoderConfig
from m2fp.model.position import sine_positions

LEVELS = 3


@dataclass(frozen=True, slots=True)
class QueryOutput:
    """What the queries say after one layer.

    class_logits: (B, Q, C + 1), the last class is "no object";
    mask_embeddings: (B, Q, mask_dim), a mask is its dot product with the mask features.
    """

    class_logits: Tensor
    mask_embeddings: Tensor


class MaskedAttentionDecoder(nn.Module):
    """Generic queries that look, layer by layer, only inside the mask they last predicted."""

    def __init__(self, config: DecoderConfig, in_dim: int, mask_dim: int, classes: int):
        super().__init__()
        dim = config.dim
        self.query_features = nn.Embedding(config.queries, dim)
        self.query_positions = nn.Embedding(config.queries, dim)
        self.level_embedding = nn.Embedding(LEVELS, dim)
        self.project = nn.ModuleList(
            nn.Conv2d(in_dim, dim, 1) if in_dim != dim else nn.Identity() for _ in range(LEVELS)
        )
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(dim)
        self.class_head = nn.Linear(dim, classes + 1)
        self.mask_head = Perceptron((dim, dim, dim, mask_dim))

    def forward(self, mask_features: Tensor, levels: list[Tensor]) -> list[QueryOutput]:
        """Return the queries' output before the first layer and after every layer.

        mask_features: (B, mask_dim, H / 4, W / 4); levels: (B, in_dim, h, w), coarsest first.
        While training the list has layers + 1 entries, all supervised; otherwise only the last.
        """
        batch = mask_features.shape[0]
        memories, positions, features = [], [], []
        for index, x in enumerate(levels):
            height, width = x.shape[2], x.shape[3]
            tokens = self.project[index](x).flatten(2).transpose(1, 2)
            memories.append(tokens + self.level_embedding.weight[index])
            dim = tokens.shape[2]
            positions.append(sine_positions(height, width, dim, x).flatten(1).transpose(0, 1))
            # Resizing is linear, so resizing the features once equals resizing every mask.
            features.append(
                F.interpolate(
                    mask_features, (height, width), mode="bilinear", align_corners=False
                ).flatten(2)
            )

        queries = self.query_features.weight.expand(batch, -1, -1)
        query_positions = self.query_positions.weight
        outputs = []
        for index, layer in enumerate(self.layers):
            level = index % LEVELS
            normed = self.norm(queries)
            embeddings = self.mask_head(normed)
            if self.training:
                outputs.append(QueryOutput(self.class_head(normed), embeddings))
            blocked = _blocked(embeddings.detach(), features[level].detach())
            queries = layer(queries, query_positions, memories[level], positions[level], blocked)
        normed = self.norm(queries)
        outputs.append(QueryOutput(self.class_head(normed), self.mask_head(normed)))
        return outputs


class DecoderLayer(nn.Module):
    """Masked cross-attention, self-attention and feed-forward, each normalised after its sum."""

    def __init__(self, config: DecoderConfig):
        super().__init__()
        self.cross_attention = MultiHeadAttention(config.dim, config.heads)
        self.cross_norm = nn.LayerNorm(config.dim)
        self.self_attention = MultiHeadAttention(config.dim, config.heads)
        self.self_norm = nn.LayerNorm(config.dim)
        self.ffn = FeedForward(config.dim, config.ffn_dim)
        self.ffn_norm = nn.LayerNorm(config.dim)

    def forward(
        self,
        queries: Tensor,
        query_positions: Tensor,
        memory: Tensor,
        positions: Tensor,
        blocked: Tensor,
    ) -> Tensor:
        """Return queries (B, Q, D).

        query_positions: (Q, D); memory: (B, N, D), one level's cells; positions: (N, D);
        blocked: bool (B, Q, N).
        """
        attended = self.cross_attention(
            queries + query_positions, memory + positions, memory, blocked
        )
        queries = self.cross_norm(queries + attended)
        placed = queries + query_positions
        queries = self.self_norm(queries + self.self_attention(placed, placed, queries))
        result: Tensor = self.ffn_norm(queries + self.ffn(queries))
        return result


def _blocked(mask_embeddings: Tensor, features: Tensor) -> Tensor:
    # bool (B, Q, N): where the last predicted mask is below one half. A query whose mask is empty
    # may look everywhere, else its attention would have nothing to sum over.
    blocked = (mask_embeddings @ features) < 0
    return blocked & ~blocked.all(-1, keepdim=True)
