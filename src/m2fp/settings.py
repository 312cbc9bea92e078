"""The settings of a run: command line over environment over default.

    M2FP_MODEL                 model name or path of an ONNX file
    M2FP_ENGINE                auto, onnxruntime, openvino[-bf16|-per-size] or torch
    M2FP_THREADS               threads per photo; else OMP_NUM_THREADS, else what the machine grants
    M2FP_LOG_LEVEL             debug, info, warning or error
    M2FP_CACHE_DIR             folder of fetched models; else this system's folder for caches
    M2FP_MODEL_MIRROR          servers to fetch models from, with commas; else ModelScope
    M2FP_OFFLINE               1 forbids every download
    M2FP_LIMITS__MAX_BYTES     and the other limits on pictures

This is the only module of the package that reads M2FP_ variables. Importing it costs a tenth of a
second (pydantic), so commands do that themselves.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from m2fp.engine.selection import EngineName
from m2fp.errors import ConfigError
from m2fp.imaging.limits import IntakeLimits
from m2fp.registry import DEFAULT_MODEL

PREFIX: Final = "M2FP_"
THREADS_FALLBACK: Final = "OMP_NUM_THREADS"

_DELIMITER: Final = "__"
_DEFAULTS: Final = IntakeLimits()


class LimitSettings(BaseModel):
    """Which pictures are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_bytes: int = Field(
        default=_DEFAULTS.max_bytes, ge=1, description="Bytes of an encoded picture."
    )
    max_pixels: int = Field(default=_DEFAULTS.max_pixels, ge=1, description="Pixels of a picture.")
    min_side: int = Field(
        default=_DEFAULTS.min_side, ge=1, description="Pixels of the shorter side."
    )
    max_aspect: float = Field(
        default=_DEFAULTS.max_aspect, ge=1, description="Longer side divided by the shorter one."
    )

    def to_intake(self) -> IntakeLimits:
        """Return the limits as the imaging package wants them."""
        return IntakeLimits(self.max_bytes, self.max_pixels, self.min_side, self.max_aspect)


def _threads_fallback() -> int | None:
    """Return the first number of OMP_NUM_THREADS ("4" or "4,2"), or None."""
    text = os.environ.get(THREADS_FALLBACK, "").partition(",")[0].strip()
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None


class Settings(BaseSettings):
    """Everything that can be set from outside, made once per command and passed down."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=_DELIMITER,
        env_ignore_empty=True,  # compose files pass on variables that are not set as ""
        extra="forbid",
        frozen=True,
    )

    model: str = Field(default=DEFAULT_MODEL, min_length=1, description="Model name or ONNX file.")
    engine: EngineName = Field(default="auto", description="What runs the model.")
    threads: int | None = Field(
        default_factory=_threads_fallback,
        ge=1,
        le=1024,
        description="Threads per photo; without it, what the machine grants.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="Least serious message of the log that is shown."
    )
    cache_dir: Path | None = Field(
        default=None, description="Folder of fetched models; without it, this system's for caches."
    )
    model_mirror: str | None = Field(
        default=None, description="Addresses of servers to fetch models from, with commas."
    )
    offline: bool = Field(default=False, description="Forbid every download.")
    limits: LimitSettings = Field(
        default=LimitSettings(), description="Which pictures are refused."
    )


def load_settings(
    *, model: str | None = None, engine: str | None = None, threads: int | None = None
) -> Settings:
    """Return the settings; arguments are options of the command line, None = not given.

    Raises:
        ConfigError: an unknown M2FP_ variable, or a value that does not fit.
    """
    _refuse_unknown(os.environ)
    given = {"model": model, "engine": engine, "threads": threads}
    flags = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**flags)  # type: ignore[arg-type]
    except ValidationError as error:
        raise _as_config_error(error, flags) from None


def variables() -> tuple[str, ...]:
    """Return the names of all variables that are understood, in the order of the fields."""
    return tuple(_variables(Settings, PREFIX))


def origin(settings: Settings, name: str) -> str:
    """Return where a top-level setting comes from: a variable's name, "option" or "default".

    A setting that has the same value in the environment and on the command line is counted as the
    environment's.
    """
    value = getattr(settings, name)
    in_environment = {key.upper(): text for key, text in os.environ.items()}
    variable = PREFIX + name.upper()
    if in_environment.get(variable) == str(value):
        return variable
    if name == "threads" and value is not None and value == _threads_fallback():
        return THREADS_FALLBACK
    default = None if name == "threads" else Settings.model_fields[name].default
    return "default" if value == default else "option"


def _variables(tree: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in tree.model_fields.items():
        kind = field.annotation
        variable = prefix + name.upper()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _variables(kind, variable + _DELIMITER)
        else:
            yield variable


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """Raise for a variable that would be ignored: most likely it is misspelt."""
    known = variables()
    for variable in environment:
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            close = difflib.get_close_matches(variable.upper(), known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
            raise ConfigError(f"unknown environment variable {variable}; {hint}", option=variable)


def _as_config_error(error: ValidationError, flags: Mapping[str, object]) -> ConfigError:
    fault = error.errors(include_url=False, include_context=False)[0]
    path = [str(step) for step in fault["loc"]]
    option = f"--{path[0]}" if path[0] in flags else PREFIX + _DELIMITER.join(path).upper()
    reason = fault["msg"][:1].lower() + fault["msg"][1:]
    return ConfigError(f"{option} is {fault['input']!r}: {reason}", option=option)
