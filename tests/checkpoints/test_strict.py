"""A network takes exactly its own tensors, with finite values."""

from __future__ import annotations

import pytest
import torch

from m2fp.checkpoints.strict import check_shapes, check_volume, to_float32
from m2fp.errors import IncompatibleModel

EXPECTED = {f"{letter}.weight": (2, 3) for letter in "abcdefgh"}


def test_the_same_is_fine() -> None:
    check_shapes(dict(reversed(EXPECTED.items())), EXPECTED)


def test_every_fault_is_named_the_way_the_reader_spells() -> None:
    found = EXPECTED | {"b.weight": (3, 2), "c.weight": (), "x.weight": (1,)}
    del found["a.weight"]
    with pytest.raises(IncompatibleModel) as caught:
        check_shapes(found, EXPECTED, strangers=["?"], spell=str.upper)
    assert caught.value.message.endswith(
        "1 missing: A.WEIGHT; 2 extra: X.WEIGHT, ?; "
        "2 misshaped: B.WEIGHT is 3 x 2 instead of 2 x 3, C.WEIGHT is a single number instead of "
        "2 x 3"
    )


def test_many_faults_are_counted() -> None:
    with pytest.raises(IncompatibleModel, match=r"8 missing: a\S+, b\S+, c\S+, d\S+, e\S+ and 3 m"):
        check_shapes({}, EXPECTED)


def test_a_file_cannot_hold_more_than_its_size() -> None:
    check_volume(EXPECTED, 96)  # 8 tensors of 6 numbers of 16 bits
    with pytest.raises(IncompatibleModel, match="48 numbers, more than a file of 95 bytes"):
        check_volume(EXPECTED, 95)
    with pytest.raises(IncompatibleModel, match="more than a file"):
        check_volume({"a": (10**12, 10**12)}, 10**9)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_other_precisions_become_float32(kind: torch.dtype) -> None:
    source = {"a": torch.tensor([[1.0, -2.5], [0.0, 3.0]], dtype=kind).t()}
    (copy,) = to_float32(source, spell=str).values()
    assert copy.dtype is torch.float32
    assert copy.is_contiguous()
    assert copy.data_ptr() != source["a"].data_ptr()
    assert copy.tolist() == [[1.0, 0.0], [-2.5, 3.0]]


def test_tensors_that_share_memory_are_parted() -> None:
    shared = torch.ones(4)
    copies = to_float32({"a": shared, "b": shared[:2], "c": shared[:1].expand(3)}, spell=str)
    assert len({copy.data_ptr() for copy in copies.values()}) == 3
    assert [copy.tolist() for copy in copies.values()] == [[1.0] * 4, [1.0] * 2, [1.0] * 3]


@pytest.mark.parametrize("kind", [torch.int64, torch.bool, torch.complex64, torch.float8_e4m3fn])
def test_no_floating_point_numbers(kind: torch.dtype) -> None:
    with pytest.raises(IncompatibleModel, match=r"A holds \w+ instead of floating-point"):
        to_float32({"a": torch.zeros(2).to(kind)}, spell=str.upper)


@pytest.mark.parametrize(
    "values",
    [
        torch.tensor([1.0, float("nan")]),
        torch.tensor([float("inf"), 0.0]),
        torch.tensor([1e300, 0.0], dtype=torch.float64),  # finite, but not in 32 bits
    ],
)
def test_no_finite_numbers(values: torch.Tensor) -> None:
    with pytest.raises(IncompatibleModel, match="b has values that are infinite or not a number"):
        to_float32({"a": torch.ones(2), "b": values}, spell=str)
