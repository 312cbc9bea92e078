"""The whole network: photo tensor to queries, each a class and a mask."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from m2fp.labels import get_scheme
from m2fp.model.backbone import build_backbone
from m2fp.model.config import ModelConfig
from m2fp.model.decoder import MaskedAttentionDecoder, QueryOutput
from m2fp.model.pixel_decoder import build_pixel_decoder


@dataclass(frozen=True, slots=True)
class NetworkOutput:
    """Mask features (B, mask_dim, H / 4, W / 4) and the supervised outputs, the last one final."""

    mask_features: Tensor
    outputs: list[QueryOutput]

    @property
    def class_logits(self) -> Tensor:
        """Return the final class logits, (B, Q, C + 1)."""
        return self.outputs[-1].class_logits

    def mask_logits(self) -> Tensor:
        """Return the final mask logits at stride 4, (B, Q, H / 4, W / 4)."""
        masks = self.outputs[-1].mask_embeddings @ self.mask_features.flatten(2)
        return torch.unflatten(masks, 2, self.mask_features.shape[2:])


class M2FP(nn.Module):
    """Mask2Former for parsing: one set of generic queries for background, parts and people.

    Sources: Cheng et al., "Masked-attention Mask Transformer for Universal Image Segmentation",
    CVPR 2022; Yang et al., "Deep Learning Technique for Human Parsing", 2023 (section 4, M2FP).
    """

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        self.backbone = build_backbone(config.backbone)
        self.pixel_decoder = build_pixel_decoder(
            self.backbone.channels, config.pixel_decoder, config.mask_dim
        )
        classes = get_scheme(config.scheme).class_count
        self.decoder = MaskedAttentionDecoder(
            config.decoder, config.pixel_decoder.dim, config.mask_dim, classes
        )

    def forward(self, pixels: Tensor) -> NetworkOutput:
        """Return the queries' classes and masks.

        pixels: float (B, 3, H, W), RGB normalised with the backbone's mean and std, H and W
        multiples of 32.
        """
        maps = self.backbone(pixels)
        mask_features, levels = self.pixel_decoder(maps)
        return NetworkOutput(mask_features, self.decoder(mask_features, levels))
