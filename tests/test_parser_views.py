"""Photos shown several times, on the whole path from pixels to a result."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.fake_model import (
    LONG_SIDE,
    SCALE,
    SHORT_SIDE,
    FakePerson,
    assert_parsed,
    build_fake_model,
    draw_people,
)

from m2fp.engine import QueryPredictions
from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.errors import InferenceFailed
from m2fp.imaging import AnyRule, CanvasRule, InputRule, Photo, prepare
from m2fp.labels import get_scheme
from m2fp.parser import Parser
from m2fp.postprocess import (
    Maps,
    OfficialRules,
    PostprocessConfig,
    Rules,
    TestTimeAugmentation,
    assemble,
)
from m2fp.registry import ModelInfo
from m2fp.results import Result

SIZE = (SHORT_SIDE, LONG_SIDE)
PEOPLE = (FakePerson(0, 72, 16, 32, 64), FakePerson(2, 8, 8, 40, 80))
IN_FRONT = (FakePerson(1, 20, 8, 40, 80), FakePerson(3, 44, 16, 40, 64))
RULES = {"ours": PostprocessConfig(), "official": OfficialRules()}

ONCE = TestTimeAugmentation(flip=False)
FLIP = TestTimeAugmentation()
SCALES = TestTimeAugmentation(scales=(0.75, 1.0, 1.25))


class Network:
    """An engine whose answers depend on all of the input and on its left and right.

    The masks are mixtures of the colours in every cell and of those one cell to the left. A third
    of the queries are people, a third are sides.
    """

    name = "toy"

    def __init__(self, scheme: str, rule: AnyRule, queries: int = 18) -> None:
        self.info = ModelInfo("toy", get_scheme(scheme), rule, "fp32", "Apache-2.0", "", "")
        rng = np.random.default_rng(5)
        self._mix = rng.normal(0, 12, (queries, 6)).astype(np.float32)
        classes = rng.normal(0, 1, (queries, self.info.scheme.class_count + 1))
        sides = [side for pair in self.info.scheme.flip_pairs for side in pair]
        for query in range(0, queries, 3):
            classes[query, self.info.scheme.person_class or 0] += 5
            classes[query + 1, sides[query // 3 % len(sides)]] += 5
            classes[query + 2, (5, 9, 13)[query // 3 % 3]] += 4
        self._classes = classes.astype(np.float32)
        self.shapes: list[tuple[int, ...]] = []

    def run(self, tensor: npt.NDArray[np.float32]) -> QueryPredictions:
        self.shapes.append(tensor.shape[2:])
        _, _, height, width = tensor.shape
        cells = tensor[0].reshape(3, height // 4, 4, width // 4, 4).mean(axis=(2, 4)) - 0.5
        features = np.concatenate([cells, np.roll(cells, 1, axis=2)])
        masks = np.einsum("qf,fhw->qhw", self._mix, features).astype(np.float32)
        return QueryPredictions(self._classes.copy(), masks)

    def close(self) -> None:
        pass


def picture(height: int, width: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Return a picture of soft random blobs."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (7, 9, 3)).astype(np.float32)
    rows, columns = np.linspace(0, 6, height), np.linspace(0, 8, width)
    values = np.stack(
        [
            np.stack([np.interp(columns, np.arange(9), line) for line in plane])
            for plane in coarse.transpose(2, 0, 1)
        ]
    )
    tall = np.stack(
        [
            np.stack([np.interp(rows, np.arange(7), line) for line in plane.T], axis=1)
            for plane in values
        ]
    )
    return tall.transpose(1, 2, 0).astype(np.uint8)


def assert_same(one: Result | Maps, other: Result) -> None:
    """Assert that both have the same maps and scores, to the last bit."""
    np.testing.assert_array_equal(one.part_map, other.part_map)
    np.testing.assert_array_equal(one.person_map, other.person_map)
    if isinstance(one, Maps):
        people, segments = one.person_scores, one.segment_scores
    else:
        people = tuple(person.score for person in one.persons)
        segments = {(item.person_id, item.label_id): item.score for item in one.segments}
    assert people == tuple(person.score for person in other.persons)
    assert segments == {(item.person_id, item.label_id): item.score for item in other.segments}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("scheme", ["cihp", "lip"])
@pytest.mark.parametrize("rule", [InputRule(96, 128, 32, *SCALE), CanvasRule(96, 128, 7, *SCALE)])
def test_one_view_is_the_plain_path_to_the_last_bit(
    rules: Rules, scheme: str, rule: AnyRule
) -> None:
    network = Network(scheme, rule)
    pixels = picture(150, 133)
    given = prepare(Photo(pixels), rule)
    wanted = assemble(network.run(given.tensor), given, network.info.scheme, rules)
    for augment in (None, ONCE):
        result = Parser(engine=network, postprocess=rules, augment=augment)(pixels)
        assert_same(wanted, result)
        assert result.to_modelscope()["scores"]


def same_people(one: npt.NDArray[np.uint16], other: npt.NDArray[np.uint16]) -> float:
    """Return the share of pixels with the same person, whatever the people's numbers."""
    agreed = np.zeros((int(one.max()) + 1, int(other.max()) + 1), np.int64)
    np.add.at(agreed, (one.ravel(), other.ravel()), 1)
    return float(agreed.max(axis=1).sum() / one.size)


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("scheme", ["cihp", "lip"])
@pytest.mark.parametrize(
    ("rule", "size", "augment", "least"),
    [
        (InputRule(96, 128, 32, *SCALE), (96, 128), FLIP, 0.9995),
        (InputRule(96, 128, 32, *SCALE), (96, 128), SCALES, 0.9995),
        # The outermost pixels are read off the padding too, which lies on one side only.
        (InputRule(96, 128, 32, *SCALE), (96, 100), FLIP, 0.98),
        (CanvasRule(96, 128, 7, *SCALE), (60, 100), FLIP, 0.9995),
    ],
)
def test_a_mirrored_photo_gives_the_mirrored_result(
    rules: Rules,
    scheme: str,
    rule: AnyRule,
    size: tuple[int, int],
    augment: TestTimeAugmentation,
    least: float,
) -> None:
    network = Network(scheme, rule)
    table = network.info.scheme.flip_table()
    pixels = picture(*size)
    other = np.ascontiguousarray(pixels[:, ::-1])
    with Parser(engine=network, postprocess=rules, augment=augment) as parser:
        straight, mirrored = parser(pixels), parser(other)
    wanted = table[straight.part_map][:, ::-1]
    assert len(np.unique(wanted)) > 3
    assert (mirrored.part_map == wanted).mean() > least
    assert len(mirrored.persons) == len(straight.persons) > 0
    assert same_people(mirrored.person_map, straight.person_map[:, ::-1]) > least
    # Shown once, the network is not that fair.
    alone = Parser(engine=network, postprocess=rules)
    assert (alone(other).part_map == table[alone(pixels).part_map][:, ::-1]).mean() < 0.95


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("width", [93, 94, 95, 96, 97])
def test_with_widths_that_are_no_multiples_the_mirrored_result_is_a_pixel_off(
    fake_model: Path, rules: Rules, width: int
) -> None:
    pixels = draw_people(
        (96, width), (FakePerson(1, 20, 8, 30, 80), FakePerson(3, 60, 16, 25, 64))
    )[0]
    with Parser(fake_model, threads=1, postprocess=rules, augment=FLIP) as parser:
        straight, mirrored = parser(pixels), parser(np.ascontiguousarray(pixels[:, ::-1]))
    assert len(straight.persons) == len(mirrored.persons) == 2
    for one, other in (
        (straight.part_map, mirrored.part_map),
        (straight.person_map > 0, mirrored.person_map > 0),
    ):
        inner = np.s_[1:-1, 1:-1]
        near = np.zeros((94, width - 2), np.bool_)
        for shift in (-1, 0, 1):
            near |= np.roll(other[:, ::-1], shift, axis=1)[inner] == one[inner]
        assert near.mean() > 0.995


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("people", [PEOPLE, IN_FRONT, ()])
def test_mirrored_too_people_are_parsed_exactly(
    fake_model: Path, rules: Rules, people: tuple[FakePerson, ...]
) -> None:
    pixels, part_map, person_map = draw_people(SIZE, people)
    with (
        Parser(fake_model, threads=1, postprocess=rules, augment=FLIP) as parser,
        Parser(fake_model, threads=1, postprocess=rules) as alone,
    ):
        result, plain = parser(pixels), alone(pixels)
    assert_parsed(result, part_map, person_map)
    # Nobody is there twice, and two equal answers are no surer than one.
    assert len(result.persons) == len(people)
    scores, sure = ([person.score for person in r.persons] for r in (result, plain))
    assert scores == pytest.approx(sure, rel=1e-3)
    assert result.to_modelscope()["labels"].count("Human") == len(people)


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("people", [PEOPLE, IN_FRONT, ()])
def test_in_several_sizes_people_stay_who_they_are(
    fake_model: Path, rules: Rules, people: tuple[FakePerson, ...]
) -> None:
    pixels, part_map, person_map = draw_people(SIZE, people)
    with Parser(fake_model, threads=1, postprocess=rules, augment=SCALES) as parser:
        result = parser(pixels)
    assert len(result.persons) == len(people)
    assert (result.part_map == part_map).mean() > 0.94
    assert (result.person_map == person_map).mean() > 0.94


