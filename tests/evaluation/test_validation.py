"""From a data set and predictions to reports and their folder."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from PIL import Image
from tests.evaluation.toy_set import guesses, names, write_label_maps, write_toy_set
from tests.toy_folder import write_folder

from m2fp.errors import ConfigError, DataError, MissingExtra
from m2fp.evaluation import DataChoice, Groups, RunOptions, run_score, run_val
from m2fp.evaluation.predictions import ParserOptions, from_result, write_challenge
from m2fp.evaluation.running.chosen_photos import ChosenPhotos
from m2fp.postprocess import TestTimeAugmentation

COUNT = 8


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, int]] = []
        self.notes: list[str] = []

    def progress(self, stage: str, done: int, total: int) -> None:
        self.stages.append((stage, done, total))

    def note(self, message: str) -> None:
        self.notes.append(message)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_toy_set(tmp_path / "toys", COUNT)


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    return write_label_maps(tmp_path / "maps", COUNT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return photos that the fake model parses exactly."""
    return write_folder(tmp_path / "toys", count=6)


@pytest.fixture
def fake(fake_model: Path) -> ParserOptions:
    return ParserOptions(fake_model, threads=1)


def test_a_model(root: Path, fake: ParserOptions) -> None:
    (root / "Validation" / "scene_id.txt").write_text("p0\np3\n")
    heard = Heard()
    photos, grouped = run_val(DataChoice(root), fake, groups=Groups(2), listener=heard)
    assert (photos.title, photos.photos) == ("toys val", 6)
    assert (photos.subject.kind, photos.subject.model.name) == ("model", "fake")
    assert (photos.data.name, photos.data.layout, photos.data.split) == ("toys", "cihp", "val")
    assert photos.table("cihp").pixel_accuracy > 0.99  # corners are rounded off
    assert photos.people.right_count == 1.0
    assert photos.seconds > 0
    assert (grouped.title, grouped.photos) == ("2 groups composed from toys val", 2)
    assert grouped.data.layout == "groups"
    assert [count.people for count in grouped.people.by_count] == [2, 3]
    assert heard.stages[:2] == [("toys val", 0, 6), ("toys val", 1, 6)]
    assert heard.stages[-1] == (grouped.title, 2, 2)
    assert heard.notes == []


def test_views_are_an_option(root: Path, fake_model: Path) -> None:
    options = ParserOptions(fake_model, threads=1, augment=TestTimeAugmentation(flip=True))
    (report,) = run_val(DataChoice(root), options)
    assert report.photos == 6


def test_what_is_wrong_is_said_before_anything_is_scored(root: Path, fake: ParserOptions) -> None:
    with pytest.raises(ConfigError, match="groups is -1"):
        run_val(DataChoice(root), fake, groups=Groups(-1))
    with pytest.raises(DataError, match="no labelled split 'train'"):
        run_val(DataChoice(root, split="train"), fake)
    with pytest.raises(ConfigError, match="workers is 0"):
        run_val(DataChoice(root), fake, run=RunOptions(workers=0))
    (root / "Validation" / "scene_id.txt").write_text("p0\nnobody\n")
    with pytest.raises(DataError, match="not in the split: nobody"):
        run_val(DataChoice(root), fake, groups=Groups(1))


