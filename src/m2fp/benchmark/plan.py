"""What a benchmark compares, and on what."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from m2fp.engine import check_engine_name
from m2fp.errors import ConfigError
from m2fp.imaging import IntakeLimits
from m2fp.registry import DEFAULT_MODEL

TORCH_REFERENCE: Final = "torch reference"


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to parse a photo.

    Attributes:
        model: name of a model, or path of a model file.
        engine: a name that `open_engine` takes; or TORCH_REFERENCE for the plain PyTorch network
            with naive post-processing, whose model is a converted `.safetensors` file.
    """

    model: str | Path = DEFAULT_MODEL
    engine: str = "auto"

    def __str__(self) -> str:
        return f"{Path(self.model).name}, {self.engine}"


@dataclass(frozen=True, slots=True)
class BenchmarkPlan:
    """What to measure.

    Attributes:
        photos: paths of pictures; each is measured by itself, in fresh processes.
        contenders: what parses them in turns; all different.
        threads: threads per parse; None = the processors this process may use.
        runs: measured rounds per photo, at least 1; in each every contender parses once.
        warm_up: rounds before them that do not count, at least 1.
        limits: which pictures are refused.
        cache_dir: folder of fetched models; None = this system's folder for caches.

    Raises:
        ConfigError: a value is out of its range.
        EngineUnavailable: a contender names an engine that does not exist.
        MissingExtra: a package that a contender needs is not installed.
    """

    photos: tuple[Path, ...]
    contenders: tuple[Contender, ...] = (Contender(),)
    threads: int | None = None
    runs: int = 20
    warm_up: int = 2
    limits: IntakeLimits = field(default_factory=IntakeLimits)
    cache_dir: Path | None = None

    def __post_init__(self) -> None:
        for name in ("runs", "warm_up", "threads"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name} is {value}; give 1 or more", option=name)
        for name in ("photos", "contenders"):
            if not getattr(self, name):
                raise ConfigError(f"there are no {name} to measure", option=name)
        for number, contender in enumerate(self.contenders):
            if contender in self.contenders[:number]:
                raise ConfigError(f"{contender} is given twice", option="contenders")
            is_reference = contender.engine == TORCH_REFERENCE
            check_engine_name("torch" if is_reference else contender.engine)