@pytest.mark.parametrize("size", [(96, 128), (64, 100), (192, 192)])
def test_one_person_on_a_canvas(tmp_path: Path, size: tuple[int, int]) -> None:
    rule = CanvasRule(96, 128, 0, *SCALE)
    model = build_fake_model(tmp_path / "canvas.onnx", scheme="lip", rule=rule)
    pixels, part_map, _ = draw_people(size, (FakePerson(1, 16, 8, 40, 48),), scheme="lip")
    with Parser(model, threads=1, augment=SCALES) as parser:
        result = parser(pixels)
    assert (result.part_map == part_map).mean() > 0.97
    assert result.to_modelscope()["labels"] == [
        *("Background", "Hair", "UpperClothes", "Pants", "Face")
    ]


def test_every_view_is_one_run_and_all_of_them_are_timed() -> None:
    network = Network("cihp", InputRule(96, 128, 32, *SCALE))
    result = Parser(engine=network, augment=SCALES)(picture(*SIZE))
    assert network.shapes == [(96, 96)] * 2 + [(96, 128)] * 2 + [(128, 160)] * 2
    timing = result.timing
    stages = (timing.decode_s, timing.preprocess_s, timing.inference_s, timing.postprocess_s)
    assert all(stage > 0 for stage in stages)
    assert timing.total_s == pytest.approx(sum(stages))


