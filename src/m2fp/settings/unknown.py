"""Names that no setting has."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def hint(name: str, known: Sequence[str], *, prefix: str = "", separator: str) -> str:
    """Return "did you mean ...?", or which names there are.

    People also get the table wrong: "port" is meant to be "serve.port", so the last step of a name
    counts as well as all of it. What all names begin with is left out, or all would be alike.
    """
    bare = [candidate.removeprefix(prefix) for candidate in known]
    asked = name.removeprefix(prefix)
    last_steps: dict[str, str] = {}
    for candidate in bare:
        last_steps.setdefault(candidate.rpartition(separator)[2], candidate)
    step = difflib.get_close_matches(asked.rpartition(separator)[2], last_steps, n=1, cutoff=0.8)
    close = [last_steps[step[0]]] if step else difflib.get_close_matches(asked, bare, n=1)
    return f"did you mean {prefix}{close[0]}?" if close else f"there are: {', '.join(known)}"
