"""Our weights under the names of transformers' Mask2Former (Apache-2.0), and random ones."""

from __future__ import annotations

import re

import torch
from torch import Tensor, nn

_PIXEL_DECODER = (
    (r"^project\.(\d)\.conv\.", r"input_projections.\1.0."),
    (r"^project\.(\d)\.norm\.", r"input_projections.\1.1."),
    (r"^level_embedding$", "level_embed"),
    (r"^layers\.", "encoder.layers."),
    (r"\.attention\.value_projection\.", ".self_attn.value_proj."),
    (r"\.attention\.output_projection\.", ".self_attn.output_proj."),
    (r"\.attention\.", ".self_attn."),
    (r"\.attention_norm\.", ".self_attn_layer_norm."),
    (r"\.ffn\.", "."),
    (r"\.ffn_norm\.", ".final_layer_norm."),
    (r"^lateral\.conv\.", "adapter_1.0."),
    (r"^lateral\.norm\.", "adapter_1.1."),
    (r"^smooth\.conv\.", "layer_1.0."),
    (r"^smooth\.norm\.", "layer_1.1."),
    (r"^mask_projection\.", "mask_projection."),
)
_DECODER = (
    (r"^query_features\.", "queries_features."),
    (r"^query_positions\.", "queries_embedder."),
    (r"^level_embedding\.", "level_embed."),
    (r"^project\.", "input_projections."),
    (r"^layers\.", "decoder.layers."),
    (r"\.cross_attention\.", ".cross_attn."),
    (r"\.cross_norm\.", ".cross_attn_layer_norm."),
    (r"\.self_attention\.", ".self_attn."),
    (r"\.self_norm\.", ".self_attn_layer_norm."),
    (r"\.ffn\.", "."),
    (r"\.ffn_norm\.", ".final_layer_norm."),
    (r"^norm\.", "decoder.layernorm."),
    (r"^mask_head\.layers\.(\d)\.", r"decoder.mask_predictor.mask_embedder.\1.0."),
)


def randomise(module: nn.Module, seed: int) -> None:
    """Give every parameter values that matter, also those that start at zero or one."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim > 1 and "embedding" not in name and "query" not in name:
            noise /= parameter[0].numel() ** 0.5
        is_norm = parameter.ndim == 1 and name.endswith("weight")
        parameter.data = 1 + 0.2 * noise if is_norm else noise


def pixel_decoder_weights(module: nn.Module) -> dict[str, Tensor]:
    """Return our pixel decoder's tensors under transformers' names."""
    return {_rename(name, _PIXEL_DECODER): t for name, t in module.state_dict().items()}


def decoder_weights(module: nn.Module) -> dict[str, Tensor]:
    """Return our decoder's tensors under transformers' names, the class head left out.

    There the class head belongs to the model around, and self-attention has three matrices.
    """
    weights: dict[str, Tensor] = {}
    for name, tensor in module.state_dict().items():
        if name.startswith("class_head."):
            continue
        new = _rename(name, _DECODER)
        if ".self_attn.in_proj_" in new:
            for letter, third in zip("qkv", tensor.chunk(3), strict=True):
                weights[new.replace("in_proj_", f"{letter}_proj.")] = third
        else:
            weights[new] = tensor
    return weights


def _rename(name: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, replacement in table:
        name = re.sub(pattern, replacement, name)
    return name