@pytest.mark.parametrize("size", [(16, 300), (300, 16), (17, 17), (1, 40)])
@pytest.mark.parametrize("rule", [InputRule(96, 128, 32, *SCALE), CanvasRule(96, 128, 7, *SCALE)])
@pytest.mark.parametrize("scheme", ["cihp", "lip"])
def test_odd_photos_in_odd_sizes(size: tuple[int, int], rule: AnyRule, scheme: str) -> None:
    augment = TestTimeAugmentation(scales=(0.25, 1.0, 3.0))
    for rules in RULES.values():
        network = Network(scheme, rule)
        parser = Parser(engine=network, postprocess=rules, augment=augment)
        pixels = picture(max(size[0], 16), max(size[1], 16))
        result = parser(pixels)
        assert result.part_map.shape == pixels.shape[:2]
        assert len(network.shapes) == 6
        assert all(height % 32 == width % 32 == 0 for height, width in network.shapes)


def test_a_view_that_cannot_be_computed_costs_its_photo(
    fake_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = OnnxEngine.run

    def run(self: OnnxEngine, tensor: npt.NDArray[np.float32]) -> QueryPredictions:
        if tensor.shape[3] > LONG_SIDE:
            raise InferenceFailed("not enough memory")
        return original(self, tensor)

    monkeypatch.setattr(OnnxEngine, "run", run)
    wide, narrow = picture(*SIZE), picture(96, 64)
    augment = TestTimeAugmentation(flip=False, scales=(1.0, 1.25))
    with Parser(fake_model, threads=1, augment=augment) as parser:
        (_, failed), (_, fine) = parser.stream([wide, narrow])
    assert isinstance(failed, InferenceFailed)
    assert isinstance(fine, Result)


def test_the_photo_is_not_changed() -> None:
    pixels = picture(*SIZE)
    before = hashlib.sha256(pixels.tobytes()).hexdigest()
    result = Parser(engine=Network("cihp", InputRule(96, 128, 32, *SCALE)), augment=SCALES)(pixels)
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == before
    np.testing.assert_array_equal(result.photo.pixels, pixels)
