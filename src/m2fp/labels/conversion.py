"""Tables that turn the masks of one label scheme into those of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import ConfigError
from m2fp.labels.scheme import IGNORE_ID, LabelScheme, get_scheme

# Names that are put together on the way; names both schemes have need no entry.
_MERGED: dict[tuple[str, str], dict[str, str]] = {
    ("cihp", "ccp14"): {
        "torso-skin": "skin",
        "face": "skin",
        "left-arm": "skin",
        "right-arm": "skin",
        "left-leg": "skin",
        "right-leg": "skin",
        "left-shoe": "shoes",
        "right-shoe": "shoes",
    },
}


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """How masks of ``source`` become masks of ``target``.

    Attributes:
        table: uint8 (256,), read-only; ``table[mask]`` converts. 255 and unknown ids become 255.
        merged: (source name, target name) where a distinction is lost.
    """

    source: str
    target: str
    table: NDArray[np.uint8]
    merged: tuple[tuple[str, str], ...]

    @property
    def lossless(self) -> bool:
        """Return True when the masks can be converted back."""
        return not self.merged

    @property
    def loss(self) -> str:
        """Return what is lost, in words; empty when nothing is."""
        groups: dict[str, list[str]] = {}
        for source_name, target_name in self.merged:
            groups.setdefault(target_name, []).append(source_name)
        return "; ".join(f"{' + '.join(names)} -> {name}" for name, names in groups.items())


def conversion(source: str | LabelScheme, target: str | LabelScheme) -> Conversion:
    """Return the conversion between two schemes, given themselves or by their names.

    Labels are matched by name, never by id: id 10 is torso-skin in CIHP and jumpsuits in LIP.

    Raises:
        ConfigError: a scheme is unknown, or some source label has no place in the target.
    """
    source_scheme, target_scheme = _scheme(source), _scheme(target)
    names = (source_scheme.name, target_scheme.name)
    renamed = _MERGED.get(names, {})
    homeless = [
        name for name in source_scheme.names if renamed.get(name, name) not in target_scheme.names
    ]
    if homeless:
        raise ConfigError(
            f"{names[0]} masks cannot become {names[1]} masks: no place for {', '.join(homeless)}",
            option="scheme",
        )
    table = np.full(256, IGNORE_ID, dtype=np.uint8)
    for label in source_scheme.labels:
        table[label.id] = target_scheme.label(renamed.get(label.name, label.name)).id
    table.setflags(write=False)
    return Conversion(*names, table, _merged_names(source_scheme, target_scheme, table))


def _scheme(given: str | LabelScheme) -> LabelScheme:
    return get_scheme(given) if isinstance(given, str) else given


def _merged_names(
    source: LabelScheme, target: LabelScheme, table: NDArray[np.uint8]
) -> tuple[tuple[str, str], ...]:
    """Return the labels that share their target with another one."""
    targets = [int(table[label.id]) for label in source.labels]
    return tuple(
        (label.name, target.label(new_id).name)
        for label, new_id in zip(source.labels, targets, strict=True)
        if targets.count(new_id) > 1
    )
