"""Checkpoints as the two families of public weights lay them out, around random networks.

Written from the field's descriptions of both: nobody here has seen the files themselves.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import AdamW

from m2fp.labels import get_scheme
from m2fp.model import M2FP, ModelConfig
from m2fp.model.official_names import to_official

# Family and label scheme of what is published.
LAYOUTS = (
    "modelscope-cihp",
    "modelscope-lip",
    "detectron2-cihp",
    "detectron2-lip",
    "detectron2-mhp-v2",
)
_MODELSCOPE = "modelscope"
_STEPS = 265_000


def sized_for(layout: str, size: ModelConfig) -> ModelConfig:
    """Return the network of this layout: the given sizes with its classes."""
    return replace(size, scheme=layout.partition("-")[2])


def write_checkpoint(layout: str, model: M2FP, folder: Path) -> Path:
    """Write the network's checkpoint, and what lies beside it, and return the checkpoint's path."""
    if layout.startswith(_MODELSCOPE):
        path = folder / "pytorch_model.pt"
        torch.save({"model": with_counters(official_state(model))}, path)
        (folder / "configuration.json").write_text(json.dumps(configuration(model.config)))
    else:
        path = folder / "model_final.pth"
        torch.save(detectron2_values(model), path)
    return path


def official_state(model: M2FP) -> OrderedDict[str, Tensor]:
    """Return the network's tensors by their official names."""
    return OrderedDict((to_official(name), t) for name, t in model.state_dict().items())


def with_counters(state: OrderedDict[str, Tensor]) -> OrderedDict[str, Tensor]:
    """Return the tensors with the batch counters that BatchNorm has and FrozenBatchNorm has not."""
    counted = OrderedDict(state)
    for name in state:
        if name.endswith("running_var"):
            counted[name.replace("running_var", "num_batches_tracked")] = torch.tensor(0)
    return counted


def detectron2_values(model: M2FP) -> dict[str, Any]:
    """Return what detectron2 saves at the end of a training; the optimiser's state is cut short."""
    state = official_state(model)
    state["criterion.empty_weight"] = torch.ones(get_scheme(model.config.scheme).class_count + 1)
    optimiser = AdamW(list(model.decoder.norm.parameters()), lr=4e-4, weight_decay=0.05)
    for parameter in model.decoder.norm.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimiser.step()
    optimiser.zero_grad()
    rates = [np.float64(4e-6), np.float64(4e-7)]
    return {
        "model": state,
        "optimizer": optimiser.state_dict(),
        "scheduler": {"base_lrs": rates, "last_epoch": _STEPS},
        "iteration": _STEPS - 1,
    }


def configuration(config: ModelConfig) -> dict[str, Any]:
    """Return ModelScope's `configuration.json` for a network."""
    scheme = get_scheme(config.scheme)
    single = scheme.person_class is None
    names = [name.replace("-", " ").title().replace(" ", "-") for name in scheme.names]
    return {
        "framework": "pytorch",
        "task": "image-segmentation",
        "pipeline": {"type": "m2fp-image-human-parsing"},
        "model": {
            "type": "m2fp",
            "backbone": {"depth": int(config.backbone.removeprefix("resnet")), "norm": "BN"},
            "encoder": {
                "transformer_nheads": config.pixel_decoder.heads,
                "transformer_dim_feedforward": config.pixel_decoder.ffn_dim,
                "transformer_enc_layers": config.pixel_decoder.layers,
                "conv_dim": config.pixel_decoder.dim,
                "mask_dim": config.mask_dim,
                "common_stride": 4,
            },
            "decoder": {
                "num_classes": scheme.class_count,
                "hidden_dim": config.decoder.dim,
                "num_queries": config.decoder.queries,
                "nheads": config.decoder.heads,
                "dim_feedforward": config.decoder.ffn_dim,
                "dec_layers": config.decoder.layers,
                "enforce_input_project": False,
            },
            "input_single_human": {"sizes": [[384, 512]]} if single else {},
            "classes": names if single else [*names, "Human"],
            "num_parsing": len(names),
            "single_human": single,
            "parsing_on": not single,
            "semantic_on": single,
        },
    }
