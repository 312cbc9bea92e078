"""Reports as values, as JSON and as text."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from tests.evaluation.metrics.test_tally import CIHP, in_order, predicted, two_people
from tests.evaluation.toy_results import STAMP

from m2fp.datasets import Labels
from m2fp.errors import ConfigError
from m2fp.evaluation import DataStamp, Prediction, Report, Subject, Tally, to_markdown
from m2fp.labels import LabelScheme, get_scheme

CHALLENGE = Subject("submission", "challenge")


def all_right() -> Tally:
    labels = two_people()
    right = predicted(labels.categories, in_order(labels.humans))
    return Tally.merged([Tally.of(name, labels, right, CIHP) for name in ("a", "b")])


def half_right() -> Tally:
    """Return photos in which people are missed and cut in two: the two rules differ on them."""
    tallies = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        humans = np.repeat(np.arange(5, dtype=np.uint16), 8)[None].repeat(24, axis=0)
        categories = np.where(np.arange(24)[:, None] < 9, 2, 13) * (humans > 0)
        lost = np.where(humans == rng.integers(1, 5), 0, humans)
        cut = np.where((lost == 4) & (np.arange(24)[:, None] < rng.integers(8, 14)), 5, lost)
        noise = rng.random(humans.shape) < rng.uniform(0, 0.3)
        guess = predicted(
            np.where(noise, rng.integers(0, 20, humans.shape), categories).astype(np.uint8),
            np.where(noise, 0, cut).astype(np.uint16),
            rng.uniform(0.2, 1, 5).tolist()[: int(cut.max())],
        )
        labels = Labels(categories.astype(np.uint8), humans)
        tallies.append(Tally.of(f"photo {seed}", labels, guess, CIHP))
    return Tally.merged(tallies)


def report_of(tally: Tally, scheme: LabelScheme = CIHP, **rest: object) -> Report:
    return Report.of(tally, title="toy", scheme=scheme, subject=CHALLENGE, **rest)


def cells(text: str, name: str) -> list[str]:
    """Return the cells behind the first one with this text."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return next([cell.strip() for cell in row[1:]] for row in rows if row[0].strip() == name)


def test_headline() -> None:
    text = to_markdown(report_of(all_right()))
    heads = "| score          | m2fp, official | d2, strict |"
    assert heads in text
    assert text.index(heads) == text.index("|")
    expected = {
        "mIoU": ["15.0", "100.0"],  # 3 of 20 classes occur
        "pixel accuracy": ["100.0", "100.0"],
        "mean accuracy": ["-", "100.0"],
        "mean F1": ["-", "100.0"],
        "fwIoU": ["-", "100.0"],
        "boundary IoU": ["-", "100.0"],
        "AP^r_50": ["100.0", "100.0"],
        "AP^r_vol": ["100.0", "100.0"],
        "AP^p_50": ["100.0", "100.0"],
        "AP^p_vol": ["100.0", "100.0"],
        "PCP_50": ["100.0", "100.0"],
        "AP^h_50": ["100.0", "100.0"],
        "AP^h_vol": ["100.0", "100.0"],
    }
    assert {name: cells(text, name) for name in expected} == expected
    assert cells(text, "right number where there are 2") == ["2 of 2"]
    rows = re.findall(r"^\| (\S.*?) *\|", text, re.MULTILINE)
    assert rows[2 : 2 + len(expected)] == list(expected)


