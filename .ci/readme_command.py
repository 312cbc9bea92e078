"""Print one of the README's commands, so that CI runs what users read.

A command is the code block under the line `<!-- command NAME -->`.
"""

import re
import sys
from pathlib import Path


def command(readme: str, name: str) -> str:
    """Return the text of the named code block."""
    found = re.search(rf"<!-- command {name} -->\n+```\w*\n(.*?)```", readme, re.DOTALL)
    if found is None:
        raise SystemExit(f"README.md has no code block under <!-- command {name} -->")
    return found[1]


if __name__ == "__main__":
    sys.stdout.write(command(Path("README.md").read_text(encoding="utf-8"), sys.argv[1]))
