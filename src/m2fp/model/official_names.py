"""The tensor names of public M2FP checkpoints, and ours for the same tensors.

M2FP's own releases and the ModelScope ports ("damo/..." and "iic/...") share one set of names: it
is Mask2Former's (MIT licence: detectron2's ResNet under `backbone.`, the pixel decoder and the
predictor under `sem_seg_head.`). The table was written from a list of the 822 names and shapes of
the ResNet-101 model for CIHP, which the tests hold our network against; it has not been tried on
a checkpoint file. Only names differ: shapes and layouts are the same on both sides.
"""

import re
from collections.abc import Iterable
from functools import cache

from m2fp.errors import IncompatibleModel

_PREDICTOR = "sem_seg_head.predictor"
_PIXELS = "sem_seg_head.pixel_decoder"
_ENCODER = f"{_PIXELS}.transformer.encoder.layers.{{layer}}"

# Beginnings of names, (ours, theirs). A {word} stands for the same text on both sides and never
# holds a dot; what follows the beginning is the same on both sides too. The first match counts, so
# that "conv1.norm." stands before "conv1.".
RENAMES = (
    ("backbone.stem.0.norm.", "backbone.stem.conv1.norm."),
    ("backbone.stem.1.norm.", "backbone.stem.conv2.norm."),
    ("backbone.stem.2.norm.", "backbone.stem.conv3.norm."),
    ("backbone.stem.0.conv.", "backbone.stem.conv1."),
    ("backbone.stem.1.conv.", "backbone.stem.conv2."),
    ("backbone.stem.2.conv.", "backbone.stem.conv3."),
    ("backbone.stages.0.{block}.{conv}.norm.", "backbone.res2.{block}.{conv}.norm."),
    ("backbone.stages.1.{block}.{conv}.norm.", "backbone.res3.{block}.{conv}.norm."),
    ("backbone.stages.2.{block}.{conv}.norm.", "backbone.res4.{block}.{conv}.norm."),
    ("backbone.stages.3.{block}.{conv}.norm.", "backbone.res5.{block}.{conv}.norm."),
    ("backbone.stages.0.{block}.{conv}.conv.", "backbone.res2.{block}.{conv}."),
    ("backbone.stages.1.{block}.{conv}.conv.", "backbone.res3.{block}.{conv}."),
    ("backbone.stages.2.{block}.{conv}.conv.", "backbone.res4.{block}.{conv}."),
    ("backbone.stages.3.{block}.{conv}.conv.", "backbone.res5.{block}.{conv}."),
    ("pixel_decoder.project.{level}.conv.", f"{_PIXELS}.input_proj.{{level}}.0."),
    ("pixel_decoder.project.{level}.norm.", f"{_PIXELS}.input_proj.{{level}}.1."),
    ("pixel_decoder.level_embedding", f"{_PIXELS}.transformer.level_embed"),
    (
        "pixel_decoder.layers.{layer}.attention.value_projection.",
        f"{_ENCODER}.self_attn.value_proj.",
    ),
    (
        "pixel_decoder.layers.{layer}.attention.output_projection.",
        f"{_ENCODER}.self_attn.output_proj.",
    ),
    ("pixel_decoder.layers.{layer}.attention.", f"{_ENCODER}.self_attn."),
    ("pixel_decoder.layers.{layer}.attention_norm.", f"{_ENCODER}.norm1."),
    ("pixel_decoder.layers.{layer}.ffn.fc1.", f"{_ENCODER}.linear1."),
    ("pixel_decoder.layers.{layer}.ffn.fc2.", f"{_ENCODER}.linear2."),
    ("pixel_decoder.layers.{layer}.ffn_norm.", f"{_ENCODER}.norm2."),
    ("pixel_decoder.lateral.norm.", f"{_PIXELS}.adapter_1.norm."),
    ("pixel_decoder.lateral.conv.", f"{_PIXELS}.adapter_1."),
    ("pixel_decoder.smooth.norm.", f"{_PIXELS}.layer_1.norm."),
    ("pixel_decoder.smooth.conv.", f"{_PIXELS}.layer_1."),
    ("pixel_decoder.mask_projection.", f"{_PIXELS}.mask_features."),
    (
        "decoder.layers.{layer}.cross_attention.",
        f"{_PREDICTOR}.transformer_cross_attention_layers.{{layer}}.multihead_attn.",
    ),
    (
        "decoder.layers.{layer}.cross_norm.",
        f"{_PREDICTOR}.transformer_cross_attention_layers.{{layer}}.norm.",
    ),
    (
        "decoder.layers.{layer}.self_attention.",
        f"{_PREDICTOR}.transformer_self_attention_layers.{{layer}}.self_attn.",
    ),
    (
        "decoder.layers.{layer}.self_norm.",
        f"{_PREDICTOR}.transformer_self_attention_layers.{{layer}}.norm.",
    ),
    (
        "decoder.layers.{layer}.ffn.fc1.",
        f"{_PREDICTOR}.transformer_ffn_layers.{{layer}}.linear1.",
    ),
    (
        "decoder.layers.{layer}.ffn.fc2.",
        f"{_PREDICTOR}.transformer_ffn_layers.{{layer}}.linear2.",
    ),
    ("decoder.layers.{layer}.ffn_norm.", f"{_PREDICTOR}.transformer_ffn_layers.{{layer}}.norm."),
    ("decoder.norm.", f"{_PREDICTOR}.decoder_norm."),
    ("decoder.query_features.", f"{_PREDICTOR}.query_feat."),
    # Mask2Former's first releases.
    ("decoder.query_features.", f"{_PREDICTOR}.static_query."),
    ("decoder.query_positions.", f"{_PREDICTOR}.query_embed."),
    # Only where the two halves of the head differ in width; in the official sizes they do not.
    ("decoder.project.{level}.", f"{_PREDICTOR}.input_proj.{{level}}."),
    ("decoder.level_embedding.", f"{_PREDICTOR}.level_embed."),
    ("decoder.class_head.", f"{_PREDICTOR}.class_embed."),
    ("decoder.mask_head.layers.{layer}.", f"{_PREDICTOR}.mask_embed.layers.{{layer}}."),
)

# Tensors of public checkpoints that are no part of the network: the loss's class weights, the
# input normalisation (ours is `ResNet.mean` and `std`) and BatchNorm's counters.
_LEFTOVER = re.compile(r"criterion\.|pixel_mean$|pixel_std$|.*\.num_batches_tracked$")
# MaskFormer's first releases had the pixel decoder's tensors directly in the head.
_OLD_HEAD = re.compile(r"^sem_seg_head\.(?!predictor\.|pixel_decoder\.)")


def to_official(name: str) -> str:
    """Return the official name of one of our tensors.

    Raises:
        IncompatibleModel: the official network has no such tensor.
    """
    return _rename(name, RENAMES)


def from_official(name: str) -> str:
    """Return our name of an official tensor, whose name may be of Mask2Former's first releases.

    Raises:
        IncompatibleModel: our network has no such tensor.
    """
    table = ((theirs, ours) for ours, theirs in RENAMES)
    return _rename(_OLD_HEAD.sub(f"{_PIXELS}.", name), table)


def is_leftover(name: str) -> bool:
    """Return whether an official tensor only served training, or repeats what our network knows."""
    return _LEFTOVER.match(name) is not None


def _rename(name: str, table: Iterable[tuple[str, str]]) -> str:
    for source, target in table:
        found = _pattern(source).match(name)
        if found:
            return target.format(**found.groupdict()) + name[found.end() :]
    raise IncompatibleModel(f"the tensor {name!r} belongs to another network")


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^.]+)", re.escape(template)))