def test_the_figures_are_those_of_the_report() -> None:
    report = report_of(half_right())
    text = to_markdown(report)
    own, parts, parsed = report.tables[0], report.part_masks, report.person_parts
    masks, people = report.person_masks, report.people
    assert parts is not None
    assert parsed is not None
    assert masks is not None
    assert people is not None

    def shown(*shares: float | None) -> list[str]:
        return ["-" if share is None else f"{100 * share:.1f}" for share in shares]

    headline = {
        "mIoU": (own.miou_m2fp, own.miou_d2),
        "pixel accuracy": (own.pixel_accuracy, own.pixel_accuracy),
        "mean accuracy": (own.accuracy_m2fp, own.accuracy_d2),
        "mean F1": (own.f1_m2fp, own.f1_d2),
        "fwIoU": (None, own.weighted_iou),
        "boundary IoU": (None, report.boundary.mean),
        "AP^r_50": (parts.official.at[0.5], parts.strict.at[0.5]),
        "AP^r_vol": (parts.official.vol, parts.strict.vol),
        "AP^p_50": (parsed.official.at[0.5], parsed.strict.at[0.5]),
        "AP^p_vol": (parsed.official.vol, parsed.strict.vol),
        "PCP_50": (parsed.official.pcp[0.5], parsed.strict.pcp[0.5]),
        "AP^h_50": (masks.official.at[0.5], masks.strict.at[0.5]),
        "AP^h_vol": (masks.official.vol, masks.strict.vol),
    }
    # No two rows are the same, so that none can stand in another's place.
    assert len({tuple(shown(*row)) for row in headline.values()}) == len(headline)
    for name, row in headline.items():
        assert cells(text, name) == shown(*row)
    by_threshold = {
        "AP^r official": parts.official.at,
        "AP^r strict": parts.strict.at,
        "AP^p official": parsed.official.at,
        "AP^p strict": parsed.strict.at,
        "PCP official": parsed.official.pcp,
        "PCP strict": parsed.strict.pcp,
        "AP^h official": masks.official.at,
        "AP^h strict": masks.strict.at,
    }
    for name, scores in by_threshold.items():
        assert cells(text, name) == shown(*scores.values())
    assert masks.official.at != masks.strict.at
    assert parts.official.at != parts.strict.at
    hair = own.classes[2]
    shares = shown(hair.iou, report.boundary.classes[2], hair.recall, hair.precision, hair.f1)
    assert cells(text, "hair") == [*shares, str(hair.pixels)]
    part = parts.classes[1]
    assert cells(text[text.index("| part instances") :], "hair") == [
        str(part.truths), str(part.predicted), *shown(part.official, part.strict)
    ]  # fmt: skip
    assert cells(text, "people found (IoU > 0.5)") == shown(people.recall)
    first = report.worst[0]
    assert cells(text, first.name) == [
        *shown(first.miou, first.pixel_accuracy), str(first.people), str(first.predicted)
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["cihp", "mhp-v2", "lip", "ppp"])
def test_tables_fit_a_terminal(scheme: str) -> None:
    labels = Labels(np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint16))
    prediction = predicted(labels.categories, labels.humans)
    known = get_scheme(scheme)
    tally = Tally.of("n" * 300, labels, prediction, known)
    missing = tuple(f"{n:0300d}" for n in range(9))
    text = to_markdown(report_of(tally, known, missing=missing))
    assert max(map(len, text.splitlines())) <= 100


def test_what_was_scored_is_said() -> None:
    tally = all_right()
    report = Report.of(
        tally,
        title="CIHP val",
        scheme=CIHP,
        subject=Subject("toy", "model", STAMP, "rules official"),
        data=DataStamp("CIHP", "cihp", "val"),
    )
    lines = to_markdown(report).splitlines()
    assert lines[0] == "## CIHP val"
    assert lines[2].startswith(
        "Model toy (fp32; rules official), 2 photos, 250 ms per photo. Data: CIHP, split val,"
    )
    other = to_markdown(report_of(tally, missing=("b",)))
    assert "Predictions submission (challenge), 2 photos" in other
    assert "nothing had been found there: 1 of 2 photos, b" in other.replace("\n", " ")


def test_what_the_tool_does_not_give_is_not_shown() -> None:
    labels = two_people()
    tally = Tally.of("a", labels, Prediction(labels.categories), CIHP)
    report = report_of(tally)
    text = to_markdown(report)
    table = text.partition("| class")[0]
    assert "AP^" not in table
    assert "PCP" not in table
    assert "person IoU" not in table
    assert "ms per photo" not in text
    values = json.loads(report.to_json())
    assert values["people"] is values["part_masks"] is values["seconds"] is None


def test_json() -> None:
    tally = all_right()
    report = report_of(tally, data=DataStamp("CIHP", "cihp", "val"), missing=("b",))
    values = json.loads(report.to_json())
    assert values == report.to_dict()
    assert values["schema_version"] == "2.0"
    assert values["subject"] == {
        "name": "submission",
        "kind": "challenge",
        "model": None,
        "settings": None,
    }
    assert values["data"] == {"name": "CIHP", "layout": "cihp", "split": "val"}
    assert (values["scheme"], values["photos"], values["missing"]) == ("cihp", 2, ["b"])
    assert values["tables"][0]["classes"][1] == {
        "name": "hat", "pixels": 0, "iou": None, "recall": None, "precision": None, "f1": None
    }  # fmt: skip
    assert values["part_masks"]["official"]["at"]["0.1"] == 1.0
    assert values["person_masks"]["strict"]["at"]["0.95"] == 1.0
    assert values["person_parts"]["official"]["pcp"]["0.5"] == 1.0
    assert values["sides"][0] == {"name": "arm", "decided": 0, "agreed": 0, "share": None}
    assert [photo["name"] for photo in values["worst"]] == ["a", "b"]
    assert values["rules"]["d2"].startswith("means over the classes that occur")


def test_nothing_known_gives_no_nan() -> None:
    labels = Labels(np.full((2, 2), 255, np.uint8), np.zeros((2, 2), np.uint16))
    prediction = predicted(np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint16))
    report = report_of(Tally.of("a", labels, prediction, CIHP))
    assert "nan" not in to_markdown(report)
    assert json.loads(report.to_json())["tables"][0]["miou_d2"] is None
    assert report.worst == ()


def test_tables_by_name() -> None:
    report = report_of(all_right())
    assert report.table("ccp14").table == "ccp14"
    with pytest.raises(ConfigError, match="cihp, ccp14, ccp14-tops"):
        report.table("lip")
