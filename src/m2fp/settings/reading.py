"""All sources of settings become one tree; of each value it is known where it comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from m2fp.errors import ConfigError
from m2fp.settings.config_file import CONFIG_VARIABLE, find_file, from_file
from m2fp.settings.environment import from_environment
from m2fp.settings.fallbacks import FALLBACKS, fallback
from m2fp.settings.secrets import masked
from m2fp.settings.tree import Settings, all_leaves, variable_of

OPTION: Final = "option"
DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """Settings, and where they come from.

    Attributes:
        settings: the values.
        origins: by name of a setting: a variable's name, a file's path, "option" or "default".
        file: the settings file that was read; None = there is none.
    """

    settings: Settings
    origins: Mapping[str, str]
    file: Path | None


def load_settings(
    *,
    model: str | None = None,
    engine: str | None = None,
    threads: int | None = None,
    options: Mapping[str, object] | None = None,
    config: Path | None = None,
) -> Settings:
    """Return the settings; arguments are options of the command line, None = not given.

    Args:
        model: option --model.
        engine: option --engine.
        threads: option --threads.
        options: further options by the name of their setting, like "serve.port".
        config: option --config, the m2fp.toml to read.

    Raises:
        ConfigError: an unknown name, or a value that does not fit; the message says where.
    """
    given = {"model": model, "engine": engine, "threads": threads, **(options or {})}
    return read_settings(given, config=config).settings


def read_settings(
    options: Mapping[str, object] | None = None, *, config: Path | None = None
) -> SettingsRead:
    """Return the settings and where each comes from; see `load_settings`."""
    environment = dict(os.environ)
    file = find_file(config, environment.get(CONFIG_VARIABLE))
    # Later ones win.
    values: dict[str, object] = {}
    origins = dict.fromkeys(all_leaves(), DEFAULT)
    for leaf in FALLBACKS:
        found = fallback(leaf, environment)
        if found is not None:
            values[leaf], origins[leaf] = found
    if file is not None:
        in_file = from_file(file)
        values.update(in_file)
        origins.update(dict.fromkeys(in_file, str(file)))
    in_environment = from_environment(environment)
    values.update(in_environment)
    origins.update({leaf: variable_of(leaf) for leaf in in_environment})
    given = {leaf: value for leaf, value in (options or {}).items() if value is not None}
    values.update(given)
    origins.update(dict.fromkeys(given, OPTION))
    try:
        settings = Settings.model_validate(_nested(values))
    except ValidationError as error:
        raise _as_config_error(error, origins) from None
    return SettingsRead(settings, origins, file)


def _nested(values: Mapping[str, object]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for leaf, value in values.items():
        *tables, name = leaf.split(".")
        branch = tree
        for table in tables:
            branch = branch.setdefault(table, {})
        branch[name] = value
    return tree


def _as_config_error(error: ValidationError, origins: Mapping[str, str]) -> ConfigError:
    fault = error.errors(include_url=False, include_context=False)[0]
    path = ".".join(str(step) for step in fault["loc"])
    # Below a setting there may be steps of its own: the third origin of serve.cors.
    leaf = next(leaf for leaf in origins if path == leaf or path.startswith(f"{leaf}."))
    origin = origins[leaf]
    if origin == OPTION:
        name = where = "--" + leaf.rpartition(".")[2].replace("_", "-")
    elif origin in (variable_of(leaf), FALLBACKS.get(leaf)):
        name = where = origin
    else:
        name, where = leaf, f"{leaf} in {origin}"
    reason = fault["msg"].removeprefix("Value error, ")
    reason = reason[:1].lower() + reason[1:]
    return ConfigError(f"{where} is {masked(repr(fault['input']))}: {reason}", option=name)
