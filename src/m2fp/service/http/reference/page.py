"""The page of /docs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any, Final

from m2fp.service.http.reference.schemas import schema_rows, type_of

STYLE: Final = files(__package__).joinpath("style.css").read_text("utf-8")

_METHODS: Final = ("get", "post", "delete")


def reference_page(document: Mapping[str, Any]) -> str:
    """Return the page, as HTML."""
    return "\n".join(_page(document))


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    title = f"{info['title']} {info['version']}: API"
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>"
    yield '<link rel="stylesheet" href="docs/style.css"></head><body>'
    yield f"<header><h1>{escape(title)}</h1>{_prose(info['description'])}"
    yield '<p><a href="openapi.json">openapi.json</a></p></header>'
    yield '<nav aria-label="Routes">'
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><ul>"
        for path, method, operation in _operations(document, tag["name"]):
            anchor, name = _anchor(method, path), f"{method.upper()} {path}"
            yield f'<li><a href="#{anchor}"><code>{escape(name)}</code></a> '
            yield f"{escape(operation['summary'])}</li>"
        yield "</ul>"
    yield "</nav><main>"
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>"
        for path, method, operation in _operations(document, tag["name"]):
            yield from _operation(path, method, operation)
    yield "<h2>Documents</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield from _schema(name, schema)
    yield "</main></body></html>"


def _operations(
    document: Mapping[str, Any], tag: str
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods and tag in methods[method]["tags"]:
                yield path, method, methods[method]


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<section id="{_anchor(method, path)}"><h3><code>{method.upper()} {escape(path)}</code>'
    yield f"</h3><p><strong>{escape(operation['summary'])}.</strong></p>"
    yield _prose(operation.get("description", ""))
    parameters = operation.get("parameters", [])
    if parameters:
        yield "<table><caption>Parameters</caption><tr><th>Name<th>Where<th>Type<th>Meaning</tr>"
        for parameter in parameters:
            schema = parameter["schema"]
            text = parameter.get("description") or schema.get("description", "")
            yield f"<tr><td><code>{escape(parameter['name'])}</code><td>{parameter['in']}"
            yield f"<td>{type_of(schema)}<td>{escape(text)}</tr>"
        yield "</table>"
    body = operation.get("requestBody")
    if body:
        yield f"<h4>Body</h4><p>{escape(body.get('description', ''))}</p><ul>"
        for media_type, content in body["content"].items():
            kind = type_of(content.get("schema", {}))
            yield f"<li><code>{escape(media_type)}</code>: {kind}</li>"
        yield "</ul>"
    yield "<table><caption>Responses</caption><tr><th>Status<th>Meaning<th>Content</tr>"
    for status, response in sorted(operation["responses"].items()):
        kinds = ", ".join(
            f"<code>{escape(media_type)}</code> {type_of(content.get('schema', {}))}"
            for media_type, content in response.get("content", {}).items()
        )
        yield f"<tr><td>{status}<td>{_codes(response['description'])}<td>{kinds}</tr>"
    yield "</table></section>"


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<section id="schema-{escape(name)}"><h3>{escape(name)}</h3>'
    yield _prose(schema.get("description", ""))
    rows = list(schema_rows(schema))
    if rows:
        yield "<table><tr><th>Name<th>Type<th>Meaning</tr>"
        for field, kind, text in rows:
            yield f"<tr><td><code>{escape(field)}</code><td>{kind}<td>{escape(text)}</tr>"
        yield "</table>"
    yield "</section>"


def _anchor(method: str, path: str) -> str:
    return method + "".join(letter if letter.isalnum() else "-" for letter in path)


def _prose(text: str) -> str:
    """Return paragraphs; indented ones are examples."""
    blocks = []
    for block in text.strip("\n").split("\n\n"):
        lines = block.split("\n")
        if block.strip() and all(line.startswith("    ") for line in lines):
            blocks.append("<pre><code>" + escape("\n".join(x[4:] for x in lines)) + "</code></pre>")
        elif block.strip():
            blocks.append(f"<p>{_codes(block)}</p>")
    return "".join(blocks)


def _codes(text: str) -> str:
    """Return the text with what stands between backticks as code."""
    pieces = text.split("`")
    return "".join(
        f"<code>{escape(piece)}</code>" if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )
