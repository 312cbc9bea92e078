"""The same predictions in every format: found by looking, and scored alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.evaluation.toy_set import guesses, names, write_label_maps, write_toy_set

from m2fp.datasets import open_dataset
from m2fp.errors import ConfigError, DataError, SourceNotFound
from m2fp.evaluation import DataChoice, run_score
from m2fp.evaluation.predictions import (
    format_names,
    from_result,
    open_predictions,
    write_challenge,
)
from m2fp.results.coco import coco_dataset

COUNT = 6


def as_challenge(folder: Path, score: float | None) -> Path:
    for name, result in zip(names(COUNT), guesses(COUNT, score=score), strict=True):
        write_challenge(from_result(result), folder / "submission", name)
    return folder / "submission"


def as_lines(folder: Path, score: float | None) -> Path:
    lines = [
        json.dumps({"file": f"some/where/{name}.jpg", **result.to_dict()})
        for name, result in zip(names(COUNT), guesses(COUNT, score=score), strict=True)
    ]
    (folder / "lines.jsonl").write_text("\n".join(lines) + "\n")
    return folder / "lines.jsonl"


def as_documents(folder: Path, score: float | None) -> Path:
    for result in guesses(COUNT, score=score):
        result.save(folder / "out", what=("parts", "persons", "json", "coco"))
    return folder / "out"


def as_saved_maps(folder: Path, score: float | None) -> Path:
    assert score == 1.0
    for result in guesses(COUNT, score=score):
        result.save(folder / "out", what=("overlay", "parts", "persons"))
    return folder / "out"


def as_maps(folder: Path, score: float | None) -> Path:
    assert score == 1.0
    return write_label_maps(folder / "maps", COUNT)


def as_coco_set(folder: Path, score: float | None) -> Path:
    (folder / "set.json").write_text(json.dumps(coco_dataset(guesses(COUNT, score=score))))
    return folder / "set.json"


def as_coco_results(folder: Path, score: float | None) -> Path:
    kept = ("category_id", "segmentation", "score", "image_id")
    rows = [
        {key: row[key] for key in kept}
        for row in coco_dataset(guesses(COUNT, score=score))["annotations"]
    ]
    (folder / "results.json").write_text(json.dumps(rows))
    return folder / "results.json"


Write = Callable[[Path, float | None], Path]
WITH_SCORES = {
    as_challenge: "challenge",
    as_lines: "jsonl",
    as_documents: "jsonl",
    as_coco_set: "coco",
    as_coco_results: "coco",
}
ALL = {**WITH_SCORES, as_saved_maps: "maps", as_maps: "maps"}


def scores(data: Path, predictions: Path, **options: Any) -> dict[str, Any]:
    """Return all that a report says of the scores."""
    values = run_score(DataChoice(data), predictions, **options).to_dict()
    for row in values["worst"]:
        row.pop("seconds")
    return {name: values[name] for name in values if name not in ("subject", "seconds")}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_toy_set(tmp_path / "toys", COUNT)


@pytest.mark.parametrize("write", WITH_SCORES)
def test_the_scores_of_masks_count(data: Path, tmp_path: Path, write: Write) -> None:
    expected = scores(data, as_lines(tmp_path, None))
    assert 0.1 < expected["part_masks"]["official"]["vol"] < 0.9
    assert expected["people"]["people"] == 2 * COUNT
    assert scores(data, write(tmp_path, None)) == expected


@pytest.mark.parametrize("write", ALL)
def test_without_scores_all_are_alike(data: Path, tmp_path: Path, write: Write) -> None:
    expected = scores(data, as_challenge(tmp_path, 1.0))
    assert scores(data, write(tmp_path, 1.0)) == expected


@pytest.mark.parametrize(("write", "kind"), ALL.items())
def test_formats_are_found_by_looking(data: Path, tmp_path: Path, write: Write, kind: str) -> None:
    dataset = open_dataset(data)
    path = write(tmp_path, 1.0)
    source = open_predictions(path, dataset, "val")
    assert (source.subject.kind, source.subject.name, source.subject.model) == (
        kind, path.name, None
    )  # fmt: skip
    assert source.coverage(names(COUNT)).missing == ()
    assert source.coverage([*names(COUNT), "nobody"]).missing in (("nobody",), ())
    assert source.coverage(names(COUNT)[1:]).unused == 1
    assert source.fingerprint() == open_predictions(path, dataset, "val").fingerprint()


def test_a_format_can_be_asked_for(data: Path, tmp_path: Path) -> None:
    folder = as_documents(tmp_path, 1.0)
    dataset = open_dataset(data)
    assert open_predictions(folder, dataset, "val", format_name="maps").subject.kind == "maps"
    with pytest.raises(DataError, match="no submission: global_parsing/ is missing"):
        open_predictions(folder, dataset, "val", format_name="challenge")
    with pytest.raises(ConfigError, match=r"unknown format 'voc'; .* challenge, jsonl, coco, maps"):
        open_predictions(folder, dataset, "val", format_name="voc")


def test_nothing_that_is_known(data: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="no predictions at"):
        run_score(DataChoice(data), tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="in no known format") as caught:
        run_score(DataChoice(data), tmp_path / "empty")
    assert all(f"\n  {name}: " in caught.value.message for name in format_names())


@pytest.mark.parametrize("write", [as_challenge, as_maps])
def test_pictures_of_another_size(data: Path, tmp_path: Path, write: Write) -> None:
    from PIL import Image

    path = write(tmp_path, 1.0)
    picture = next(path.rglob(f"{names(1)[0]}.png"))
    Image.new("L", (5, 4)).save(picture)
    with pytest.raises(DataError, match=r"0000001.png has 5 x 4 pixels, but the labels 32 x 24"):
        run_score(DataChoice(data), path)


@pytest.mark.parametrize("write", ALL)
def test_sizes_are_compared_in_every_format(data: Path, tmp_path: Path, write: Write) -> None:
    import numpy as np
    from PIL import Image

    folder = data / "Validation"
    for inner, mode in (("Images", "RGB"), ("Category_ids", "L"), ("Human_ids", "L")):
        suffix = "jpg" if inner == "Images" else "png"
        Image.new(mode, (40, 24)).save(folder / inner / f"{names(1)[0]}.{suffix}")
    assert np.asarray(Image.open(folder / "Human_ids" / "0000001.png")).shape == (24, 40)
    with pytest.raises(DataError, match=r"0000001"):
        run_score(DataChoice(data), write(tmp_path, 1.0))
