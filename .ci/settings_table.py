"""Print the table of settings of docs/operators/settings.md, from the settings themselves."""

from __future__ import annotations

import json

from m2fp.settings import Settings, all_leaves, description_of, value_at, variables


def table() -> str:
    """Return the table in Markdown."""
    lines = ["| m2fp.toml | variable | default | meaning |", "| --- | --- | --- | --- |"]
    for leaf, variable in zip(all_leaves(), variables(), strict=True):
        value = value_at(Settings(), leaf)
        default = "" if value is None else f"`{json.dumps(value)}`"
        lines.append(f"| `{leaf}` | `{variable}` | {default} | {description_of(leaf)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201
