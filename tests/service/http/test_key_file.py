"""Keys that come and go while the service runs."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from m2fp.errors import ConfigError
from m2fp.service.http.access.key_file import KeyFile
from m2fp.service.http.access.keys import Scope, new_key


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def write(path: Path, *names: str) -> dict[str, str]:
    """Replace the file by one with a new key for each name; return their secrets."""
    made = {name: new_key(name, [Scope.PARSE]) for name in names}
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(f"{line}\n" for _, line in made.values()))
    fresh.replace(path)
    return {name: secret for name, (secret, _) in made.items()}


def test_keys_come_and_go(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "keys"
    before = write(path, "anna", "bert")
    keys = KeyFile(path, clock)
    assert len(keys) == 2
    after = write(path, "carla")
    clock.now += 1.9
    assert keys.find(before["anna"]) is not None, "it is not looked at for every request"
    clock.now += 0.2
    assert keys.find(before["anna"]) is None
    found = keys.find(after["carla"])
    assert found is not None
    assert found.name == "carla"
    assert len(keys) == 1


@pytest.mark.parametrize("text", ["", "# nobody\n", "anna 123 parse\n", None])
def test_a_broken_file_changes_nothing_and_is_told_once(
    tmp_path: Path, clock: Clock, text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "keys"
    secrets = write(path, "anna")
    keys = KeyFile(path, clock)
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            clock.now += 10
            assert keys.find(secrets["anna"]) is not None
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    clock.now += 10
    again = write(path, "dora")
    assert keys.find(again["dora"]) is not None
    assert keys.find(secrets["anna"]) is None


def test_a_broken_file_at_the_start_is_an_error(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(ConfigError):
        KeyFile(tmp_path / "nowhere", clock)
