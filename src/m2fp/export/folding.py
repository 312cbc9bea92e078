"""Normalisation that a convolution can do itself."""

import copy

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from m2fp.model import M2FP
from m2fp.model.blocks import ConvNorm, FrozenBatchNorm


def fold_normalisation(model: M2FP) -> M2FP:
    """Return a copy in evaluation mode in which no convolution is followed by batch normalisation.

    With fixed statistics it is one factor and one summand per channel, which go into the weights:
    less to compute, and a quantised convolution then sees the weights that it really has. Group
    normalisation depends on the picture and stays.
    """
    folded = copy.deepcopy(model).eval()
    for module in folded.modules():
        if isinstance(module, ConvNorm) and isinstance(
            module.norm, nn.BatchNorm2d | FrozenBatchNorm
        ):
            conv, norm = module.conv, module.norm
            assert norm.running_mean is not None
            assert norm.running_var is not None
            conv.weight, conv.bias = fuse_conv_bn_weights(
                conv.weight,
                conv.bias,
                norm.running_mean,
                norm.running_var,
                norm.eps,
                norm.weight,
                norm.bias,
            )
            module.norm = nn.Identity()
    return folded
