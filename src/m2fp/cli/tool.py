# ruff: noqa: ANN401 - see Tool
"""The outermost command: every error becomes one line and an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperGroup

from m2fp.cli.exit_codes import ExitCode, exit_code_of
from m2fp.errors import M2FPError

_DEBUG: Final = "--debug"


class Tool(TyperGroup):
    """Runs a command and says in one line what went wrong, with a traceback for --debug only.

    The context is typed Any because Typer keeps its own copy of click, whose names are private.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Accept --debug at any place: people add it to the end of the line that failed."""
        options = args[: args.index("--")] if "--" in args else args
        if _DEBUG in options:
            args = [_DEBUG, *(arg for arg in args if arg != _DEBUG)]
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options; those of the shell completion work, but would fill half the help."""
        params = super().get_params(ctx)
        for param in params:
            if param.name in ("install_completion", "show_completion"):
                param.hidden = True  # type: ignore[attr-defined]
        return params

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; `m2fp photo.jpg` gets a hint."""
        name = args[0]
        if name not in self.commands and (Path(name).exists() or "*" in name):
            ctx.fail(f"{name!r} is not a command; did you mean: m2fp parse {name}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except KeyboardInterrupt:
            from m2fp.cli.screen import interrupted

            raise typer.Exit(interrupted("")) from None
        except BrokenPipeError:
            from m2fp.cli.screen import discard_output

            discard_output()
            raise typer.Exit(ExitCode.PIPE_CLOSED) from None
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            raise typer.Exit(_report(error)) from None


def _report(error: Exception) -> ExitCode:
    """Show any error as one line and return the status for it."""
    from m2fp.cli.screen import show_error, show_m2fp_error

    if isinstance(error, M2FPError):
        show_m2fp_error(error)
        return exit_code_of(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        show_error("os_error", f"{where}{error.strerror}")
        return ExitCode.FAILED
    show_error("internal", unexpected(error))
    return ExitCode.FAILED


def unexpected(error: Exception) -> str:
    """Return what to say about an error that nobody foresaw."""
    return (
        f"unexpected {type(error).__name__}: {error}; this is a fault in m2fp: "
        f"run again with {_DEBUG} and report what it shows, with `m2fp doctor`"
    )
