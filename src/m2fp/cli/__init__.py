"""The command line, `m2fp`: one module per command, each with `register(app)`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the tool and end the process with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        import m2fp

        # Scripts ask this often; it needs none of the commands.
        sys.stdout.write(f"m2fp {m2fp.__version__}\n")
        return
    try:
        from m2fp.cli.app import run

        run()
    except KeyboardInterrupt:  # before or after a command, while modules are imported
        sys.exit(130)
