"""Settings from m2fp.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import platformdirs

from m2fp.errors import ConfigError
from m2fp.settings.tree import all_leaves
from m2fp.settings.unknown import hint

FILE_NAME: Final = "m2fp.toml"
CONFIG_VARIABLE: Final = "M2FP_CONFIG"


def user_file() -> Path:
    """Return where this user's m2fp.toml is, or would be."""
    return platformdirs.user_config_path("m2fp", appauthor=False) / FILE_NAME


def find_file(asked: Path | None, named: str | None) -> Path | None:
    """Return the file to read: the one asked for, else ./m2fp.toml, else the user's, else None.

    Args:
        asked: option --config.
        named: the text of M2FP_CONFIG.

    Raises:
        ConfigError: the file that was asked for is not there.
    """
    if asked is not None or named:
        path, option = (asked, "--config") if asked else (Path(named or ""), CONFIG_VARIABLE)
        if not path.is_file():
            raise ConfigError(f"there is no settings file {path} ({option})", option=option)
        return path
    return next((path for path in (Path(FILE_NAME), user_file()) if path.is_file()), None)


def from_file(path: Path) -> dict[str, object]:
    """Return the values of the settings in the file, by name of the setting.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or has a name that no setting has.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}", option=str(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}", option=str(path)) from None
    known = all_leaves()
    tables = {leaf.rpartition(".")[0] for leaf in known} - {""}
    found = {}
    for name, value in _flat(document, tables, ""):
        if name in tables:
            raise ConfigError(f"{name} in {path} is a table: write [{name}]", option=name)
        if name not in known:
            near = hint(name, known, separator=".")
            raise ConfigError(f"unknown setting {name} in {path}; {near}", option=name)
        found[name] = value
    return found


def _flat(table: Mapping[str, Any], tables: set[str], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        name = prefix + key
        if not isinstance(value, dict):
            yield name, value
        elif name in tables:
            yield from _flat(value, tables, f"{name}.")
        else:
            yield name, value
