"""Attention is PyTorch's own, weight for weight, and a blocked key is never seen."""

from __future__ import annotations

import torch
from torch import nn

from m2fp.model.attention import MultiHeadAttention


def _pair(dim: int = 24, heads: int = 4) -> tuple[MultiHeadAttention, nn.MultiheadAttention]:
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(dim, heads, batch_first=True)
    nn.init.normal_(theirs.in_proj_bias)
    nn.init.normal_(theirs.out_proj.bias)
    ours = MultiHeadAttention(dim, heads)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


@torch.no_grad()
def test_equals_torch_with_and_without_a_mask() -> None:
    ours, theirs = _pair()
    query, key, value = torch.randn(2, 5, 24), torch.randn(2, 7, 24), torch.randn(2, 7, 24)
    blocked = torch.rand(2, 5, 7) < 0.5
    blocked[..., 0] = False
    torch.testing.assert_close(ours(query, key, value), theirs(query, key, value)[0])
    per_head = blocked.repeat_interleave(4, dim=0)
    torch.testing.assert_close(
        ours(query, key, value, blocked), theirs(query, key, value, attn_mask=per_head)[0]
    )


@torch.no_grad()
def test_a_blocked_key_changes_nothing() -> None:
    ours, _ = _pair()
    query, key, value = torch.randn(1, 2, 24), torch.randn(1, 3, 24), torch.randn(1, 3, 24)
    blocked = torch.tensor([[[False, False, True], [False, True, False]]])
    before = ours(query, key, value, blocked)
    value[:, 2] += 100
    after = ours(query, key, value, blocked)
    torch.testing.assert_close(before[:, 0], after[:, 0])
    assert (before[:, 1] - after[:, 1]).abs().max() > 1
