"""The network's tensors are found however they are wrapped, and what is not one is named."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
import torch
from tests.checkpoints.official_layouts import detectron2_values, with_counters
from torch import Tensor

from m2fp.checkpoints.pickled_numpy import PickledArray
from m2fp.checkpoints.unwrap import Layout, unwrap
from m2fp.errors import IncompatibleModel
from m2fp.model import M2FP

MARK = "sem_seg_head.predictor.class_embed.weight"
QUERIES = "sem_seg_head.predictor.query_feat.weight"


def expect_all(network: M2FP, values: dict[str, Any]) -> Layout:
    """Unwrap, check that exactly the network's tensors came out, and return how they lay."""
    found = unwrap(values)
    state = network.state_dict()
    assert found.strangers == ()
    assert found.tensors.keys() == state.keys()
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in state.items())
    return found.layout


@pytest.mark.parametrize("wrapping", ["model", "state_dict", None])
@pytest.mark.parametrize("prefix", ["", "module.", "m2fp.", "model.module."])
def test_wrapped_and_prefixed(
    wrapping: str | None, prefix: str, network: M2FP, official: dict[str, Tensor]
) -> None:
    state = {prefix + name: tensor for name, tensor in official.items()}
    layout = expect_all(network, state if wrapping is None else {wrapping: state})
    assert layout == Layout(wrapping, prefix, (), 0, batch_norm=False)


def test_of_detectron2(network: M2FP) -> None:
    layout = expect_all(network, detectron2_values(network))
    assert layout == Layout("model", "", ("optimizer", "scheduler", "iteration"), 1, False)


def test_of_modelscope(network: M2FP, official: dict[str, Tensor]) -> None:
    layout = expect_all(network, {"model": with_counters(OrderedDict(official))})
    assert layout == Layout("model", "", (), 55, batch_norm=True)  # ResNet-50 normalises 55 times


def test_what_only_served_training_is_left_out(network: M2FP, official: dict[str, Tensor]) -> None:
    official |= {
        "criterion.empty_weight": torch.ones(22),
        "pixel_mean": torch.ones(3, 1, 1),
        "pixel_std": torch.ones(3, 1, 1),
    }
    assert expect_all(network, official).leftovers == 3


def test_names_of_first_releases(network: M2FP, official: dict[str, Tensor]) -> None:
    def old(name: str) -> str:
        name = name.replace("sem_seg_head.pixel_decoder.", "sem_seg_head.")
        return name.replace("predictor.query_feat.", "predictor.static_query.")

    renamed = {old(name): tensor for name, tensor in official.items()}
    assert renamed.keys() != official.keys()
    expect_all(network, renamed)


def test_one_tensor_under_two_names(official: dict[str, Tensor]) -> None:
    official["sem_seg_head.predictor.static_query.weight"] = official[QUERIES]
    with pytest.raises(IncompatibleModel, match=r"static_query.*twice"):
        unwrap(official)


def test_strangers_are_kept_by_name(official: dict[str, Tensor]) -> None:
    official["backbone.patch_embed.weight"] = torch.ones(1)
    official["head.weight"] = torch.ones(1)
    assert unwrap(official).strangers == ("backbone.patch_embed.weight", "head.weight")


def test_two_networks_in_one_file(official: dict[str, Tensor]) -> None:
    both = {
        prefix + name: tensor for prefix in ("model.", "ema.") for name, tensor in official.items()
    }
    with pytest.raises(IncompatibleModel, match=r"several networks.*'model\.', 'ema\.'"):
        unwrap(both)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "not an M2FP network.*but nothing"),
        ({"state_dict": {"module.layer1.weight": torch.ones(1)}}, "but 'module.layer1.weight'"),
        ({"model": {3: torch.ones(1)}}, "named 3, which is not text"),
        ({"model": {"decoder.class_head.weight": torch.ones(1)}}, "nothing to convert.*m2fp exp"),
        ({f"x{MARK}": torch.ones(1)}, "not an M2FP network"),
    ],
)
def test_no_network(values: dict[str, Any], message: str) -> None:
    with pytest.raises(IncompatibleModel, match=message):
        unwrap(values)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, "not a tensor but a int"),
        ({"a": torch.ones(2)}, "not a tensor but a dict"),
        (PickledArray(), "not a tensor but a PickledArray"),  # one that never got its numbers
        (torch.ones(2, 2).to_sparse(), "not a plain tensor"),
        (torch.ones(2, device="meta"), "not a plain tensor"),
    ],
)
def test_no_tensor(value: object, message: str, official: dict[str, Tensor]) -> None:
    with pytest.raises(IncompatibleModel, match=f"query_feat.*{message}"):
        unwrap({**official, QUERIES: value})


def test_an_array_becomes_a_tensor(official: dict[str, Tensor]) -> None:
    array = PickledArray()
    array.value = np.arange(6, dtype=">f4").reshape(2, 3)
    tensor = unwrap({**official, QUERIES: array}).tensors["decoder.query_features.weight"]
    assert torch.equal(tensor, torch.arange(6.0).reshape(2, 3))
