"""`m2fp doctor`: all that matters for a report of a problem."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from m2fp.cli.config_option import ConfigOption
from m2fp.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from m2fp.cli.finding import Finding


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    config: ConfigOption = None,
) -> None:
    """Check this installation; paste it into a bug report.

    Exit codes: 0 fine, 3 something is wrong.
    """
    from m2fp.cli.diagnosis import diagnose
    from m2fp.cli.screen import write_line
    from m2fp.settings import read_settings

    sections = diagnose(read_settings(config=config))
    if as_json:
        document = {
            title: {finding.name: finding.value for finding in findings}
            for title, findings in sections.items()
        }
        document["problems"] = {
            finding.name: finding.problem
            for findings in sections.values()
            for finding in findings
            if finding.problem
        }
        write_line(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _print(sections)
    healthy = not any(finding.problem for group in sections.values() for finding in group)
    raise typer.Exit(ExitCode.FINE if healthy else ExitCode.SOME_FAILED)


def _print(sections: dict[str, list[Finding]]) -> None:
    from rich.text import Text

    from m2fp.cli.screen import output, printable

    console = output()
    width = max(len(finding.name) for group in sections.values() for finding in group)
    for title, findings in sections.items():
        console.print(Text(title, style="bold"))
        for finding in findings:
            mark = ("  x ", "bold red") if finding.problem else ("    ", "")
            line = Text.assemble(
                mark, (f"{finding.name:<{width}}  ", "cyan"), printable(finding.value)
            )
            # Not wrapped: what is pasted elsewhere must not carry this terminal's line ends.
            console.print(line, soft_wrap=True)
            if finding.problem:
                console.print(Text(f"      {finding.problem}", style="red"), soft_wrap=True)
    problems = sum(bool(finding.problem) for group in sections.values() for finding in group)
    verdict = "no problems found" if not problems else f"{problems} problem(s), marked x"
    console.print(Text(f"\n{verdict}", style="red" if problems else "green"))
