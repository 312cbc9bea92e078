"""Reports as text, Markdown and JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from m2fp.benchmark import (
    BenchmarkReport,
    Dropout,
    PhotoReport,
    Row,
    StageTimes,
    to_markdown,
    to_text,
)
from m2fp.benchmark.report import STAGES


def row(name: str, engine: str, milliseconds: list[float], speed: float) -> Row:
    medians = [StageTimes(value / 1e3, value / 2e3, value / 5e2) for value in milliseconds]
    return Row(
        name, "r101", "fp32", engine, 2, dict(zip(STAGES, medians, strict=True)), speed,
        load_s=0.2, first_s=0.3, loaded_bytes=90_000_000, peak_bytes=231_400_000,
    )  # fmt: skip


SLOW = row("r101 fp32, torch reference", "torch reference", [4, 5, 8000, 2000, 10009], 1.0)
FAST = row("r101 fp32, onnxruntime", "onnxruntime", [4, 5, 1500, 12.5, 1521.5], 6.578)
PHOTO = PhotoReport("two.jpg", 1024, 768, SLOW.name, (SLOW, FAST))

MARKDOWN = """\
two.jpg, 1024 x 768 pixels, 2 threads, ms, medians of 20 rounds

| contender | decode | preprocess | inference | postprocess | total | fastest | slowest | speed | peak MB |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| r101 fp32, torch reference | 4.0 | 5.0 | 8000.0 | 2000.0 | 10009.0 | 5004.5 | 20018.0 | 1.00 | 231 |
| r101 fp32, onnxruntime | 4.0 | 5.0 | 1500.0 | 12.5 | 1521.5 | 760.8 | 3043.0 | 6.58 | 231 |

- speed: how many times as fast as r101 fp32, torch reference, the median of the ratios of the totals round by round
- r101 fp32, torch reference: 2 persons, load 200.0 ms, first photo 300.0 ms, memory 90 MB loaded, 231 MB peak
- r101 fp32, onnxruntime: 2 persons, load 200.0 ms, first photo 300.0 ms, memory 90 MB loaded, 231 MB peak"""  # noqa: E501

TEXT = """\
two.jpg, 1024 x 768 pixels, 1 thread, ms, medians of 1 round

contender               decode  preprocess  inference  postprocess   total  fastest  slowest  peak MB
r101 fp32, onnxruntime     4.0         5.0     1500.0         12.5  1521.5    760.8   3043.0        -

r101 fp32, onnxruntime: 1 person, load 200.0 ms, first photo 300.0 ms, memory unknown loaded, unknown peak
not measured: big fp32, torch: the process was ended by SIGKILL"""  # noqa: E501


def test_markdown() -> None:
    assert to_markdown(BenchmarkReport(2, 20, (PHOTO,))) == MARKDOWN


def test_text_of_a_contender_that_is_left_alone() -> None:
    alone = replace(FAST, persons=1, loaded_bytes=None, peak_bytes=None)
    lost = Dropout("big fp32, torch", "the process was ended by SIGKILL")
    photo = PhotoReport("two.jpg", 1024, 768, FAST.name, (alone,), (lost,))
    assert to_text(BenchmarkReport(1, 1, (photo,))) == TEXT


def test_photos_follow_each_other() -> None:
    twice = BenchmarkReport(2, 20, (PHOTO, PHOTO))
    assert to_markdown(twice) == f"{MARKDOWN}\n\n{MARKDOWN}"


def test_json() -> None:
    document = json.loads(json.dumps(BenchmarkReport(2, 20, (PHOTO,)).to_dict()))
    assert (document["threads"], document["runs"]) == (2, 20)
    (photo,) = document["photos"]
    assert (photo["photo"], photo["reference"]) == ("two.jpg", SLOW.name)
    assert [one["speed"] for one in photo["rows"]] == [1.0, 6.578]
    assert photo["rows"][1]["stages"]["total"] == {
        "median_s": 1.5215,
        "fastest_s": 0.76075,
        "slowest_s": 3.043,
    }
