"""Backbones: a photo's pixels to feature maps at strides 4, 8, 16, 32."""

from m2fp.model.backbone.efficientnet_lite import SCALES, EfficientNetLite
from m2fp.model.backbone.resnet import BLOCKS_PER_STAGE, ResNet
from m2fp.model.config import BackboneName

Backbone = ResNet | EfficientNetLite

__all__ = ["SCALES", "Backbone", "EfficientNetLite", "ResNet", "build_backbone"]


def build_backbone(name: BackboneName) -> Backbone:
    """Return the named backbone with random weights."""
    if name in BLOCKS_PER_STAGE:
        return ResNet(BLOCKS_PER_STAGE[name])
    return EfficientNetLite(*SCALES[name])
