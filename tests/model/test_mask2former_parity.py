"""With the same weights our decoders compute what transformers' Mask2Former computes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from tests.model.hf_weights import decoder_weights, pixel_decoder_weights, randomise
from torch import Tensor
from torch.nn import functional as F
from transformers import Mask2FormerConfig
from transformers.models.mask2former.modeling_mask2former import (
    Mask2FormerPixelDecoder,
    Mask2FormerTransformerModule,
)

from m2fp.model import DecoderConfig, PixelDecoderConfig
from m2fp.model.decoder import MaskedAttentionDecoder
from m2fp.model.pixel_decoder import DeformablePixelDecoder

CLASSES = 21


@dataclass(frozen=True)
class Case:
    """Sizes of one comparison; `size` is the picture's (height, width)."""

    size: tuple[int, int]
    channels: tuple[int, int, int, int]
    dim: int
    mask_dim: int
    decoder_dim: int
    encoder_layers: int
    decoder_layers: int
    ffn_dim: int
    queries: int

    @property
    def theirs(self) -> Mask2FormerConfig:
        return Mask2FormerConfig(
            feature_size=self.dim,
            mask_feature_size=self.mask_dim,
            hidden_dim=self.decoder_dim,
            encoder_feedforward_dim=self.ffn_dim,
            dim_feedforward=2 * self.ffn_dim,
            encoder_layers=self.encoder_layers,
            decoder_layers=self.decoder_layers + 1,  # counts outputs
            num_queries=self.queries,
        )

    @property
    def pixel_decoder(self) -> PixelDecoderConfig:
        return PixelDecoderConfig(dim=self.dim, layers=self.encoder_layers, ffn_dim=self.ffn_dim)

    @property
    def decoder(self) -> DecoderConfig:
        return DecoderConfig(
            dim=self.decoder_dim,
            layers=self.decoder_layers,
            ffn_dim=2 * self.ffn_dim,
            queries=self.queries,
        )

    def map_sizes(self) -> list[tuple[int, int]]:
        return [(self.size[0] // stride, self.size[1] // stride) for stride in (4, 8, 16, 32)]


SMALL = Case((96, 160), (16, 24, 32, 40), 64, 48, 64, 3, 7, 96, 20)
ODD = Case((224, 352), (16, 24, 32, 40), 64, 48, 64, 2, 4, 96, 20)
PROJECTED = Case((96, 160), (16, 24, 32, 40), 128, 32, 64, 1, 3, 96, 20)
OFFICIAL = Case((96, 160), (256, 512, 1024, 2048), 256, 256, 256, 2, 2, 1024, 100)
CASES = pytest.mark.parametrize(
    "case", [SMALL, ODD, PROJECTED, OFFICIAL], ids=["small", "odd", "projected", "official"]
)


@CASES
@torch.no_grad()
def test_pixel_decoder(case: Case) -> None:
    ours = DeformablePixelDecoder(case.channels, case.pixel_decoder, case.mask_dim).eval()
    randomise(ours, seed=1)
    theirs = Mask2FormerPixelDecoder(case.theirs, case.channels).eval()
    theirs.load_state_dict(pixel_decoder_weights(ours))
    maps = _random_maps(case)
    mask_features, levels = ours(maps)
    expected = theirs(list(maps))
    _assert_close(mask_features, expected.mask_features)
    assert [x.shape[2:] for x in levels] == case.map_sizes()[:0:-1]
    for level, want in zip(levels, expected.multi_scale_features, strict=True):
        _assert_close(level, want)


@CASES
@torch.no_grad()
def test_decoder_at_every_output(case: Case) -> None:
    # There is no dropout: training only keeps the outputs of all layers.
    ours = MaskedAttentionDecoder(case.decoder, case.dim, case.mask_dim, CLASSES).train()
    randomise(ours, seed=2)
    theirs = Mask2FormerTransformerModule(case.dim, case.theirs).eval()
    theirs.load_state_dict(decoder_weights(ours))
    # The first query's first mask is empty, so that it must look everywhere.
    opposite = -ours.mask_head(ours.norm(ours.query_features.weight[0]))
    mask_features, levels = _random_features(case, opposite)
    outputs = ours(mask_features, levels)
    expected = theirs(levels, mask_features)
    assert len(outputs) == case.decoder_layers + 1
    for output, hidden, masks in zip(
        outputs,
        expected.intermediate_hidden_states,
        expected.masks_queries_logits,
        strict=True,
    ):
        _assert_close(output.class_logits, ours.class_head(hidden.transpose(0, 1)))
        _assert_close(torch.einsum("bqc,bchw->bqhw", output.mask_embeddings, mask_features), masks)
    assert (expected.masks_queries_logits[0][:, 0] < 0).all()


def _random_maps(case: Case) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    a, b, c, d = (
        torch.randn(2, channels, *size, generator=generator)
        for channels, size in zip(case.channels, case.map_sizes(), strict=True)
    )
    return a, b, c, d


def _random_features(case: Case, direction: Tensor) -> tuple[Tensor, list[Tensor]]:
    generator = torch.Generator().manual_seed(4)
    fine, *coarse = case.map_sizes()
    noise = torch.randn(2, case.mask_dim, *fine, generator=generator)
    offset = F.normalize(direction, dim=0)[:, None, None]
    mask_features = 0.5 * offset + 0.1 * noise
    levels = [torch.randn(2, case.dim, *size, generator=generator) for size in reversed(coarse)]
    return mask_features, levels


def _assert_close(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)
