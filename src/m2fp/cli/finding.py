"""One thing that `m2fp doctor` found out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what, how it is, and what is wrong with that ("" = nothing)."""

    name: str
    value: str
    problem: str = ""


def without_home(path: str) -> str:
    """Return the path with the home folder as ~: what is pasted elsewhere names nobody."""
    home = str(Path.home())
    return f"~{path[len(home) :]}" if path.startswith(home + os.sep) else path
