"""Networks of random weights that behave like trained ones.

Random residual networks explode over a hundred layers, and random heads call everything the same.
Here every layer's activations have a trained network's size, the masks are patches of the picture
and a share of the queries is sure of a class, so that comparing outputs means something.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from m2fp.model import M2FP, DecoderConfig, ModelConfig, PixelDecoderConfig
from m2fp.model.blocks import FrozenBatchNorm
from m2fp.model.pixel_decoder.deformable_attention import DeformableAttention

OFFICIAL = ModelConfig()
SMALL = ModelConfig(
    backbone="resnet50",
    mask_dim=32,
    pixel_decoder=PixelDecoderConfig(dim=64, layers=2, ffn_dim=48),
    decoder=DecoderConfig(dim=64, layers=4, ffn_dim=80, queries=20),
)

_PICTURE = (128, 160)
_BRANCH = 0.4
_MASK_STEEPNESS = 4.0  # standard deviation of the mask logits
_MASK_SHIFT = -4.0  # so that a mask covers a sixth of the picture
_CLASS_STEEPNESS = 5.0
_NO_OBJECT = 0.6  # of the queries


def random_network(config: ModelConfig, seed: int) -> M2FP:
    """Return a network in evaluation mode; the same for the same seed and machine."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        model = M2FP(config).eval()
        _scatter(model)
        pictures = _pictures()
        _fit_batch_norms(model, pictures)
        _fit_masks(model, pictures)
        _fit_classes(model, pictures)
    return model


def margin(model: M2FP, pixels: Tensor) -> float:
    """Return the mask logit nearest to zero among those that decide where the queries look.

    A query looks where its last mask is above zero, so rounding that moves a logit across zero
    changes what the query sees at once. Two implementations can only be compared on inputs whose
    margin is far above rounding.
    """
    model.train()  # gives the masks before every layer; nothing in the network is random
    with torch.no_grad():
        output = model(pixels)
    model.eval()
    height, width = pixels.shape[2:]
    nearest = float("inf")
    for index, before in enumerate(output.outputs[:-1]):
        stride = (32, 16, 8)[index % 3]
        features = F.interpolate(
            output.mask_features,
            (height // stride, width // stride),
            mode="bilinear",
            align_corners=False,
        )
        nearest = min(nearest, float((before.mask_embeddings @ features.flatten(2)).abs().min()))
    return nearest


def _scatter(model: M2FP) -> None:
    """Move what initialisation leaves at zero or one, where a mistake would not show."""
    for module in model.modules():
        if isinstance(module, nn.GroupNorm | nn.LayerNorm | FrozenBatchNorm):
            module.weight.uniform_(0.7, 1.3)
            module.bias.normal_(0, 0.1)
        elif isinstance(module, DeformableAttention):
            # Points move by a cell or so, and some count more than others.
            spread = module.sampling_offsets.in_features**-0.5
            module.sampling_offsets.weight.normal_(0, spread)
            module.attention_weights.weight.normal_(0, spread)
    for name, parameter in model.named_parameters():
        if name.endswith("in_proj_bias"):
            parameter.normal_(0, 0.1)
        elif name.endswith(("out_proj.weight", "output_projection.weight", "fc2.weight")):
            # What a layer adds is less than what was there, or all queries become one.
            parameter.mul_(_BRANCH)
    for name, buffer in model.backbone.named_buffers():
        if name.endswith("conv3.norm.weight"):
            buffer.mul_(_BRANCH)


def _pictures() -> Tensor:
    """Return float32 (2, 3, H, W) as if normalised: discs on a gradient, under some noise."""
    height, width = _PICTURE
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij"
    )
    pictures = torch.stack([x, y, x * y]).expand(2, 3, height, width).clone()
    for _ in range(12):
        centre, colour = torch.rand(2) * 2 - 1, torch.randn(2, 3, 1)
        inside = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < 0.3 * torch.rand(1)
        pictures[:, :, inside] = colour
    return pictures + 0.2 * torch.randn_like(pictures)


def _fit_batch_norms(model: M2FP, pictures: Tensor) -> None:
    """Give every frozen normalisation the statistics of what reaches it."""

    def measure(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(module, FrozenBatchNorm)
        variance, mean = torch.var_mean(inputs[0], dim=(0, 2, 3))
        module.running_mean.copy_(mean)
        module.running_var.copy_(variance.clamp(min=1e-3))

    hooks = [
        module.register_forward_pre_hook(measure)
        for module in model.modules()
        if isinstance(module, FrozenBatchNorm)
    ]
    model.backbone(pictures)
    for hook in hooks:
        hook.remove()


def _fit_masks(model: M2FP, pictures: Tensor) -> None:
    """Make every query's mask logits vary around `_MASK_SHIFT` over a picture."""
    projection = model.pixel_decoder.mask_projection
    last = model.decoder.mask_head.layers[-1]
    assert isinstance(last, nn.Linear)
    assert projection.bias is not None
    # The first feature is a constant, which every query counts alike.
    projection.weight[0] = 0
    projection.bias[0] = 1
    last.weight[0] = 0
    last.bias[0] = 0
    output = model(pictures)
    projection.bias[1:] -= output.mask_features.mean(dim=(0, 2, 3))[1:]
    last.bias[1:] -= output.outputs[-1].mask_embeddings.mean(dim=(0, 1))[1:]
    spread = model(pictures).mask_logits().std(dim=(2, 3)).mean()
    projection.weight[1:] *= _MASK_STEEPNESS / spread
    projection.bias[1:] *= _MASK_STEEPNESS / spread
    last.bias[0] = _MASK_SHIFT


def _fit_classes(model: M2FP, pictures: Tensor) -> None:
    """Make most queries sure of a class or of seeing nothing."""
    head = model.decoder.class_head
    head.bias -= model(pictures).class_logits.mean(dim=(0, 1))
    spread = model(pictures).class_logits.std()
    head.weight *= _CLASS_STEEPNESS / spread
    head.bias *= _CLASS_STEEPNESS / spread
    logits = model(pictures).class_logits
    lead = logits[..., :-1].amax(-1) - logits[..., -1]
    head.bias[-1] += lead.flatten().quantile(_NO_OBJECT)
