"""ModelScope's `configuration.json`, which lies beside its checkpoints and may be absent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from m2fp.checkpoints.sizes import OFFICIAL_HEADS, Heads
from m2fp.labels import LabelScheme
from m2fp.model import ModelConfig

FILE_NAME: Final = "configuration.json"

_MODEL_TYPE = "m2fp"
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the file says about the network; empty where it says nothing.

    Attributes:
        found: there is a file, and it describes an M2FP network.
        classes: names of the classes, index equals id.
        canvas: (height, width) that photos of single people are fitted into.
        heads: attention heads.
        sizes: whole numbers of the tables "encoder" and "decoder", by "table.key".
        doubts: what is wrong with the file, one sentence each.
    """

    found: bool = False
    classes: tuple[str, ...] = ()
    canvas: tuple[int, int] | None = None
    heads: Heads = field(default_factory=Heads)
    sizes: Mapping[str, int] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def read_configuration(folder: Path) -> Configuration:
    """Return what `configuration.json` in the folder says.

    The weights decide what the network is, so a file that cannot be used is no error: `doubts`
    says what is wrong with it.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return Configuration()
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        return Configuration(doubts=(f"{FILE_NAME} was ignored: it cannot be read ({error})",))
    model = _table(document, "model")
    if model.get("type") != _MODEL_TYPE:
        kind = model.get("type")
        return Configuration(doubts=(f"{FILE_NAME} was ignored: it is about {kind!r}",))
    encoder, decoder = _table(model, "encoder"), _table(model, "decoder")
    tables = {"encoder": encoder, "decoder": decoder}
    return Configuration(
        found=True,
        classes=_texts(model.get("classes")),
        canvas=_canvas(_table(model, "input_single_human").get("sizes")),
        heads=Heads(
            encoder=_count(encoder.get("transformer_nheads")) or OFFICIAL_HEADS,
            decoder=_count(decoder.get("nheads")) or OFFICIAL_HEADS,
        ),
        sizes={
            f"{name}.{key}": count
            for name, table in tables.items()
            for key, value in table.items()
            if (count := _count(value)) is not None
        },
    )


def doubts_about(
    configuration: Configuration, config: ModelConfig, scheme: LabelScheme
) -> list[str]:
    """Return what the file says otherwise than the weights and the label scheme, in sentences."""
    doubts = list(configuration.doubts)
    said = configuration.sizes
    for key, size in {
        "encoder.conv_dim": config.pixel_decoder.dim,
        "encoder.mask_dim": config.mask_dim,
        "encoder.transformer_enc_layers": config.pixel_decoder.layers,
        "encoder.transformer_dim_feedforward": config.pixel_decoder.ffn_dim,
        "decoder.hidden_dim": config.decoder.dim,
        "decoder.num_queries": config.decoder.queries,
        "decoder.dec_layers": config.decoder.layers,
        "decoder.dim_feedforward": config.decoder.ffn_dim,
        "decoder.num_classes": scheme.class_count,
    }.items():
        if said.get(key, size) != size:
            doubts.append(f"{FILE_NAME} says {key} {said[key]}, the weights have {size}")
    return doubts + _doubts_about_classes(configuration.classes, scheme)


def _doubts_about_classes(classes: tuple[str, ...], scheme: LabelScheme) -> list[str]:
    ours = scheme.names
    if not classes:
        return []
    # The class of the whole person is listed or not, as "Human" or otherwise.
    if len(classes) not in (len(ours), scheme.class_count):
        return [
            f"{FILE_NAME} names {len(classes)} classes, the labels {scheme.name!r} are {len(ours)}"
        ]
    pairs = zip(classes, ours, strict=False)
    other = [f"{id_} is {a!r}, not {b!r}" for id_, (a, b) in enumerate(pairs) if not _same(a, b)]
    if not other:
        return []
    more = f" and {len(other) - 3} more" if len(other) > 3 else ""
    return [
        f"{FILE_NAME} names classes otherwise than the labels {scheme.name!r}: "
        f"{', '.join(other[:3])}{more}; choose others with --labels if these are wrong"
    ]


def _same(one: str, other: str) -> bool:
    """Compare names whose spelling differs: "UpperClothes", "upper-clothes"; "Gloves", "glove"."""
    first, second = (re.sub(r"[^a-z0-9]", "", n.casefold()).removesuffix("s") for n in (one, other))
    return first == second


def _table(parent: Any, key: str) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    value = parent.get(key) if isinstance(parent, dict) else None
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        return ()
    return tuple(value)


def _canvas(sizes: object) -> tuple[int, int] | None:
    """Return the (height, width) of the first of the [width, height] pairs."""
    match sizes:
        case [[int(width), int(height)], *_] if _count(width) and _count(height):
            return height, width
        case _:
            return None
