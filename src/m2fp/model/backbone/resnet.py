"""ResNet-50/101 with a deep stem (He et al. 2016; stem of Inception-v3 as in DeepLab)."""

from torch import Tensor, nn
from torch.nn import functional as F

from m2fp.model.blocks import ConvNorm, FrozenBatchNorm

BLOCKS_PER_STAGE = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}


class ResNet(nn.Module):
    """Residual network that returns the maps of its four stages.

    The stem is three 3x3 convolutions (64, 64, 128 channels) and the stride of a bottleneck sits
    in its 3x3 convolution, both as the official checkpoints have it. Normalisation is frozen.
    """

    channels = (256, 512, 1024, 2048)
    mean = (123.675, 116.28, 103.53)
    std = (58.395, 57.12, 57.375)

    def __init__(self, blocks: tuple[int, int, int, int]):
        super().__init__()
        self.stem = nn.Sequential(
            _conv(3, 64, 3, stride=2, relu=True),
            _conv(64, 64, 3, relu=True),
            _conv(64, 128, 3, relu=True),
        )
        inputs = (128, *self.channels[:3])
        self.stages = nn.ModuleList(
            _stage(n_in, n_out, count, stride=1 if index == 0 else 2)
            for index, (n_in, n_out, count) in enumerate(
                zip(inputs, self.channels, blocks, strict=True)
            )
        )

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the maps at strides 4, 8, 16, 32 with 256, 512, 1024, 2048 channels.

        pixels: (B, 3, H, W), RGB normalised with `mean` and `std`.
        """
        x = F.max_pool2d(self.stem(pixels), kernel_size=3, stride=2, padding=1)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps[0], maps[1], maps[2], maps[3]


class Bottleneck(nn.Module):
    """1x1 reduce, 3x3, 1x1 expand, around a shortcut."""

    def __init__(self, n_in: int, n_out: int, stride: int):
        super().__init__()
        width = n_out // 4
        self.conv1 = _conv(n_in, width, 1, relu=True)
        self.conv2 = _conv(width, width, 3, stride=stride, relu=True)
        self.conv3 = _conv(width, n_out, 1)
        self.shortcut = _conv(n_in, n_out, 1, stride=stride) if n_in != n_out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, n_out, H / stride, W / stride) for x (B, n_in, H, W)."""
        return F.relu(self.conv3(self.conv2(self.conv1(x))) + self.shortcut(x))


def _stage(n_in: int, n_out: int, count: int, stride: int) -> nn.Sequential:
    first = Bottleneck(n_in, n_out, stride)
    return nn.Sequential(first, *(Bottleneck(n_out, n_out, 1) for _ in range(count - 1)))


def _conv(n_in: int, n_out: int, kernel: int, stride: int = 1, *, relu: bool = False) -> ConvNorm:
    conv = nn.Conv2d(n_in, n_out, kernel, stride, padding=kernel // 2, bias=False)
    nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
    return ConvNorm(conv, FrozenBatchNorm(n_out), nn.ReLU() if relu else None)
