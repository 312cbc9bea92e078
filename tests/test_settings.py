"""Settings: precedence, limits, misspelt variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m2fp.errors import ConfigError
from m2fp.imaging.limits import IntakeLimits
from m2fp.settings import all_leaves, load_settings, masked, read_settings, variables


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith("M2FP_") or name in ("OMP_NUM_THREADS", "PORT"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("m2fp.settings.config_file.user_file", lambda: tmp_path / "user.toml")
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    settings = load_settings()
    assert settings.model == "builtin"
    assert settings.threads is None
    assert settings.log_level is None
    assert (settings.cache_dir, settings.model_mirror, settings.offline) == (None, None, False)
    assert settings.limits.to_intake() == IntakeLimits()


def test_environment_over_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_MODEL", "mine.onnx")
    monkeypatch.setenv("M2FP_LIMITS__MAX_PIXELS", "1000")
    settings = load_settings()
    assert settings.model == "mine.onnx"
    assert settings.limits.to_intake() == IntakeLimits(max_pixels=1000)


def test_where_models_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_CACHE_DIR", "/models")
    monkeypatch.setenv("M2FP_MODEL_MIRROR", "https://a.example,https://b.example")
    monkeypatch.setenv("M2FP_OFFLINE", "1")
    settings = load_settings()
    assert settings.cache_dir == Path("/models")
    assert settings.model_mirror == "https://a.example,https://b.example"
    assert settings.offline is True


def test_flag_over_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M2FP_MODEL", "mine.onnx")
    monkeypatch.setenv("M2FP_THREADS", "3")
    settings = load_settings(model="theirs.onnx", threads=5)
    assert (settings.model, settings.threads) == ("theirs.onnx", 5)


@pytest.mark.parametrize(
    ("ours", "openmp", "threads", "source"),
    [
        (None, None, None, "default"),
        (None, "4", 4, "OMP_NUM_THREADS"),
        (None, "4,2", 4, "OMP_NUM_THREADS"),
        (None, "many", None, "default"),
        (None, "0", None, "default"),
        (None, "²", None, "default"),
        ("2", "4", 2, "M2FP_THREADS"),
        ("", "4", 4, "OMP_NUM_THREADS"),
    ],
)
def test_threads(
    monkeypatch: pytest.MonkeyPatch,
    ours: str | None,
    openmp: str | None,
    threads: int | None,
    source: str,
) -> None:
    for name, value in (("M2FP_THREADS", ours), ("OMP_NUM_THREADS", openmp)):
        if value is not None:
            monkeypatch.setenv(name, value)
    read = read_settings()
    assert read.settings.threads == threads
    assert read.origins["threads"] == source


def test_an_unknown_engine_as_an_option() -> None:
    with pytest.raises(ConfigError, match="--engine is 'fast': input should be 'auto'") as caught:
        load_settings(engine="fast")
    assert caught.value.option == "--engine"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("M2FP_MODLE", "x", "did you mean M2FP_MODEL?"),
        ("M2FP_LIMITS__MAX_PIXEL", "1", "did you mean M2FP_LIMITS__MAX_PIXELS?"),
        ("M2FP_ZZZZZZ", "x", "there are: M2FP_MODEL, M2FP_ENGINE"),
        ("M2FP_PORT", "1", "did you mean M2FP_SERVE__PORT?"),
        ("M2FP_SERVE_PORT", "1", "did you mean M2FP_SERVE__PORT?"),
        ("M2FP_REDIS_URL", "1", "did you mean M2FP_QUEUE__REDIS_URL?"),
        ("M2FP_SERVE__PORT", "70000", "M2FP_SERVE__PORT is '70000': input should be less than"),
        ("M2FP_SERVE__AUTH", "some", "M2FP_SERVE__AUTH is 'some': input should be 'keys' or "),
        ("M2FP_SERVE__CORS", "https://a,b", "M2FP_SERVE__CORS is 'b': an origin is * or like"),
        ("M2FP_QUEUE__REDIS_URL", "http://me:secret@h", "is 'http://***@h': an address begins"),
        ("M2FP_THREADS", "two", "M2FP_THREADS is 'two': input should be a valid integer"),
        ("M2FP_THREADS", "0", "M2FP_THREADS is '0': input should be greater than or equal to 1"),
        ("M2FP_LIMITS__MAX_ASPECT", "0.5", "M2FP_LIMITS__MAX_ASPECT is '0.5'"),
        ("M2FP_LOG_LEVEL", "loud", "M2FP_LOG_LEVEL is 'loud'"),
        ("M2FP_ENGINE", "fast", "M2FP_ENGINE is 'fast': input should be 'auto', 'onnxruntime', "),
        ("M2FP_OFFLINE", "perhaps", "M2FP_OFFLINE is 'perhaps'"),
    ],
)
def test_bad_variables(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert message in caught.value.message
    assert caught.value.option == name


def test_bad_flag() -> None:
    with pytest.raises(ConfigError, match="--threads is 0"):
        load_settings(threads=0)


def test_all_variables_are_documented() -> None:
    import m2fp.settings

    assert variables()[:2] == ("M2FP_MODEL", "M2FP_ENGINE")
    listed = (m2fp.settings.__doc__ or "").split()
    assert {name for name in variables() if "__" not in name} <= set(listed)


def test_a_file_below_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "m2fp.toml").write_text(
        'model = "a.onnx"\n[serve]\nport = 1\nworkers = 2\nqueue_size = 3\n'
        'cors = ["https://a.example/", "*"]\n'
    )
    monkeypatch.setenv("M2FP_SERVE__PORT", "4")
    monkeypatch.setenv("M2FP_SERVE__WORKERS", "5")
    monkeypatch.setenv("M2FP_SERVE__QUEUE_SIZE", "")
    read = read_settings({"serve.port": 6, "serve.host": None})
    serve = read.settings.serve
    assert (serve.port, serve.workers, serve.queue_size) == (6, 5, 3)
    assert (read.settings.model, serve.cors) == ("a.onnx", ("https://a.example", "*"))
    assert read.file == Path("m2fp.toml")
    assert {leaf: read.origins[leaf] for leaf in ("serve.port", "serve.workers")} == {
        "serve.port": "option",
        "serve.workers": "M2FP_SERVE__WORKERS",
    }
    assert read.origins["serve.queue_size"] == read.origins["model"] == "m2fp.toml"
    assert read.origins["serve.host"] == "default"


def test_which_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("user", "asked", "named"):
        (tmp_path / f"{name}.toml").write_text(f'model = "{name}"')
    assert load_settings().model == "user"
    (tmp_path / "m2fp.toml").write_text('model = "here"')
    assert load_settings().model == "here"
    monkeypatch.setenv("M2FP_CONFIG", "named.toml")
    assert load_settings().model == "named"
    assert load_settings(config=Path("asked.toml")).model == "asked"
    with pytest.raises(ConfigError, match=r"no settings file none.toml \(--config\)"):
        load_settings(config=Path("none.toml"))
    monkeypatch.setenv("M2FP_CONFIG", "none.toml")
    with pytest.raises(ConfigError, match=r"no settings file none.toml \(M2FP_CONFIG\)"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("port = 1", "unknown setting port in m2fp.toml; did you mean serve.port?"),
        ("[serve]\nprot = 1", "unknown setting serve.prot in m2fp.toml; did you mean serve.port?"),
        ("[zzz]\nqqqqqq = 1", "unknown setting zzz in m2fp.toml; there are: model, engine"),
        ("serve = 1", "serve in m2fp.toml is a table: write [serve]"),
        ("[serve]\nport = 'x'", "serve.port in m2fp.toml is 'x': input should be a valid integer"),
        ("[model]\nname = 'x'", "model in m2fp.toml is {'name': 'x'}: input should be a valid str"),
        ("[[serve]]\nport = 1", "serve in m2fp.toml is a table: write [serve]"),
        ("model =", "m2fp.toml is not TOML: "),
        ("model = '\xff'", "cannot read m2fp.toml: 'utf-8' codec"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "m2fp.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert message in caught.value.message


@pytest.mark.parametrize("port", ["8080", "0", "tcp://10.0.0.1:80"])
def test_the_port_of_hosting_platforms(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, port: str
) -> None:
    monkeypatch.setenv("PORT", port)
    read = read_settings()
    expected = (8080, "PORT") if port == "8080" else (7860, "default")
    assert (read.settings.serve.port, read.origins["serve.port"]) == expected
    (tmp_path / "m2fp.toml").write_text("[serve]\nport = 1")
    assert load_settings().serve.port == 1


def test_options_of_the_service_by_their_flag() -> None:
    with pytest.raises(ConfigError, match="--sync-deadline-s is 0: input should be greater"):
        load_settings(options={"serve.sync_deadline_s": 0})


def test_every_setting_has_a_variable_and_a_meaning() -> None:
    from pydantic import BaseModel

    from m2fp.settings import Settings

    def check(tree: type[BaseModel]) -> None:
        for field in tree.model_fields.values():
            assert field.description
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                check(field.annotation)

    check(Settings)
    assert len(set(variables())) == len(all_leaves()) > 30


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:pass@host:6379/0", "redis://***@host:6379/0"),
        ("rediss://me:p@ss@host/0", "rediss://***@host/0"),
        (
            "https://a.example,https://u:p@b.example/x@y",
            "https://a.example,https://***@b.example/x@y",
        ),
        ("redis://host/0", "redis://host/0"),
        ("m2fp@home", "m2fp@home"),
    ],
)
def test_no_password_is_shown(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.integers(1, 10**12))
def test_limits_round_trip(number: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("M2FP_LIMITS__MAX_BYTES", str(number))
        assert load_settings().limits.max_bytes == number
