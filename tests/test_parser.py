"""The whole path from a file to a result, on a model whose answers are known."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fake_model import (
    LONG_SIDE,
    SCALE,
    SHORT_SIDE,
    FakePerson,
    assert_parsed,
    build_fake_model,
    draw_people,
)

from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.errors import (
    ChecksumMismatch,
    ConfigError,
    EmptyImage,
    EngineError,
    EngineUnavailable,
    ImageTooLarge,
    ModelNotFound,
    SourceNotFound,
    UndecodableImage,
)
from m2fp.imaging import CanvasRule, IntakeLimits
from m2fp.parser import Parser
from m2fp.postprocess import OfficialRules, PostprocessConfig
from m2fp.registry import CatalogueEntry, catalogue
from m2fp.results import Result

SIZE = (SHORT_SIDE, LONG_SIDE)
PEOPLE = (FakePerson(0, 72, 16, 32, 64), FakePerson(2, 8, 8, 40, 80))
IN_FRONT = (FakePerson(1, 20, 8, 40, 80), FakePerson(3, 44, 16, 40, 64))


@pytest.fixture
def parser(fake_model: Path) -> Iterator[Parser]:
    with Parser(fake_model, threads=1) as parser:
        yield parser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two pictures and much that is none."""
    pixels = draw_people(SIZE, PEOPLE)[0]
    Image.fromarray(pixels).save(tmp_path / "b.png")
    Image.fromarray(pixels).save(tmp_path / "A.PNG")
    Image.fromarray(pixels).save(tmp_path / ".hidden.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "folder.jpg").mkdir()
    return tmp_path


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("people", [PEOPLE, IN_FRONT, PEOPLE[:1], ()])
def test_flat_people_are_parsed_exactly(parser: Parser, people: tuple[FakePerson, ...]) -> None:
    pixels, part_map, person_map = draw_people(SIZE, people)
    result = parser(pixels)
    assert_parsed(result, part_map, person_map)
    assert len(result.persons) == len(people)
    assert all(person.score > 0.9 for person in result.persons)
    for person in result.persons:
        assert person.area == pytest.approx((person_map == person.id).sum(), abs=12)


@pytest.mark.parametrize("factor", [2, 5, 12])
def test_larger_photos_agree_except_along_the_edges(parser: Parser, factor: int) -> None:
    height, width = SIZE
    people = [
        FakePerson(p.slot, p.left * factor, p.top * factor, p.width * factor, p.height * factor)
        for p in IN_FRONT
    ]
    pixels, part_map, person_map = draw_people((height * factor, width * factor), people)
    result = parser(pixels)
    assert (result.part_map == part_map).mean() > 0.98
    assert (result.person_map == person_map).mean() > 0.98
    assert len(result.persons) == 2


def test_a_photo_that_is_padded(parser: Parser) -> None:
    pixels, part_map, person_map = draw_people((96, 100), (FakePerson(1, 60, 16, 40, 64),))
    result = parser(pixels)
    assert result.part_map.shape == (96, 100)
    assert (result.part_map == part_map).mean() > 0.97
    assert (result.person_map == person_map).mean() > 0.97


def test_without_a_person_class_there_is_one_person(fake_single_person_model: Path) -> None:
    pixels, part_map, _ = draw_people(SIZE, PEOPLE, scheme="lip")
    with Parser(fake_single_person_model, threads=1) as parser:
        result = parser(pixels)
    assert_parsed(result, part_map, (part_map > 0).astype(np.uint16))
    np.testing.assert_array_equal(result.person_map, result.part_map > 0)
    assert [person.id for person in result.persons] == [1]


@pytest.mark.parametrize("size", [(96, 128), (64, 100), (192, 192)])
def test_a_model_with_a_canvas(tmp_path: Path, size: tuple[int, int]) -> None:
    rule = CanvasRule(96, 128, 0, *SCALE)
    model = build_fake_model(tmp_path / "canvas.onnx", scheme="lip", rule=rule)
    pixels, part_map, _ = draw_people(size, (FakePerson(1, 16, 8, 40, 48),), scheme="lip")
    with Parser(model, threads=1) as parser:
        result = parser(pixels)
        assert parser.info.input == rule
    assert (result.part_map == part_map).mean() > 0.98
    assert result.to_modelscope()["labels"] == [
        *("Background", "Hair", "UpperClothes", "Pants", "Face")
    ]


@pytest.mark.parametrize("people", [PEOPLE, IN_FRONT, ()])
def test_the_official_rules(fake_model: Path, people: tuple[FakePerson, ...]) -> None:
    pixels, part_map, person_map = draw_people(SIZE, people)
    with (
        Parser(fake_model, threads=1, postprocess=OfficialRules()) as official,
        Parser(fake_model, threads=1) as ours,
    ):
        result, other = official(pixels), ours(pixels)
    assert_parsed(result, part_map, person_map)
    assert len(result.persons) == len(people)
    assert all(0.8 < person.score < 1 for person in result.persons)
    # What the network said does not depend on what was made of it.
    found, same = result.to_modelscope(), other.to_modelscope()
    assert found["labels"] == same["labels"]
    assert found["scores"] == same["scores"]
    assert found["labels"].count("Human") == len(people)
    np.testing.assert_array_equal(found["masks"], same["masks"])


def test_every_kind_of_source_gives_the_same(parser: Parser, folder: Path) -> None:
    pixels, part_map, person_map = draw_people(SIZE, PEOPLE)
    path = folder / "b.png"
    encoded = path.read_bytes()
    image = Image.fromarray(pixels)
    for source in (path, str(path), encoded, io.BytesIO(encoded), image, pixels):
        result = parser(source)
        assert isinstance(result, Result)
        assert_parsed(result, part_map, person_map)
    assert parser(path).photo.name == "b.png"
    assert parser(encoded).photo.sha256 == hashlib.sha256(encoded).hexdigest()


def test_predict_is_the_same_call(parser: Parser) -> None:
    pixels, part_map, person_map = draw_people(SIZE, PEOPLE)
    assert_parsed(parser.predict(pixels), part_map, person_map)


def test_the_result_says_which_model_made_it_and_how_long_it_took(
    parser: Parser, fake_model: Path
) -> None:
    result = parser(draw_people(SIZE, PEOPLE)[0])
    assert result.model.name == parser.info.name == "fake"
    assert result.model.sha256 == hashlib.sha256(fake_model.read_bytes()).hexdigest()
    timing = result.timing
    stages = (timing.decode_s, timing.preprocess_s, timing.inference_s, timing.postprocess_s)
    assert all(stage > 0 for stage in stages)
    assert timing.total_s == pytest.approx(sum(stages))


def test_a_list_gives_an_iterator_that_parses_one_photo_at_a_time(parser: Parser) -> None:
    taken: list[int] = []

    def photos() -> Iterator[np.ndarray]:
        for number in range(3):
            taken.append(number)
            yield draw_people(SIZE, PEOPLE[:number])[0]

    results = parser(photos())
    assert taken == []
    assert len(next(results).persons) == 0
    assert taken == [0]
    assert [len(result.persons) for result in results] == [1, 2]
    assert iter(parser([])) is not None
    assert list(parser([])) == []


def test_a_folder_gives_its_pictures_by_name(parser: Parser, folder: Path) -> None:
    for results in (parser(folder), parser(str(folder)), parser.iterate(folder)):
        assert [result.photo.name for result in results] == ["A.PNG", "b.png"]


@pytest.mark.parametrize("name", [".", "nothing"])
def test_a_folder_without_pictures(parser: Parser, tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceNotFound):
        parser.iterate(tmp_path / name)


def test_one_bad_photo_ends_an_iteration_with_its_name(parser: Parser, folder: Path) -> None:
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    results = parser(folder)
    next(results), next(results)
    with pytest.raises(UndecodableImage) as caught:
        next(results)
    assert caught.value.name == "bad.jpg"


def test_stream_goes_on_after_a_bad_photo(parser: Parser, folder: Path) -> None:
    sources = [folder / "b.png", folder / "none.png", b"", folder / "A.PNG"]
    found = list(parser.stream(sources))
    assert [source for source, _ in found] == sources
    kinds = [type(outcome) for _, outcome in found]
    assert kinds == [Result, SourceNotFound, EmptyImage, Result]


def test_stream_does_not_hide_a_broken_model(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    build_fake_model(path)
    parser = Parser(path, threads=1)
    path.unlink()
    with pytest.raises(ModelNotFound):
        next(parser.stream([draw_people(SIZE, ())[0]]))


def test_the_model_is_loaded_once_and_only_when_needed(
    fake_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[Path] = []
    original = OnnxEngine.__init__

    def count(self: OnnxEngine, path: Path, *args: object, **kwargs: object) -> None:
        loads.append(path)
        original(self, path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(OnnxEngine, "__init__", count)
    parser = Parser(fake_model, threads=1)
    assert loads == []
    pixels = draw_people(SIZE, PEOPLE)[0]
    workers = [threading.Thread(target=parser, args=(pixels,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert loads == [fake_model]


def test_an_open_engine_can_be_given_and_is_closed_with_the_parser(fake_model: Path) -> None:
    engine = OnnxEngine(fake_model, 1)
    pixels, part_map, person_map = draw_people(SIZE, PEOPLE)
    with Parser(engine=engine) as parser:
        assert_parsed(parser(pixels), part_map, person_map)
    with pytest.raises(EngineError, match="closed"):
        engine.run(np.zeros((1, 3, 32, 32), np.float32))


def test_an_open_engine_that_was_not_needed_is_closed_too(fake_model: Path) -> None:
    engine = OnnxEngine(fake_model, 1)
    Parser(engine=engine).close()
    with pytest.raises(EngineError, match="closed"):
        engine.run(np.zeros((1, 3, 32, 32), np.float32))


def test_a_closed_parser_says_so(fake_model: Path) -> None:
    parser = Parser(fake_model, threads=1)
    parser.close()
    parser.close()
    with pytest.raises(EngineError, match="closed"):
        parser(draw_people(SIZE, ())[0])


def test_limits_are_applied(fake_model: Path) -> None:
    with Parser(fake_model, threads=1, limits=IntakeLimits(max_pixels=1000)) as parser:
        with pytest.raises(ImageTooLarge):
            parser(draw_people(SIZE, PEOPLE)[0])
        with pytest.raises(ImageTooLarge):
            parser(png(draw_people(SIZE, PEOPLE)[0]))


def test_thresholds_are_applied(fake_model: Path) -> None:
    strict = PostprocessConfig(person_threshold=1.0)
    with Parser(fake_model, threads=1, postprocess=strict) as parser:
        result = parser(draw_people(SIZE, PEOPLE)[0])
    assert result.persons == ()
    assert {segment.person_id for segment in result.segments} == {0}


def test_arguments_are_checked_before_anything_is_loaded(fake_model: Path) -> None:
    with pytest.raises(ModelNotFound):
        Parser("no-such-model")
    with pytest.raises(EngineUnavailable):
        Parser(fake_model, engine="no-such-engine")
    with pytest.raises(ConfigError):
        Parser(fake_model, threads=0)


def test_a_shipped_model_that_was_changed_is_refused(
    fake_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = CatalogueEntry("builtin", str(fake_model), "0" * 64, 1, "Apache-2.0", "", "")
    monkeypatch.setattr(catalogue, "entries", lambda: (entry,))
    with pytest.raises(ChecksumMismatch):
        Parser()(draw_people(SIZE, ())[0])
