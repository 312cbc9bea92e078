"""Recipes from TOML, and messages that name what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from pydantic import ValidationError

from m2fp.errors import ConfigError
from m2fp.model import ModelConfig
from m2fp.train.config import parse_config, read_config

RECIPES = sorted((Path(__file__).parents[2] / "recipes").rglob("*.toml"))
SHORT = 'name = "x"\nsteps = 10\nbatch = 2\n'


def _write(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_shipped_recipe_is_valid(path: Path) -> None:
    config = read_config(path)
    assert parse_config(asdict(config)) == config


def test_defaults_are_the_official_model(tmp_path: Path) -> None:
    config = read_config(_write(tmp_path, SHORT))
    assert config.model == ModelConfig()
    assert (config.loss.points, config.optimiser.rate) == (12_544, 4e-4)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("sped = 1\n", "sped"),
        ("[model]\nscheem = 'cihp'\n", "model.scheem"),
        ("[model.decoder]\nlayer = 3\n", "model.decoder.layer"),
        ("[model.pixel_decoder]\nkind = 'bifpn'\n", "model.pixel_decoder.kind"),
        ("[optimiser]\nlr = 1\n", "optimiser.lr"),
        ("[loss]\npoints = 'many'\n", "loss.points"),
        ("[pictures]\nsizes = [[1, 2, 3]]\n", "pictures.sizes.0"),
        ("[publish]\nside = 3\n", "publish.side"),
        ("precision = 'fp8'\n", "precision"),
        ("weights = 22\n", "weights"),
        ("checkpoint_every = 0\n", "checkpoint_every"),
        ("stop_after = 0\n", "stop_after"),
        ("[optimiser]\nema_decay = 1\n", "optimiser.ema_decay"),
        ("[pictures]\nsizes = []\n", "pictures.sizes"),
        ("[pictures]\nsizes = [[100, 96]]\n", "pictures.sizes.0.0"),
        ("[pictures]\nmax_people = 0\n", "pictures.max_people"),
        ("[pictures]\nempty_share = 1.5\n", "pictures.empty_share"),
        ("[pictures]\nmin_scale = -1\n", "pictures.min_scale"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, more: str, named: str) -> None:
    path = _write(tmp_path, SHORT + more)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert f" {named}: " in str(caught.value)
    assert str(path) in str(caught.value)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(_write(tmp_path, 'name = "x"\nsteps = "ten"\nfoo = 1\n'))
    assert all(f"{key}: " in str(caught.value) for key in ("steps", "batch", "foo"))


def test_a_run_ends_with_its_schedule_or_before(tmp_path: Path) -> None:
    ends = [read_config(_write(tmp_path, SHORT + more)).end for more in ("", "stop_after = 1\n")]
    assert ends == [parse_config({"name": "x", "steps": ends[0], "batch": 1}).steps, 1]
    with pytest.raises(ConfigError, match="stop_after is 99999, and there are"):
        read_config(_write(tmp_path, SHORT + "stop_after = 99999\n"))


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no recipe at"):
        read_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="is not TOML"):
        read_config(_write(tmp_path, "steps : 3"))
    (tmp_path / "latin.toml").write_bytes('name = "é"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="is not TOML"):
        read_config(tmp_path / "latin.toml")


def test_plain_values_are_checked_too() -> None:
    with pytest.raises(ValidationError, match="nonsense"):
        parse_config({"name": "x", "steps": 1, "batch": 1, "nonsense": 2})
