"""Scores of a model on a data set on disk: what `m2fp val` prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from m2fp.datasets import CihpDataset
from m2fp.errors import ConfigError
from m2fp.evaluation.report import Report
from m2fp.evaluation.run import evaluate
from m2fp.extras import needs_extra
from m2fp.imaging import IntakeLimits
from m2fp.parser import Parser
from m2fp.registry import DEFAULT_MODEL

# Called with what is scored, the number of photos done, and that of all.
StageProgress = Callable[[str, int, int], None]


def run_val(
    data: Path,
    model: str | Path = DEFAULT_MODEL,
    *,
    engine: str = "auto",
    split: str = "val",
    groups: int = 0,
    seed: int = 1,
    threads: int | None = None,
    limits: IntakeLimits | None = None,
    cache_dir: Path | None = None,
    progress: StageProgress | None = None,
) -> tuple[Report, ...]:
    """Return the report on a split and, if wanted, the one on groups composed of its people.

    Args:
        data: folder in CIHP layout, labelled in the model's scheme.
        model: name of a shipped model, or path of an ONNX file.
        engine: what runs it; see `m2fp.engine.engine_names`.
        split: "train" or "val".
        groups: number of group pictures to compose; 0 for none.
        seed: of the composition.
        threads: per photo; None = the processors this process may use.
        limits: which pictures are refused; None = the defaults.
        cache_dir: folder of fetched models; None = this system's folder for caches.
        progress: told after every photo.

    Raises:
        DataError: the folder is not in that layout or not in that scheme.
        ConfigError: an option has no such value.
        MissingExtra: groups cannot be composed with what is installed.
        ModelError, EngineError: the model cannot be loaded or run.
    """
    if groups < 0:
        raise ConfigError(f"groups is {groups}; give 0 or more", option="groups")
    # Before anything is scored: an extra that is missing should not cost the user the first report.
    score_groups = _group_scorer() if groups else None
    dataset = CihpDataset(data)
    samples = dataset.samples(split)

    def stage(title: str, total: int) -> Callable[[int], None]:
        return lambda done: progress(title, done, total) if progress else None

    titles = f"{data.name} {split}", f"{groups} groups composed from {data.name} {split}"
    with Parser(
        model, engine=engine, threads=threads, limits=limits, cache_dir=cache_dir
    ) as parser:
        photos = (sample.read() for sample in samples)
        reports = [
            evaluate(parser, photos, title=titles[0], progress=stage(titles[0], len(samples)))
        ]
        if score_groups:
            grouped = score_groups(
                parser,
                samples,
                parser.info.scheme,
                count=groups,
                seed=seed,
                scenes=dataset.scenes(split),
                title=titles[1],
                progress=stage(titles[1], groups),
            )
            reports.append(grouped)
    return tuple(reports)


def _group_scorer() -> Callable[..., Report]:
    """Return `evaluate_groups`; composing pictures needs OpenCV, scoring does not."""
    with needs_extra("train", "Composing groups"):
        from m2fp.evaluation.groups import evaluate_groups
    return evaluate_groups
