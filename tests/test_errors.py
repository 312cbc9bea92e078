"""The error hierarchy: codes are stable, unique in the drawing, and carried by the instances."""

from __future__ import annotations

import pickle
import re

import pytest

from m2fp import errors
from m2fp.errors import EmptyImage, ImageError, ImageTooLarge, M2FPError, MissingExtra

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, M2FPError)
]


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_is_drawn_in_the_tree(error: type[M2FPError]) -> None:
    assert re.search(rf"\b{error.__name__}\b", errors.__doc__ or "")
    assert re.fullmatch(r"[a-z0-9_]+", error.code)


def test_codes_differ() -> None:
    codes = [error.code for error in CLASSES]
    assert len(set(codes)) == len(codes)


def test_an_error_carries_its_context() -> None:
    error = ImageTooLarge("too long", code="body_too_large", actual=3, limit=2, name="a.jpg")
    assert isinstance(error, ImageError)
    assert (error.code, error.actual, error.limit, error.name) == ("body_too_large", 3, 2, "a.jpg")
    assert str(error) == error.message == "too long"
    assert ImageTooLarge.code == "too_many_pixels"
    assert EmptyImage("none", size=(1, 2)).size == (1, 2)


@pytest.mark.parametrize(
    ("error", "context"),
    [
        (errors.UnsupportedImageFormat("m", name="a", accepted=("PNG",)), {"accepted": ("PNG",)}),
        (errors.UndecodableImage("m", reason="r"), {"reason": "r", "name": None}),
        (errors.ModelNotFound("m", model="x"), {"model": "x"}),
        (
            errors.ChecksumMismatch("m", expected="a", actual="b", model="x"),
            {"expected": "a", "actual": "b", "model": "x"},
        ),
        (errors.EngineUnavailable("m", engine="cuda"), {"engine": "cuda"}),
        (
            ImageTooLarge("m", code="body_too_large", actual=None, limit=3),
            {"code": "body_too_large", "actual": None, "limit": 3},
        ),
        (errors.InvalidDocument("m", where="a.b"), {"where": "a.b"}),
        (errors.ConfigError("m", option="threads"), {"option": "threads"}),
        (errors.DataError("m", path="val.txt"), {"path": "val.txt"}),
        (errors.SourceNotFound("m", source="*.jpg"), {"source": "*.jpg"}),
        (MissingExtra(extra="heic", purpose="Reading"), {"extra": "heic", "purpose": "Reading"}),
    ],
)
def test_context_fields(error: M2FPError, context: dict[str, object]) -> None:
    assert {name: getattr(error, name) for name in context} == context
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301 - as from another process
    assert type(arrived) is type(error)
    assert (str(arrived), arrived.code) == (str(error), error.code)
    assert vars(arrived) == vars(error)


def test_missing_extra_names_the_command() -> None:
    assert str(MissingExtra(extra="train", purpose="Training")) == (
        "Training needs an optional package: pip install 'm2fp[train]'"
    )
