"""Predictions of a model: from results, and from a real parser on the fake model."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.evaluation.toy_results import ids, make_result
from tests.fake_model import FakePerson, draw_people
from tests.toy_folder import write_folder

from m2fp import Parser
from m2fp.datasets import open_dataset
from m2fp.errors import ConfigError, ModelNotFound
from m2fp.evaluation.predictions import ModelPredictions, ParserOptions, from_result
from m2fp.imaging import IntakeLimits
from m2fp.labels import get_scheme
from m2fp.postprocess import OfficialRules, TestTimeAugmentation

CIHP = get_scheme("cihp")


def test_a_part_of_a_person_is_one_instance() -> None:
    result = make_result(ids([[0, 2, 13, 2, 2]]), ids([[0, 1, 1, 2, 0]]), seconds=0.5)
    found = from_result(result)
    assert found.categories.tolist() == [[0, 2, 13, 2, 2]]
    assert found.people.ids.tolist() == [[0, 1, 1, 2, 0]]
    assert found.people.scores.tolist() == [0.9, 0.9]
    assert found.parts.ids.tolist() == [[0, 2, 3, 4, 1]]  # nobody's first
    assert found.parts.class_ids.tolist() == [2, 2, 13, 2]
    assert found.parts.scores.tolist() == [0.8] * 4
    assert (found.seconds, found.owners) == (0.5, None)


def test_official_results_without_evidence_are_taken_as_maps() -> None:
    result = make_result(ids([[2]]), ids([[1]]))
    assert from_result(result, official=True).parts.class_ids.tolist() == [2]


@pytest.fixture
def official(fake_model: Path) -> Parser:
    return Parser(fake_model, threads=1, postprocess=OfficialRules())


def test_official_rules_keep_every_mask(official: Parser) -> None:
    # Two people of one colour are one mask to this model; a third covers one of them partly.
    people = [FakePerson(0, 8, 16, 32, 64), FakePerson(0, 88, 16, 32, 64)]
    pixels, _, _ = draw_people((96, 128), [*people, FakePerson(1, 24, 32, 32, 32)])
    with official as parser:
        result = parser(pixels)
    found = from_result(result, official=True)
    masks = result.to_modelscope()
    assert sorted(found.parts.scores.tolist() + found.people.scores.tolist()) == pytest.approx(
        sorted(masks["scores"])
    )
    areas = found.people.overlaps(np.zeros((96, 128), np.intp), 1).areas()
    expected = [mask.sum() for mask, name in zip(masks["masks"], masks["labels"], strict=True)
                if name == "Human"]  # fmt: skip
    assert sorted(areas.tolist()) == sorted(expected)
    # As owners of parts they are ranked as the result ranks them.
    assert found.owners.scores.tolist() == [person.score for person in result.persons]
    assert found.owners.ids.tolist() == result.person_map.tolist()
    # Painted, both are the same people.
    painted = found.people.painted()
    assert np.unique(painted.ids).size == np.unique(found.owners.ids).size
    assert ((painted.ids > 0) == (found.owners.ids > 0)).all()


def test_the_most_probable_class_is_painted_last_of_equal_scores(official: Parser) -> None:
    with official as parser:
        result = parser(draw_people((96, 128), [FakePerson(0, 8, 16, 32, 64)])[0])
    found = from_result(result, official=True)
    most_probable_first = [item.class_id for item in result.evidence.items if item.class_id != 20]
    assert found.parts.class_ids[::-1].tolist() == most_probable_first
    assert len(set(most_probable_first)) == 4


def test_a_model_as_a_source(fake_model: Path, tmp_path: Path) -> None:
    samples = open_dataset(write_folder(tmp_path / "toys", count=1)).samples("val")
    options = ParserOptions(fake_model, threads=1)
    source = pickle.loads(pickle.dumps(ModelPredictions.of(options, CIHP)))  # noqa: S301
    assert (source.subject.name, source.subject.kind) == ("fake", "model")
    assert source.subject.model.sha256 == source.fingerprint()["model"]
    assert source.coverage(["whatever"]).missing == ()
    labels = samples[0].read_labels()
    with source.open() as model:
        found = model.predict(samples[0], labels.categories.shape)
    assert (found.categories == labels.categories).mean() > 0.99
    assert found.seconds > 0


def test_what_changes_a_score_changes_the_fingerprint(fake_model: Path) -> None:
    source = ModelPredictions.of(ParserOptions(fake_model), CIHP)
    prints = [
        replace(source, options=options).fingerprint()
        for options in (
            ParserOptions(fake_model),
            ParserOptions(fake_model, rules=OfficialRules()),
            ParserOptions(fake_model, engine="openvino"),
            ParserOptions(fake_model, limits=IntakeLimits(max_pixels=5)),
        )
    ]
    assert all(prints.count(one) == 1 for one in prints)
    assert replace(source, options=ParserOptions(fake_model, threads=2)).fingerprint() == prints[0]


def test_labels_are_converted_or_refused(fake_model: Path, tmp_path: Path) -> None:
    ccp = get_scheme("ccp14")
    samples = open_dataset(write_folder(tmp_path / "toys", count=1)).samples("val")
    with ModelPredictions.of(ParserOptions(fake_model, threads=1), ccp).open() as model:
        found = model.predict(samples[0], (96, 128))
    assert set(np.unique(found.categories)) == {
        0, *(ccp.label(name).id for name in ("hair", "skin", "upper-clothes", "pants"))
    }  # fmt: skip
    with pytest.raises(ConfigError, match=r"predictions of CIHP.* cannot be scored on labels of"):
        ModelPredictions.of(ParserOptions(fake_model), get_scheme("lip"))
    with pytest.raises(ModelNotFound):
        ModelPredictions.of(ParserOptions("nonsense"), CIHP)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ParserOptions(), "rules m2fp"),
        (ParserOptions(rules=OfficialRules()), "rules official"),
        (ParserOptions(rules=OfficialRules(human_score=0.5)), repr(OfficialRules(human_score=0.5))),
        (
            ParserOptions(augment=TestTimeAugmentation(flip=True, scales=(0.75, 1.0))),
            "rules m2fp, mirrored too, scales 0.75, 1",
        ),
        (
            ParserOptions(augment=TestTimeAugmentation(flip=False, scales=(2.0,))),
            "rules m2fp, scales 2",
        ),
    ],
)
def test_a_report_tells_how_the_model_was_run(options: ParserOptions, words: str) -> None:
    assert options.in_words() == words
