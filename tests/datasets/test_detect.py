"""Which layout a folder is found to have, and what is said when it has none."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.datasets.layouts import LAYOUTS, write_atr, write_lip, write_m2fp, write_schp
from tests.datasets.more_layouts import MORE_LAYOUTS

from m2fp.datasets import layout_names, open_dataset
from m2fp.datasets.detect import _LAYOUTS
from m2fp.errors import ConfigError, DataError
from m2fp.labels import get_scheme

Writer = Callable[[Path], Path]
ALL = pytest.mark.parametrize(("write", "layout", "scheme", "splits"), [*LAYOUTS, *MORE_LAYOUTS])


@ALL
def test_a_folder_in_each_layout(
    tmp_path: Path, write: Writer, layout: str, scheme: str, splits: tuple[str, ...]
) -> None:
    dataset = open_dataset(write(tmp_path / "data"))
    assert (dataset.layout, dataset.scheme.name, dataset.splits) == (layout, scheme, splits)
    sample = dataset.samples(splits[0])[0]
    assert sample.name == "a"
    labels = pickle.loads(pickle.dumps(sample)).read_labels()  # noqa: S301
    assert labels.categories.ravel()[:3].tolist() == [1, 2, 0]
    assert labels.humans.ravel()[:3].tolist() == [1, 1, 0]
    assert sample.read().pixels.shape == (4, 6, 3)


@ALL
def test_no_layout_before_it_claims_it(
    tmp_path: Path, write: Writer, layout: str, scheme: str, splits: tuple[str, ...]
) -> None:
    root = write(tmp_path / "data")
    claims = [each.name for each in _LAYOUTS if each.matches(root)]
    assert claims[0] == layout
    assert set(claims) <= {layout, "plain"}
    assert layout_names()[-1] == "plain"  # the broadest: any photos beside any labels


@ALL
def test_every_layout_takes_the_scheme_it_is_given(
    tmp_path: Path, write: Writer, layout: str, scheme: str, splits: tuple[str, ...]
) -> None:
    root = write(tmp_path / "data")
    for given in ("ccp14", get_scheme("ccp14")):
        assert open_dataset(root, layout=layout, scheme=given).scheme == get_scheme("ccp14")


@pytest.mark.parametrize("layout", layout_names())
def test_no_layout_opens_an_empty_folder(tmp_path: Path, layout: str) -> None:
    with pytest.raises(DataError, match=layout):
        open_dataset(tmp_path, layout=layout)


def test_one_folder_deeper(tmp_path: Path) -> None:
    inner = write_m2fp(tmp_path / "instance-level_human_parsing", people=True)
    (tmp_path / "__MACOSX").mkdir()
    dataset = open_dataset(str(tmp_path))
    assert (dataset.root, dataset.layout) == (inner, "cihp")


def test_several_in_a_folder_are_not_chosen_from(tmp_path: Path) -> None:
    write_m2fp(tmp_path / "cihp")
    write_atr(tmp_path / "humanparsing")
    with pytest.raises(DataError, match=r"several data sets: cihp \(cihp\), humanparsing \(atr\);"):
        open_dataset(tmp_path)
    assert open_dataset(tmp_path, layout="atr").root == tmp_path / "humanparsing"


def test_two_layouts_in_one_folder(tmp_path: Path) -> None:
    write_lip(tmp_path / "data")
    write_schp(tmp_path / "more").joinpath("train_images").rename(tmp_path / "data/train_images")
    (tmp_path / "more/train_segmentations").rename(tmp_path / "data/train_segmentations")
    assert open_dataset(tmp_path / "data").layout == "lip"
    assert open_dataset(tmp_path / "data", layout="schp").splits == ("train",)


def test_nothing_fits(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data set in a layout that is known") as caught:
        open_dataset(tmp_path)
    for each in _LAYOUTS:
        assert f"{each.signs} ({each.name})" in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.path == str(tmp_path)


def test_a_folder_inside_a_data_set(tmp_path: Path) -> None:
    root = write_m2fp(tmp_path / "data")
    with pytest.raises(DataError) as caught:
        open_dataset(root / "Validation" / "Images")
    assert f"it lies in one: {root}." in caught.value.message


def test_another_layout_than_it_has(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Looked for") as caught:
        open_dataset(write_m2fp(tmp_path / "data"), layout="atr")
    assert "JPEGImages" in caught.value.message
    assert "TrainVal" not in caught.value.message


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist") as caught:
        open_dataset(tmp_path / "data")
    assert caught.value.code == "missing_file"


@pytest.mark.parametrize("option", ["layout", "scheme"])
def test_unknown_names(tmp_path: Path, option: str) -> None:
    with pytest.raises(ConfigError, match="nonsense") as caught:
        open_dataset(write_m2fp(tmp_path / "data"), **{option: "nonsense"})
    assert caught.value.option == option


# Whose files people and other programs name; COCO's name their pictures, and results are ours.
NAMED_BY_OTHERS = [
    row for row in [*LAYOUTS, *MORE_LAYOUTS] if not row[1].startswith(("coco", "m2fp"))
]


@pytest.mark.parametrize(("write", "layout", "scheme", "splits"), NAMED_BY_OTHERS)
def test_suffixes_as_windows_writes_them(
    tmp_path: Path, write: Writer, layout: str, scheme: str, splits: tuple[str, ...]
) -> None:
    root = write(tmp_path / "data")
    for path in [*root.rglob("*.png"), *root.rglob("*.jpg")]:
        path.rename(path.with_suffix(path.suffix.upper()))
    dataset = open_dataset(root)
    assert dataset.layout == layout
    photo = dataset.samples(splits[0])[0].read()
    assert photo.categories.ravel()[:3].tolist() == [1, 2, 0]


def test_a_root_that_cannot_be_looked_at(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: File name too long") as caught:
        open_dataset(tmp_path / ("a" * 300))
    assert caught.value.code == "unreadable_file"
