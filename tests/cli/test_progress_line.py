"""The line that says which picture is being parsed."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from m2fp.cli.progress_line import ProgressLine, clock, shorten


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("photo.jpg", 9, "photo.jpg"),
        ("photos/photo.jpg", 10, "…photo.jpg"),
        ("photo.jpg", 1, ""),
        ("照片.jpg", 7, "…片.jpg"),
    ],
)
def test_shorten(text: str, length: int, expected: str) -> None:
    assert shorten(text, length) == expected


@given(st.text(max_size=30), st.integers(0, 40))
def test_shorten_fits(text: str, length: int) -> None:
    assert cell_len(shorten(text, length)) <= length


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1:00 min"), (185, "3:05 min"), (7_800, "2:10 h")],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    with ProgressLine(5) as progress:
        for done in range(5):
            progress.show(done, f"photos/{'long' * 10}/{done}.jpg")
    shown = terminal.getvalue()
    assert "\n" not in shown
    assert shown.endswith("\r\x1b[2K")
    lines = shown.split("\r\x1b[2K")[1:-1]
    assert all(len(line) < 40 for line in lines)
    assert "left" in lines[2]


def test_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with ProgressLine(5, shown=False) as progress:
        progress.show(0, "photo.jpg")
    assert terminal.getvalue() == ""
