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


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no recipe at"):
        read_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="is not TOML"):
        read_config(_write(tmp_path, "steps : 3"))


def test_plain_values_are_checked_too() -> None:
    with pytest.raises(ValidationError, match="nonsense"):
        parse_config({"name": "x", "steps": 1, "batch": 1, "nonsense": 2})
