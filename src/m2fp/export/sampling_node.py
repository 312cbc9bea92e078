"""Deformable sampling as one node of the ONNX graph, with a body in standard operators.

The node is a function in ONNX's sense: a runtime that knows nothing of it runs the body, which is
`m2fp.model`'s `sample_levels`. A runtime that has something better for the whole, as the OpenVINO
engine has, finds it by name instead of having to recognise forty operators.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import onnx
import torch
from onnx import parser
from torch import Tensor

from m2fp.model import M2FP
from m2fp.model.pixel_decoder.deformable_attention import DeformableAttention
from m2fp.model.pixel_decoder.deformable_sampling import sample_levels

DOMAIN = "m2fp"
NAME = "DeformableSampling"
VERSION = 1

# values (1, N, D), offsets (1, N, heads * levels * points * 2), logits (1, N, heads * levels *
# points), reference (N, 2) as x, y in 0..1, sizes int64 (levels, 2) as height, width.
#
# What the shape of this body owes to measurement in ONNX Runtime: a broadcast along the last two
# values (x, y) costs six times a plain one, so that scale and centre are laid out once for all
# heads and points; the points of one level are sampled by one GridSample, since one per point with
# a running sum is slower.
_BODY = """
<domain: "m2fp", opset_import: ["": 18]>
DeformableSampling <heads, points> (values, offsets, logits, reference, sizes) => (attended)
{{
    flat = Constant <value_ints = [-1]> ()
    zero = Constant <value_ints = [0]> ()
    one = Constant <value_ints = [1]> ()
    two = Constant <value_float = 2.0> ()
    unit = Constant <value_float = 1.0> ()

    by_head = Constant <value_ints = [-1, {heads}, {samples}]> ()
    by_level = Constant <value_ints = [-1, {heads}, {levels}, {points}]> ()
    scores = Reshape (logits, by_head)
    shares = Softmax <axis = -1> (scores)
    shares_by_level = Reshape (shares, by_level)
    weights = Transpose <perm = [2, 1, 0, 3]> (shares_by_level)

    x_then_y = Constant <value_ints = [1, 0]> ()
    widths_heights = Gather <axis = 1> (sizes, x_then_y)
    cells = Cast <to = 1> (widths_heights)
    scale_per_level = Div (two, cells)
    scale_shape = Constant <value_ints = [1, {levels}, 1, 2]> ()
    scale_aligned = Reshape (scale_per_level, scale_shape)
    sample_shape = Constant <value_ints = [{heads}, {levels}, {points}, 2]> ()
    scale_repeated = Expand (scale_aligned, sample_shape)
    scale = Reshape (scale_repeated, flat)
    doubled = Mul (reference, two)
    centred = Sub (doubled, unit)
    repeats = Constant <value_ints = [1, {repeats}]> ()
    centre = Tile (centred, repeats)
    shifts_shape = Constant <value_ints = [-1, {coordinates}]> ()
    shifts = Reshape (offsets, shifts_shape)
    shifts_scaled = Mul (shifts, scale)
    places = Add (shifts_scaled, centre)
    places_shape = Constant <value_ints = [-1, {heads}, {levels}, {points}, 2]> ()
    places_by_level = Reshape (places, places_shape)
    grids = Transpose <perm = [2, 1, 0, 3, 4]> (places_by_level)

    last = Constant <value_ints = [-1]> ()
    tokens = Squeeze (values, zero)
    channels_first = Transpose <perm = [1, 0]> (tokens)
    counts = ReduceProd <keepdims = 0> (sizes, one)
    {all_values} = Split <axis = 1> (channels_first, counts)
    {all_sizes} = Split <axis = 0, num_outputs = {levels}> (sizes)
    {all_grids} = Split <axis = 0, num_outputs = {levels}> (grids)
    {all_weights} = Split <axis = 0, num_outputs = {levels}> (weights)
    heads_first = Constant <value_ints = [{heads}, -1]> ()
{every_level}
    total = Sum ({all_sums})
    channels = Constant <value_ints = [{channels}, -1]> ()
    heads_joined = Reshape (total, channels)
    tokens_first = Transpose <perm = [1, 0]> (heads_joined)
    attended = Unsqueeze (tokens_first, zero)
}}
"""

_LEVEL = """
    height_width{i} = Reshape (size{i}, flat)
    map_shape{i} = Concat <axis = 0> (heads_first, height_width{i})
    map{i} = Reshape (value{i}, map_shape{i})
    grid_of_heads{i} = Squeeze (grid{i}, zero)
    sampled{i} = GridSample <mode = "bilinear", padding_mode = "zeros", align_corners = 0>
        (map{i}, grid_of_heads{i})
    weight_of_heads{i} = Squeeze (weight{i}, zero)
    weight_of_channels{i} = Unsqueeze (weight_of_heads{i}, one)
    weighted{i} = Mul (sampled{i}, weight_of_channels{i})
    sum{i} = ReduceSum <keepdims = 0> (weighted{i}, last)
"""


def sampling_function(channels: int, heads: int, levels: int, points: int) -> onnx.FunctionProto:
    """Return the function for attention of these sizes; a file has one for all its layers."""

    def each(name: str) -> str:
        return ", ".join(f"{name}{level}" for level in range(levels))

    text = _BODY.format(
        channels=channels,
        heads=heads,
        levels=levels,
        points=points,
        samples=levels * points,
        repeats=heads * levels * points,
        coordinates=heads * levels * points * 2,
        all_values=each("value"),
        all_sizes=each("size"),
        all_grids=each("grid"),
        all_weights=each("weight"),
        all_sums=each("sum"),
        every_level="".join(_LEVEL.format(i=level) for level in range(levels)),
    )
    return parser.parse_function(text)


def sampling_functions(model: M2FP) -> list[onnx.FunctionProto]:
    """Return the functions that the network's nodes need: one, or none without such attention."""
    sizes = {
        (module.value_projection.out_features, module.heads, module.levels, module.points)
        for module in _attentions(model)
    }
    assert len(sizes) <= 1, "one name cannot stand for two functions"
    return [sampling_function(*size) for size in sizes]


@contextmanager
def sampling_as_one_node(model: M2FP) -> Iterator[None]:
    """While this lasts, tracing the network for ONNX yields the node; it cannot be run."""
    for module in _attentions(model):
        module.sample = _as_node
    try:
        yield
    finally:
        for module in _attentions(model):
            module.sample = sample_levels


def _attentions(model: M2FP) -> Iterator[DeformableAttention]:
    return (module for module in model.modules() if isinstance(module, DeformableAttention))


def _as_node(
    values: Tensor,
    offsets: Tensor,
    logits: Tensor,
    *,
    reference: Tensor,
    sizes: list[tuple[int, int]],
    heads: int,
) -> Tensor:
    numbers = [torch.scalar_tensor(side, dtype=torch.int64) for size in sizes for side in size]
    samples = logits.shape[-1] // heads
    return torch.onnx.ops.symbolic(
        f"{DOMAIN}::{NAME}",
        (values, offsets, logits, reference, torch.stack(numbers).view(-1, 2)),
        attrs={"heads": heads, "points": samples // len(sizes)},
        dtype=values.dtype,
        shape=values.shape,
        version=VERSION,
    )
