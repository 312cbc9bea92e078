"""`m2fp labels`: what the numbers in a part map mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from m2fp.labels import LabelScheme


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("labels")(labels)


def labels(
    scheme: Annotated[
        str,
        typer.Argument(
            help="cihp, lip, atr, mhp-v1, mhp-v2, ppp, ppp-schp or ccp14.", metavar="[SCHEME]"
        ),
    ] = "cihp",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show a label scheme: ids, names, colours, left and right."""
    from m2fp.cli.screen import show_note, write_line
    from m2fp.labels import get_scheme, scheme_names

    chosen = get_scheme(scheme)
    if as_json:
        write_line(json.dumps(to_document(chosen), indent=2, ensure_ascii=False))
        return
    _print_table(chosen)
    others = ", ".join(name for name in scheme_names() if name != scheme)
    show_note(f"other schemes: {others}")


def to_document(scheme: LabelScheme) -> dict[str, Any]:
    """Return the scheme as plain values; "mirror" is the id that a mirrored picture shows."""
    mirror = scheme.flip_table()
    return {
        "name": scheme.name,
        "title": scheme.title,
        "person_class": scheme.person_class,
        "labels": [
            {
                "id": label.id,
                "name": label.name,
                "name_zh": label.name_zh,
                "colour": _hex(label.colour),
                "mirror": int(mirror[label.id]),
            }
            for label in scheme.labels
        ],
    }


def _print_table(scheme: LabelScheme) -> None:
    from rich.style import Style
    from rich.table import Table
    from rich.text import Text

    from m2fp.cli.screen import output

    console = output()
    partners = {**dict(scheme.flip_pairs), **{right: left for left, right in scheme.flip_pairs}}
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title=f"{scheme.name}: {scheme.title}",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("Id", justify="right", style="cyan")
    for title in ("Colour", "Name", "中文", "Left/right pair"):
        table.add_column(title)
    for label in scheme.labels:
        swatch = Text("    ", Style(bgcolor=_hex(label.colour)))
        partner = partners.get(label.id)
        table.add_row(
            str(label.id),
            Text.assemble(swatch, f" {_hex(label.colour)}"),
            label.name,
            label.name_zh,
            "" if partner is None else f"{partner} {scheme.label(partner).name}",
        )
    console.print(table)
    if scheme.person_class is not None:
        console.print(f"\nModels also know class {scheme.person_class}: a whole person.")


def _hex(colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"
