"""Settings from M2FP_ variables."""

from __future__ import annotations

from collections.abc import Mapping

from m2fp.errors import ConfigError
from m2fp.settings.config_file import CONFIG_VARIABLE
from m2fp.settings.tree import DELIMITER, PREFIX, all_leaves, variable_of
from m2fp.settings.unknown import hint


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of the settings that have a variable, by name of the setting.

    An empty variable counts as none: compose files pass on variables that are not set as "".

    Raises:
        ConfigError: a variable begins with M2FP_ and no setting has that name.
    """
    leaves = {variable_of(leaf): leaf for leaf in all_leaves()}
    found = {}
    for variable, text in environment.items():
        name = variable.upper()
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        if name not in leaves:
            near = hint(name, tuple(leaves), prefix=PREFIX, separator=DELIMITER)
            raise ConfigError(f"unknown environment variable {variable}; {near}", option=variable)
        if text:
            found[leaves[name]] = text
    return found
