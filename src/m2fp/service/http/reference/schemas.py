"""JSON schemas in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any


def type_of(schema: Mapping[str, Any]) -> str:
    """Return what a schema allows, as HTML with links to the schemas that have a name."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " or ".join(dict.fromkeys(type_of(choice) for choice in choices))
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in values)
    return _plain_type(schema)


def _plain_type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "anything")
    inner = schema.get("additionalProperties")
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(inner, dict):
        return f"object of {type_of(inner)}"
    if schema.get("format") == "binary":
        return "bytes"
    name = "text" if kind == "string" else escape(kind)
    return f"{name} ({escape(schema['format'])})" if "format" in schema else name


def schema_rows(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield name, type (HTML) and meaning of the properties of an object."""
    needed = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        default = "" if name in needed or part.get("default") is None else f"={part['default']}"
        yield name + default, type_of(part), part.get("description", "")
