"""The folder of fetched models."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.fake_hub import CHECKPOINT, CONFIGURATION

from m2fp.errors import ConfigError, DownloadFailed
from m2fp.registry import RUNNABLE, FileRecord, ModelCache, RemoteModel, sha256_and_size
from m2fp.registry.model_cache import default_cache_folder, safe_component, storage_trouble


def fill(cache: ModelCache, model: RemoteModel, content: bytes = b"weights") -> None:
    """Put both published files in place."""
    cache.place(model).mkdir(parents=True, exist_ok=True)
    for name in (CONFIGURATION, CHECKPOINT):
        path = cache.path(model, name)
        path.write_bytes(content)
        sha256, size = sha256_and_size(path)
        cache.remember(model, name, FileRecord(sha256, size, "https://x", "publisher"))


def export(cache: ModelCache, model: RemoteModel, content: bytes = b"network") -> Path:
    draft = cache.place(model) / "draft"
    draft.write_bytes(content)
    return cache.keep(model, draft)


def test_the_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, appauthor: tmp_path / name)
    assert default_cache_folder() == tmp_path / "m2fp"
    assert ModelCache().folder == tmp_path / "m2fp"


def test_a_home_folder_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert ModelCache(Path("~/models")).folder == tmp_path / "models"


def test_the_home_of_nobody() -> None:
    with pytest.raises(ConfigError, match=r"cache_dir is .*; write the whole path"):
        ModelCache(Path("~nobody-is-called-this/models"))


def test_places(cache: ModelCache, model: RemoteModel) -> None:
    name = "iic--cv_resnet101_image-multiple-human-parsing"
    assert cache.place(model) == cache.folder / "models" / name / "v1.0.1"
    assert cache.path(model, CHECKPOINT) == cache.place(model) / CHECKPOINT
    assert not cache.folder.exists()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("iic/a_b-c.d", "iic--a_b-c.d"),
        ("../../etc/passwd", "etc--passwd"),
        ("..", "unnamed"),
        ("/", "unnamed"),
        ("C:\\x", "C--x"),
        ("a\0b\n", "a-b-"),
        (".hidden", "hidden"),
        ("name.", "name"),
        ("人", "unnamed"),
    ],
)
def test_safe_component(text: str, name: str) -> None:
    assert safe_component(text) == name


def test_states(cache: ModelCache, model: RemoteModel) -> None:
    assert cache.state(model) == "not downloaded"
    fill(cache, model)
    assert cache.state(model) == "downloaded"
    path = export(cache, model)
    assert path == cache.path(model, RUNNABLE)
    assert path.read_bytes() == b"network"
    assert cache.state(model) == "ok"
    cache.path(model, CHECKPOINT).unlink()  # is not needed any more
    assert cache.state(model) == "ok"
    path.write_bytes(b"")
    assert cache.state(model) == "damaged"
    path.unlink()
    assert cache.state(model) == "not downloaded"


def test_runnable(cache: ModelCache, model: RemoteModel) -> None:
    fill(cache, model)
    assert cache.runnable(model) is None
    path = export(cache, model)
    sha256, size = sha256_and_size(path)
    origin = cache.records(model)[CHECKPOINT].sha256
    assert cache.runnable(model) == (path, FileRecord(sha256, size, origin, "made here"))


def test_what_was_made_of_another_checkpoint_does_not_run(
    cache: ModelCache, model: RemoteModel
) -> None:
    fill(cache, model)
    export(cache, model)
    fill(cache, model, b"new weights")
    assert cache.runnable(model) is None
    assert cache.state(model) == "downloaded"
    export(cache, model, b"new network")
    assert cache.state(model) == "ok"


def test_changed(cache: ModelCache, model: RemoteModel) -> None:
    fill(cache, model)
    assert cache.changed(model) == {}
    path = cache.path(model, CHECKPOINT)
    before, _ = sha256_and_size(path)
    path.write_bytes(b"Weights")
    after, _ = sha256_and_size(path)
    assert cache.changed(model) == {CHECKPOINT: (before, after)}
    assert cache.state(model) == "downloaded"  # which only looks at sizes


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 2, "files": {}}', '{"format": 1, "files": {"a": 1}}']
)
def test_a_record_that_cannot_be_read(cache: ModelCache, model: RemoteModel, text: str) -> None:
    fill(cache, model)
    (cache.place(model) / "record.json").write_text(text)
    assert cache.records(model) == {}
    assert cache.state(model) == "not downloaded"


def test_remove(cache: ModelCache, model: RemoteModel) -> None:
    assert cache.remove(model) == 0
    assert not cache.folder.exists()
    fill(cache, model)
    (cache.place(model) / f"{CHECKPOINT}.part").write_bytes(b"half")
    assert cache.remove(model) > 2 * len(b"weights")
    assert not cache.place(model).exists()
    assert cache.state(model) == "not downloaded"


def test_the_lock_excludes_others(cache: ModelCache, model: RemoteModel) -> None:
    events: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        def on_wait() -> None:
            events.append("second waits")
            waiting.set()

        with cache.lock(model, on_wait):
            events.append("second has it")

    thread = threading.Thread(target=second)
    with cache.lock(model, lambda: events.append("first waits")):
        thread.start()
        assert waiting.wait(60)
        events.append("first goes")
    thread.join()
    assert events == ["second waits", "first goes", "second has it"]


def test_a_folder_that_cannot_be_made(tmp_path: Path, model: RemoteModel) -> None:
    (tmp_path / "file").touch()
    cache = ModelCache(tmp_path / "file" / "cache")
    with (
        pytest.raises(DownloadFailed, match=r"cannot write to .*M2FP_CACHE_DIR") as caught,
        cache.lock(model),
    ):
        pass
    assert caught.value.model == model.name
    assert cache.state(model) == "not downloaded"


def test_storage_trouble() -> None:
    assert "is full" in storage_trouble(OSError(28, "No space left on device"), Path("x"))
    assert "Read-only" in storage_trouble(OSError(30, "Read-only file system"), Path("x"))
