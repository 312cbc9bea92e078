"""An m2fp.toml to begin with: every setting, commented out, at its default."""

from __future__ import annotations

import json

from m2fp.settings import Settings, all_leaves, description_of, value_at

_HEAD = """\
# Settings of m2fp. Read from ./m2fp.toml, or from where --config or M2FP_CONFIG say.
# Options of a command and M2FP_ variables come before it: M2FP_SERVE__PORT is port in [serve].
# Everything here is the default; take the # away to change it. Docs: docs/operators/settings.md
"""


def template() -> str:
    """Return the text of the file."""
    lines, table = [_HEAD], ""
    for leaf in all_leaves():
        branch, _, name = leaf.rpartition(".")
        if branch != table:
            lines += ["", f"[{branch}]"]
            table = branch
        lines += [f"# {description_of(leaf)}", f"#{name} ={_toml(value_at(Settings(), leaf))}"]
    return "\n".join(lines)


def _toml(value: object) -> str:
    # TOML has no word for "not set", so those stand without a value.
    if value is None:
        return ""
    return " " + json.dumps(list(value) if isinstance(value, tuple) else value)
