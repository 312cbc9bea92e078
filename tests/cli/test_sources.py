"""Words of the command line become pictures."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from m2fp.cli.sources import find_pictures


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        *("photos/b.JPG", "photos/a.png", "photos/notes.txt", "photos/.hidden.jpg"),
        *("photos/day/a.png", "photos/.git/x.jpg", "photos/[1].jpg", "empty/x.txt"),
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(*words: str, recursive: bool = False, output: Path | None = None) -> list[str]:
    pictures = find_pictures(words, recursive=recursive, output=output)
    return [PurePath(picture.shown).as_posix() for picture in pictures if not picture.error]


@pytest.mark.parametrize(
    ("words", "recursive", "expected"),
    [
        (["photos"], False, ["photos/[1].jpg", "photos/a.png", "photos/b.JPG"]),
        (["photos"], True, ["photos/[1].jpg", "photos/a.png", "photos/b.JPG", "photos/day/a.png"]),
        (["photos/*.png"], False, ["photos/a.png"]),
        (["photos/*"], False, ["photos/[1].jpg", "photos/a.png", "photos/b.JPG"]),
        (["photos/**/*.png"], False, ["photos/a.png", "photos/day/a.png"]),
        (["photos/[1].jpg"], False, ["photos/[1].jpg"]),  # a file before a pattern
        (["photos/a.png", "photos", "photos/./a.png"], False,
         ["photos/a.png", "photos/[1].jpg", "photos/b.JPG"]),
        (["photos/notes.txt"], False, ["photos/notes.txt"]),  # asked for by name: the decoder says
        (["missing.jpg"], False, ["missing.jpg"]),
    ],
)  # fmt: skip
def test_words(tree: Path, words: list[str], recursive: bool, expected: list[str]) -> None:
    assert shown(*words, recursive=recursive) == expected


def test_folders_below_are_kept(tree: Path) -> None:
    pictures = find_pictures(["photos"], recursive=True)
    assert [picture.folder.as_posix() for picture in pictures] == [".", ".", ".", "day"]
    pictures = find_pictures(["photos/**/*.png"])
    assert [picture.folder.as_posix() for picture in pictures] == [".", "day"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("empty", "the folder 'empty' has no pictures; use --recursive"),
        ("photos/*.tif", "no pictures match 'photos/*.tif'; looked for .avif"),
    ],
)
def test_nothing_found(tree: Path, word: str, message: str) -> None:
    (picture,) = find_pictures([word])
    assert picture.error is not None
    assert picture.error.message.startswith(message)


def test_results_of_an_earlier_run_are_no_photos(tree: Path) -> None:
    for name in ("photos/a.overlay.png", "photos/out/b.parts.png", "photos/x.overlay.png.jpg"):
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_bytes(b"x")
    assert "photos/out/b.parts.png" not in shown(
        "photos", recursive=True, output=Path("photos/out")
    )
    kept = shown("photos", output=Path("photos"))
    assert "photos/a.overlay.png" not in kept
    assert "photos/x.overlay.png.jpg" in kept
    # Elsewhere the name means nothing.
    assert "photos/a.overlay.png" in shown("photos", output=Path("elsewhere"))
