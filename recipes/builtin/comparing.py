"""What the comparisons of networks share: the command line, scores, and a row of a table."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HEAD = "| | mIoU, alone | mIoU, groups | groups counted right |\n| --- | ---: | ---: | ---: |"


def m2fp(*arguments: str | Path) -> str:
    """Run the command line, progress to this terminal; return its output.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    command = [sys.executable, "-m", "m2fp", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def row(name: str, model: Path, data: Path) -> str:
    """Return a row of a table: mIoU of CIHP's 20 classes and counts, in per cent.

    data: a folder in CIHP's layout; its validation split, and 60 groups composed of it.
    """
    report: dict[str, Any] = json.loads(
        m2fp("val", model, "--data", data, "--groups", "60", "--seed", "1")
    )
    alone, groups = report["reports"]
    shares = (
        alone["tables"][0]["miou_m2fp"],
        groups["tables"][0]["miou_m2fp"],
        groups["people"]["right_count"],
    )
    return f"| {name} | " + " | ".join(f"{100 * share:.1f}" for share in shares) + " |"


def times(models: Sequence[Path], photo: Path) -> str:
    """Return the table of what a photo costs with each model, taken in turns."""
    flags = [part for model in models for part in ("--model", str(model))]
    return m2fp("benchmark", photo, *flags, "--markdown")
