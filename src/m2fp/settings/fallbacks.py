"""Variables of other programs that stand in for a setting that nothing else sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

THREADS_FALLBACK: Final = "OMP_NUM_THREADS"

# HOST is not here: shells export it as the machine's name, and what is listened on is no place
# for surprises. PORT is what hosting platforms set.
FALLBACKS: Final[Mapping[str, str]] = {"threads": THREADS_FALLBACK, "serve.port": "PORT"}


def fallback(leaf: str, environment: Mapping[str, str]) -> tuple[int, str] | None:
    """Return the number that another program's variable gives this setting, and its name.

    It is the first number of the variable ("4" or "4,2"); anything else there is not meant for us.
    """
    variable = FALLBACKS.get(leaf)
    if variable is None:
        return None
    text = environment.get(variable, "").partition(",")[0].strip()
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        return None
    return int(text), variable
