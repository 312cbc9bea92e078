"""EfficientNet-Lite (Tan and Le 2019, without squeeze-excitation and swish, for cheap CPUs)."""

import math

from torch import Tensor, nn

from m2fp.model.blocks import ConvNorm

# (repeats, kernel, stride, expansion, output channels) of the seven stages of Lite0.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
# Width and depth multipliers.
SCALES = {
    "efficientnet-lite0": (1.0, 1.0),
    "efficientnet-lite1": (1.0, 1.1),
    "efficientnet-lite2": (1.1, 1.2),
}
# The last stage of each stride: 4, 8, 16, 32.
TAPS = (1, 2, 4, 6)
STEM_CHANNELS = 32


class EfficientNetLite(nn.Module):
    """Inverted-bottleneck network that returns the maps of four strides.

    Attribute `channels` holds the channels of those maps. `mean` and `std` are the input
    normalisation of the public weights.
    """

    mean = (127.0, 127.0, 127.0)
    std = (128.0, 128.0, 128.0)

    def __init__(self, width: float, depth: float):
        super().__init__()
        self.stem = _conv_norm(3, STEM_CHANNELS, kernel=3, stride=2, relu=True)
        blocks: list[nn.Module] = []
        self._tap_after: list[int] = []
        channels: list[int] = []
        n_in = STEM_CHANNELS
        for index, (repeats, kernel, stride, expansion, base) in enumerate(STAGES):
            n_out = _round_channels(base * width)
            # Lite keeps the first and the last stage at one block.
            fixed = index in (0, len(STAGES) - 1)
            for repeat in range(repeats if fixed else math.ceil(repeats * depth)):
                step = stride if repeat == 0 else 1
                blocks.append(InvertedBottleneck(n_in, n_out, kernel, step, expansion))
                n_in = n_out
            if index in TAPS:
                self._tap_after.append(len(blocks) - 1)
                channels.append(n_out)
        self.blocks = nn.ModuleList(blocks)
        self.channels = (channels[0], channels[1], channels[2], channels[3])

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the maps at strides 4, 8, 16, 32.

        pixels: (B, 3, H, W), RGB normalised with `mean` and `std`; H and W multiples of 32.
        """
        x = self.stem(pixels)
        maps = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self._tap_after:
                maps.append(x)
        return maps[0], maps[1], maps[2], maps[3]


class InvertedBottleneck(nn.Module):
    """1x1 expand, depthwise convolution, 1x1 project, with a shortcut where shapes allow."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        hidden = n_in * expansion
        self.expand = (
            _conv_norm(n_in, hidden, kernel=1, relu=True) if expansion != 1 else nn.Identity()
        )
        self.depthwise = _conv_norm(hidden, hidden, kernel, stride, groups=hidden, relu=True)
        self.project = _conv_norm(hidden, n_out, kernel=1)
        self.has_shortcut = stride == 1 and n_in == n_out

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, n_out, H / stride, W / stride) for x (B, n_in, H, W)."""
        y: Tensor = self.project(self.depthwise(self.expand(x)))
        return x + y if self.has_shortcut else y


class SamePadding(nn.ZeroPad2d):
    """TensorFlow's "SAME" padding for a strided convolution on an even-sized map.

    It pads one less at the top and left than at the bottom and right; the public weights were
    trained so, and a symmetric padding would shift every map by half a pixel per stride.
    """

    def __init__(self, kernel: int, stride: int):
        total = kernel - stride
        before = total // 2
        super().__init__((before, total - before, before, total - before))


class SameConv2d(nn.Conv2d):
    """A strided convolution with `SamePadding` before it."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int, groups: int):
        super().__init__(n_in, n_out, kernel, stride, groups=groups, bias=False)
        self.pad = SamePadding(kernel, stride)

    def forward(self, input: Tensor) -> Tensor:
        """Return (B, n_out, H / stride, W / stride) for input (B, n_in, H, W)."""
        return super().forward(self.pad(input))


def _conv_norm(
    n_in: int,
    n_out: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    *,
    relu: bool = False,
) -> ConvNorm:
    conv: nn.Conv2d
    if stride == 1:
        conv = nn.Conv2d(n_in, n_out, kernel, padding=kernel // 2, groups=groups, bias=False)
    else:
        conv = SameConv2d(n_in, n_out, kernel, stride, groups)
    norm = nn.BatchNorm2d(n_out, eps=1e-3, momentum=0.01)
    return ConvNorm(conv, norm, nn.ReLU6() if relu else None)


def _round_channels(channels: float, divisor: int = 8) -> int:
    # The nearest multiple of 8 that loses at most a tenth.
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded
