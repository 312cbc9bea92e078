"""Settings: precedence, limits, misspelt variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m2fp.errors import ConfigError
from m2fp.imaging.limits import IntakeLimits
from m2fp.settings import Settings, load_settings, origin, variables


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("M2FP_") or name == "OMP_NUM_THREADS":
            monkeypatch.delenv(name)


def test_defaults() -> None:
    settings = load_settings()
    assert settings.model == "builtin"
    assert settings.threads is None
    assert settings.log_level == "warning"
    assert (settings.cache_dir, settings.model_mirror, settings.offline) == (None, None, False)
    assert settings.limits.to_intake() == IntakeLimits()


def test_environment_over_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_MODEL", "mine.onnx")
    monkeypatch.setenv("M2FP_LIMITS__MAX_PIXELS", "1000")
    settings = load_settings()
    assert settings.model == "mine.onnx"
    assert settings.limits.to_intake() == IntakeLimits(max_pixels=1000)


def test_where_models_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_CACHE_DIR", "/models")
    monkeypatch.setenv("M2FP_MODEL_MIRROR", "https://a.example,https://b.example")
    monkeypatch.setenv("M2FP_OFFLINE", "1")
    settings = load_settings()
    assert settings.cache_dir == Path("/models")
    assert settings.model_mirror == "https://a.example,https://b.example"
    assert settings.offline is True


def test_flag_over_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_MODEL", "mine.onnx")
    monkeypatch.setenv("M2FP_THREADS", "3")
    settings = load_settings(model="theirs.onnx", threads=5)
    assert (settings.model, settings.threads) == ("theirs.onnx", 5)


@pytest.mark.parametrize(
    ("ours", "openmp", "threads", "source"),
    [
        (None, None, None, "default"),
        (None, "4", 4, "OMP_NUM_THREADS"),
        (None, "4,2", 4, "OMP_NUM_THREADS"),
        (None, "many", None, "default"),
        (None, "0", None, "default"),
        (None, "²", None, "default"),
        ("2", "4", 2, "M2FP_THREADS"),
        ("", "4", 4, "OMP_NUM_THREADS"),
    ],
)
def test_threads(
    monkeypatch: pytest.MonkeyPatch,
    ours: str | None,
    openmp: str | None,
    threads: int | None,
    source: str,
) -> None:
    for name, value in (("M2FP_THREADS", ours), ("OMP_NUM_THREADS", openmp)):
        if value is not None:
            monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.threads == threads
    assert origin(settings, "threads") == source


def test_origin_of_an_option() -> None:
    assert origin(load_settings(model="x.onnx"), "model") == "option"
    assert origin(load_settings(engine="openvino"), "engine") == "option"
    assert origin(load_settings(engine="auto"), "engine") == "default"


def test_an_unknown_engine_as_an_option() -> None:
    with pytest.raises(ConfigError, match="--engine is 'fast': input should be 'auto'") as caught:
        load_settings(engine="fast")
    assert caught.value.option == "--engine"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("M2FP_MODLE", "x", "did you mean M2FP_MODEL?"),
        ("M2FP_LIMITS__MAX_PIXEL", "1", "did you mean M2FP_LIMITS__MAX_PIXELS?"),
        ("M2FP_ZZZZZZ", "x", "there are: M2FP_MODEL, M2FP_ENGINE"),
        ("M2FP_THREADS", "two", "M2FP_THREADS is 'two': input should be a valid integer"),
        ("M2FP_THREADS", "0", "M2FP_THREADS is '0': input should be greater than or equal to 1"),
        ("M2FP_LIMITS__MAX_ASPECT", "0.5", "M2FP_LIMITS__MAX_ASPECT is '0.5'"),
        ("M2FP_LOG_LEVEL", "loud", "M2FP_LOG_LEVEL is 'loud'"),
        ("M2FP_ENGINE", "fast", "M2FP_ENGINE is 'fast': input should be 'auto', 'onnxruntime', "),
        ("M2FP_OFFLINE", "perhaps", "M2FP_OFFLINE is 'perhaps'"),
    ],
)
def test_bad_variables(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert message in caught.value.message
    assert caught.value.option == name


def test_bad_flag() -> None:
    with pytest.raises(ConfigError, match="--threads is 0"):
        load_settings(threads=0)


def test_all_variables_are_documented() -> None:
    import m2fp.settings

    assert variables()[:2] == ("M2FP_MODEL", "M2FP_ENGINE")
    listed = (m2fp.settings.__doc__ or "").split()
    assert {name for name in variables() if "LIMITS" not in name} <= set(listed)
    assert all(field.description for field in Settings.model_fields.values())


@given(st.integers(1, 10**12))
def test_limits_round_trip(number: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("M2FP_LIMITS__MAX_BYTES", str(number))
        assert load_settings().limits.max_bytes == number