def test_only_groups_need_opencv(
    root: Path, fake: ParserOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    for loaded in ("m2fp.augmentation.backgrounds", "m2fp.evaluation.groups"):
        monkeypatch.delitem(sys.modules, loaded, raising=False)
    (report,) = run_val(DataChoice(root), fake)
    assert report.photos == 6
    with pytest.raises(MissingExtra, match=r"pip install 'm2fp\[train\]'"):
        run_val(DataChoice(root), fake, groups=Groups(1))


def test_the_split(data: Path, maps: Path, tmp_path: Path) -> None:
    (data / "Validation").rename(data / "Training")
    (data / "Training" / "val_id.txt").rename(data / "Training" / "train_id.txt")
    assert run_score(DataChoice(data), maps).data.split == "train"  # the only one
    write_toy_set(tmp_path / "more", COUNT)
    (tmp_path / "more" / "Validation").rename(data / "Testing")
    with pytest.raises(ConfigError, match="has the splits train, test; choose one with --split"):
        run_score(DataChoice(data), maps)
    assert run_score(DataChoice(data, split="train"), maps).photos == COUNT


def test_a_limit_takes_photos_from_everywhere(data: Path, maps: Path) -> None:
    heard = Heard()
    report = run_score(DataChoice(data, limit=3), maps, listener=heard)
    assert (report.photos, report.title) == (3, "toys val, 3 of 8 photos")
    assert sorted(photo.name for photo in report.worst) == ["0000001", "0000003", "0000006"]
    assert heard.notes == []
    assert run_score(DataChoice(data, limit=99), maps).photos == COUNT
    with pytest.raises(ConfigError, match="limit is 0"):
        run_score(DataChoice(data, limit=0), maps)


def test_missing_predictions_are_no_way_to_a_better_score(data: Path, maps: Path) -> None:
    whole = run_score(DataChoice(data), maps)
    for name in names(COUNT)[2:6]:
        (maps / f"{name}.png").unlink()
    with pytest.raises(
        DataError, match=r"4 of 8 photos have no prediction \(0000003, 0000004, 0000005, ...\)"
    ):
        run_score(DataChoice(data), maps)
    report = run_score(DataChoice(data), maps, allow_missing=True)
    assert report.missing == tuple(names(COUNT)[2:6])
    assert (report.people.people, report.people.predicted) == (16, 8)
    assert report.people.recall < whole.people.recall
    assert report.part_masks.official.vol < whole.part_masks.official.vol
    assert report.table("cihp").miou_d2 < whole.table("cihp").miou_d2


def test_predictions_for_other_photos_are_noted(data: Path, maps: Path) -> None:
    for extra in ("x.png", "y.png"):
        Image.new("L", (2, 2)).save(maps / extra)
    heard = Heard()
    run_score(DataChoice(data), maps, listener=heard)
    assert heard.notes == ["predictions that belong to none of the photos: 2"]


def test_the_folder(data: Path, maps: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    report = run_score(DataChoice(data), maps, run=RunOptions(output=out, worst=3))
    assert sorted(path.name for path in out.iterdir()) == [
        "confusion.png", "report.json", "report.md", "worst"
    ]  # fmt: skip
    assert json.loads((out / "report.json").read_text()) == {
        "reports": [json.loads(report.to_json())]
    }
    assert (out / "report.md").read_text().startswith("## toys val\n")
    worst = [path.stem for path in sorted((out / "worst").iterdir())]
    assert worst == [f"0{rank}-{report.worst[rank - 1].name}" for rank in (1, 2, 3)]
    with Image.open(out / "worst" / f"{worst[0]}.jpg") as picture:
        assert picture.format == "JPEG"

    # Another run leaves none of the old pictures.
    run_score(DataChoice(data), maps, run=RunOptions(output=out, worst=1))
    assert [path.stem for path in (out / "worst").iterdir()] == worst[:1]


def test_the_folder_of_two_reports(root: Path, fake: ParserOptions, tmp_path: Path) -> None:
    run = RunOptions(output=tmp_path / "out", worst=1, save_predictions=tmp_path / "kept")
    reports = run_val(DataChoice(root), fake, groups=Groups(1), run=run)
    assert len(json.loads((tmp_path / "out" / "report.json").read_text())["reports"]) == 2
    assert (tmp_path / "out" / "report.md").read_text().count("\n## ") == 1
    inner = sorted(path.name for path in (tmp_path / "out" / "groups").iterdir())
    assert inner == ["confusion.png", "worst"]
    assert not list((tmp_path / "kept").rglob("group-*")), "strangers to the data set"
    # The predictions that were kept are worth what the model was worth.
    again = run_score(DataChoice(root), tmp_path / "kept")
    assert again.subject.kind == "challenge"
    for name in ("tables", "people", "person_masks", "part_masks", "boundary"):
        assert getattr(again, name) == getattr(reports[0], name)


def test_without_matplotlib_it_is_said_at_the_beginning(
    data: Path, maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    heard = Heard()
    heard.progress = lambda *_: heard.notes.append("scoring")  # type: ignore[method-assign]
    run_score(DataChoice(data), maps, run=RunOptions(output=tmp_path / "out"), listener=heard)
    assert heard.notes[0].startswith("without confusion.png: ")
    assert "pip install 'm2fp[eval]'" in heard.notes[0]
    assert heard.notes[1] == "scoring"
    assert not (tmp_path / "out" / "confusion.png").exists()
    assert (tmp_path / "out" / "report.md").is_file()


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_stopped_run_goes_on_only_as_the_same_run(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "kept", tmp_path / "out"
    for name, result in zip(names(COUNT), guesses(COUNT), strict=True):
        write_challenge(from_result(result), folder, name)
    run = RunOptions(output=out)
    with monkeypatch.context() as patched:
        patched.setattr("m2fp.evaluation.running.output.draw_confusion", stop)
        with pytest.raises(KeyboardInterrupt):
            run_score(DataChoice(data), folder, run=run)
    assert (out / "journal" / "00000.npz").is_file()

    with pytest.raises(ConfigError, match=r"differ: photo and label files, photos\. .* --fresh"):
        run_score(DataChoice(data, limit=3), folder, run=run)
    os.utime(folder / "global_parsing" / "0000001.png", (1, 2**31))
    with pytest.raises(ConfigError, match=r"differ: files\. "):
        run_score(DataChoice(data), folder, run=run)
    fresh = RunOptions(output=out, fresh=True)
    assert run_score(DataChoice(data, limit=3), folder, run=fresh).photos == 3
    assert not (out / "journal").exists()
    # Now that it is finished, anything can be scored into the folder.
    assert run_score(DataChoice(data), folder, run=run).photos == COUNT


@pytest.mark.parametrize("inner", ["Images", "Category_ids", "Human_ids"])
def test_changed_photos_or_labels_are_another_run(
    data: Path, maps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inner: str
) -> None:
    run = RunOptions(output=tmp_path / "out")
    with monkeypatch.context() as patched:
        patched.setattr("m2fp.evaluation.running.output.draw_confusion", stop)
        with pytest.raises(KeyboardInterrupt):
            run_score(DataChoice(data), maps, run=run)
    changed = next((data / "Validation" / inner).iterdir())
    os.utime(changed, (1, 1))
    with pytest.raises(ConfigError, match=r"differ: photo and label files\. "):
        run_score(DataChoice(data), maps, run=run)


def test_another_seed_is_another_run(
    root: Path, fake: ParserOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunOptions(output=tmp_path / "out", worst=0)
    with monkeypatch.context() as patched:
        patched.setattr("m2fp.evaluation.running.output.Output.finish", stop)
        with pytest.raises(KeyboardInterrupt):
            run_val(DataChoice(root), fake, groups=Groups(2, seed=1), run=run)
    with pytest.raises(ConfigError, match=r"differ: seed\. "):
        run_val(DataChoice(root), fake, groups=Groups(2, seed=2), run=run)
    assert len(run_val(DataChoice(root), fake, groups=Groups(2, seed=1), run=run)) == 2


def test_groups_are_of_all_photos_whatever_the_limit(root: Path, fake: ParserOptions) -> None:
    one, grouped = run_val(DataChoice(root, limit=1), fake, groups=Groups(2))
    assert (one.title, grouped.title) == (
        "toys val, 1 of 6 photos",
        "2 groups composed from toys val",
    )
    (_, of_all) = run_val(DataChoice(root), fake, groups=Groups(2))
    assert of_all.tables == grouped.tables


def test_the_labels_of_coco_are_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    labels = tmp_path / "annotations" / "instances_val.json"
    labels.write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.jpg", "width": 4, "height": 3}],
                "categories": [{"id": 1, "name": "hair"}, {"id": 2, "name": "face"}],
                "annotations": [],
            }
        )
    )
    choice = DataChoice(tmp_path, layout="coco-instances")
    before = ChosenPhotos.of(choice).fingerprint()
    os.utime(labels, (1, 1))
    after = ChosenPhotos.of(choice).fingerprint()
    assert {key for key in before if before[key] != after[key]} == {"photo and label files"}


def test_predictions_of_other_photos_altogether(data: Path, maps: Path) -> None:
    for name in names(COUNT):
        (maps / f"{name}.png").rename(maps / f"photo-{name}.png")
    with pytest.raises(
        DataError, match=r"none of the 8 predictions is called like .* 8 photos \(0000001, "
    ):
        run_score(DataChoice(data), maps)
