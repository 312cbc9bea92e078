"""Code written for ModelScope's pipelines, with other imports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fake_model import LABELS, LONG_SIDE, SHORT_SIDE, FakePerson, draw_people

from m2fp.errors import (
    ConfigError,
    EngineError,
    ImageTooLarge,
    ModelNotFound,
    SourceNotFound,
    UndecodableImage,
)
from m2fp.imaging import IntakeLimits
from m2fp.integrations.modelscope import HumanParsingPipeline, OutputKeys, Tasks, pipeline
from m2fp.labels import get_scheme

SIZE = (SHORT_SIDE, LONG_SIDE)
PEOPLE = (FakePerson(0, 72, 16, 32, 64), FakePerson(2, 8, 8, 40, 80))
# The model knows four places for people; those where nobody stands have no mask.
NAMES = sorted(["Hair", "Face", "UpperClothes", "Pants", "Human"] * 2)


@pytest.fixture
def parsing(fake_model: Path) -> HumanParsingPipeline:
    return pipeline(Tasks.image_segmentation, model=str(fake_model), threads=1)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "x.png"
    Image.fromarray(draw_people(SIZE, PEOPLE)[0]).save(path)
    return path


def test_several_people(parsing: HumanParsingPipeline, photo: Path) -> None:
    found = parsing(str(photo))
    labels, scores = found[OutputKeys.LABELS], found[OutputKeys.SCORES]
    masks = found[OutputKeys.MASKS]
    assert sorted(labels) == NAMES
    assert labels[-2:] == ["Human", "Human"]
    assert len(masks) == len(scores) == 10
    assert all(score > 0.9 for score in scores)
    people = draw_people(SIZE, PEOPLE)[2] > 0
    assert all(mask.shape == SIZE and mask.dtype == np.float32 for mask in masks)
    assert ((masks[-1] + masks[-2] == 1) == people).mean() > 0.999


def test_one_person(fake_single_person_model: Path) -> None:
    pixels, part_map, _ = draw_people(SIZE, PEOPLE[:1], scheme="lip")
    parsing = pipeline("image-segmentation", str(fake_single_person_model), threads=1)
    found = parsing(pixels[:, :, ::-1])
    names = get_scheme("lip").official_names
    assert found["labels"] == [names[label] for label in (0, *sorted(LABELS["lip"]))]
    masks = {name: mask > 0 for name, mask in zip(found["labels"], found["masks"], strict=True)}
    assert (masks["Pants"] == (part_map == 9)).mean() > 0.999
    assert (masks["Background"] == (part_map == 0)).mean() > 0.99


def test_arrays_are_bgr_and_all_sources_agree(parsing: HumanParsingPipeline, photo: Path) -> None:
    rgb = draw_people(SIZE, PEOPLE)[0]
    want = parsing(photo)
    for source in (str(photo), rgb[:, :, ::-1], Image.fromarray(rgb)):
        found = parsing(source)
        assert found["labels"] == want["labels"]
        np.testing.assert_array_equal(found["masks"], want["masks"])
    assert parsing(rgb)["labels"] != want["labels"]


def test_a_list_gives_a_list(parsing: HumanParsingPipeline, photo: Path) -> None:
    nobody = np.zeros((*SIZE, 3), np.uint8)
    several = parsing([str(photo), nobody])
    assert [len(found["labels"]) for found in several] == [10, 0]
    assert parsing([]) == []


def test_pil_images_are_taken_as_they_are_stored(
    parsing: HumanParsingPipeline, tmp_path: Path
) -> None:
    path = tmp_path / "turned.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(draw_people(SIZE, PEOPLE)[0]).convert("RGBA").save(path, exif=exif)
    with Image.open(path) as image:
        assert parsing(image)["masks"][0].shape == SIZE
    assert parsing(path)["masks"][0].shape == SIZE[::-1]


def test_grey_arrays_are_accepted(parsing: HumanParsingPipeline) -> None:
    assert parsing(np.zeros(SIZE, np.uint8))["labels"] == []


def test_score_thr(parsing: HumanParsingPipeline, photo: Path) -> None:
    assert parsing(photo, score_thr=1.0) == {"masks": [], "labels": [], "scores": []}


def test_what_cannot_be_read(parsing: HumanParsingPipeline, photo: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="download the picture first"):
        parsing("https://example.org/x.jpg")
    with pytest.raises(SourceNotFound):
        parsing(str(tmp_path))
    cut = tmp_path / "cut.png"
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(cut)
    cut.write_bytes(cut.read_bytes()[:3000])
    with pytest.raises(UndecodableImage) as caught, Image.open(cut) as image:
        parsing(image)
    assert caught.value.name == "cut.png"


def test_limits_hold_for_lazy_images_before_they_are_decoded(fake_model: Path, photo: Path) -> None:
    limits = IntakeLimits(max_pixels=1000)
    with (
        pipeline(Tasks.image_segmentation, fake_model, limits=limits) as parsing,
        Image.open(photo) as image,
        pytest.raises(ImageTooLarge),
    ):
        parsing(image)


def test_it_closes(fake_model: Path, photo: Path) -> None:
    with pipeline(Tasks.image_segmentation, fake_model, threads=1) as parsing:
        parsing(photo)
    with pytest.raises(EngineError, match="closed"):
        parsing(photo)


def test_arguments_that_modelscope_takes_and_others_it_does_not(fake_model: Path) -> None:
    path = str(fake_model)
    task = Tasks.image_segmentation
    assert pipeline(task, model=path, model_revision="v1.0.1", device="cpu") is not None
    with pytest.raises(ConfigError, match="portrait-matting"):
        pipeline("portrait-matting", path)
    with pytest.raises(ModelNotFound, match="m2fp models pull"):
        pipeline(task, model="damo/cv_resnet101_image-multiple-human-parsing")
