"""Whole benchmarks of the fake model, each contender in a real process."""

from __future__ import annotations

import os
import sys
from multiprocessing import active_children
from pathlib import Path

import pytest
from PIL import Image
from tests.checkpoints.random_network import SMALL, random_network
from tests.fake_model import LONG_SIDE, SHORT_SIDE, FakePerson, build_fake_model, draw_people

from m2fp.benchmark import (
    TORCH_REFERENCE,
    BenchmarkPlan,
    BenchmarkReport,
    Contender,
    Step,
    run_benchmark,
)
from m2fp.benchmark.report import STAGES
from m2fp.checkpoints.converted import Description, write_converted
from m2fp.errors import (
    ImageTooLarge,
    IncompatibleModel,
    InferenceFailed,
    ModelNotFound,
    SourceNotFound,
)
from m2fp.imaging import InputRule, IntakeLimits
from m2fp.labels import get_scheme
from m2fp.registry import ModelInfo


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "people.png"
    people = [FakePerson(1, 8, 8, 40, 80), FakePerson(2, 64, 8, 40, 80)]
    Image.fromarray(draw_people((SHORT_SIDE, LONG_SIDE), people)[0]).save(path)
    return path


@pytest.fixture
def rivals(tmp_path: Path) -> tuple[Contender, ...]:
    """Return three contenders; the last two have the same name and precision."""
    models = [("a", "fp32"), ("b", "int8"), ("b", "int8")]
    return tuple(
        Contender(
            build_fake_model(tmp_path / f"{number}.onnx", name=name, precision=precision),
            "onnxruntime",
        )
        for number, (name, precision) in enumerate(models)
    )


def kill(contender: Contender) -> None:
    (victim,) = [child for child in active_children() if child.name == str(contender)]
    victim.kill()


def test_contenders_take_turns_in_processes_of_their_own(
    photo: Path, rivals: tuple[Contender, ...]
) -> None:
    steps: list[Step] = []
    processes: set[tuple[tuple[str, int | None], ...]] = set()

    def observe(step: Step) -> None:
        steps.append(step)
        if step.round is not None:
            processes.add(tuple((child.name, child.pid) for child in active_children()))

    plan = BenchmarkPlan((photo,), rivals, threads=1, runs=2, warm_up=2)
    report = run_benchmark(plan, observe)

    order = [(step.round, rivals.index(step.contender)) for step in steps]
    assert order[:3] == [(None, 0), (None, 1), (None, 2)]
    rounds = [(0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    assert order[3:] == [(number, who) for number, row in enumerate(rounds) for who in row]

    (seen,) = processes  # the same three from the first turn to the last
    assert {name for name, _ in seen} == {f"{number}.onnx, onnxruntime" for number in range(3)}
    assert len({pid for _, pid in seen} | {os.getpid()}) == 4
    assert active_children() == []
    check_figures(report, photo)


def check_figures(report: BenchmarkReport, photo: Path) -> None:
    assert (report.threads, report.runs) == (1, 2)
    (found,) = report.photos
    assert (found.photo, found.height, found.width) == (photo.name, SHORT_SIDE, LONG_SIDE)
    assert [row.name.partition(", ")[0] for row in found.rows] == ["a fp32", "b int8", "b int8"]
    assert len({row.name for row in found.rows}) == 3
    assert found.reference == found.rows[0].name
    assert found.rows[0].speed == 1.0
    assert found.dropouts == ()
    for row in found.rows:
        assert row.persons == 2
        assert tuple(row.stages) == STAGES
        for times in row.stages.values():
            assert 0 < times.fastest_s <= times.median_s <= times.slowest_s
        assert row.first_s > row.stages["inference"].fastest_s
        if sys.platform == "linux":
            assert row.loaded_bytes is not None
            assert row.peak_bytes is not None
            assert 10_000_000 < row.loaded_bytes <= row.peak_bytes < 500_000_000


def test_one_that_dies_is_left_out(photo: Path, rivals: tuple[Contender, ...]) -> None:
    turns: list[Contender] = []

    def observe(step: Step) -> None:
        if step.round is not None:
            turns.append(step.contender)
        if step.round == 1 and step.contender == rivals[0]:
            kill(rivals[0])

    plan = BenchmarkPlan((photo,), rivals[:2], threads=1, runs=2, warm_up=1)
    (report,) = run_benchmark(plan, observe).photos
    assert [row.model for row in report.rows] == ["b"]
    (dropout,) = report.dropouts
    assert dropout.name.startswith("a fp32, ")
    assert dropout.reason.startswith("the process of 0.onnx, onnxruntime was ended by SIG")
    assert report.reference == report.rows[0].name  # the first is gone
    assert turns.count(rivals[0]) == 2
    assert turns.count(rivals[1]) == 3


def test_nobody_left(photo: Path, fake_model: Path) -> None:
    contender = Contender(fake_model)

    def observe(step: Step) -> None:
        if step.round == 1:
            kill(contender)

    with pytest.raises(InferenceFailed, match=r"fake\.onnx, auto was ended by SIG"):
        run_benchmark(BenchmarkPlan((photo,), (contender,), threads=1, runs=1), observe)
    assert active_children() == []


def test_interrupts_leave_no_process(photo: Path, rivals: tuple[Contender, ...]) -> None:
    def observe(step: Step) -> None:
        if step.round is not None:
            assert len(active_children()) == 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_benchmark(BenchmarkPlan((photo,), rivals[:2], threads=1), observe)
    assert active_children() == []


def nothing_starts(_: Step) -> None:
    raise AssertionError("a process would be started")


def test_missing_files_are_found_before_anything_starts(
    photo: Path, fake_model: Path, tmp_path: Path
) -> None:
    good, bad = Contender(fake_model), Contender("no-such-model")
    with pytest.raises(ModelNotFound, match="no-such-model"):
        run_benchmark(BenchmarkPlan((photo,), (good, bad)), nothing_starts)
    with pytest.raises(SourceNotFound, match=r"none\.jpg"):
        run_benchmark(BenchmarkPlan((photo, tmp_path / "none.jpg"), (good,)), nothing_starts)
    limits = IntakeLimits(max_pixels=SHORT_SIDE * LONG_SIDE - 1)
    with pytest.raises(ImageTooLarge):
        run_benchmark(BenchmarkPlan((photo,), (good,), limits=limits), nothing_starts)


def test_a_model_that_does_not_load_ends_the_benchmark(
    photo: Path, fake_model: Path, tmp_path: Path
) -> None:
    plain = Contender(build_fake_model(tmp_path / "plain.onnx", metadata=""), "onnxruntime")
    plan = BenchmarkPlan((photo,), (Contender(fake_model), plain))
    rounds: list[int | None] = []
    with pytest.raises(IncompatibleModel, match="without m2fp metadata"):
        run_benchmark(plan, lambda step: rounds.append(step.round))
    assert rounds == [None, None]
    assert active_children() == []


def test_every_photo_is_measured_by_itself(photo: Path, fake_model: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    Image.new("RGB", (64, 48)).save(empty)
    pids: dict[Path, set[int | None]] = {photo: set(), empty: set()}

    def observe(step: Step) -> None:
        if step.round is not None:
            pids[step.photo].update(child.pid for child in active_children())

    plan = BenchmarkPlan((photo, empty), (Contender(fake_model),), threads=1, runs=1, warm_up=1)
    report = run_benchmark(plan, observe)
    assert [one.photo for one in report.photos] == ["people.png", "empty.png"]
    assert [one.rows[0].persons for one in report.photos] == [2, 0]
    assert [(one.width, one.height) for one in report.photos] == [(LONG_SIDE, SHORT_SIDE), (64, 48)]
    assert len(pids[photo]) == len(pids[empty]) == 1
    assert not pids[photo] & pids[empty]


def test_the_torch_reference_is_what_others_are_compared_with(
    photo: Path, fake_model: Path, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "small.safetensors"
    rule = InputRule(SHORT_SIDE, LONG_SIDE)
    info = ModelInfo("small", get_scheme("cihp"), rule, "fp32", "none", "", "")
    tensors = random_network(SMALL, seed=1).state_dict()
    write_converted(checkpoint, tensors, Description(SMALL, info, ""))
    contenders = (Contender(fake_model, "onnxruntime"), Contender(checkpoint, TORCH_REFERENCE))
    plan = BenchmarkPlan((photo,), contenders, threads=1, runs=1, warm_up=1)
    (report,) = run_benchmark(plan).photos
    assert [row.name for row in report.rows] == [
        "fake fp32, onnxruntime",
        "small fp32, torch reference",
    ]
    assert report.reference == report.rows[1].name
    fake, reference = (row.stages["total"].median_s for row in report.rows)
    assert report.rows[0].speed == pytest.approx(reference / fake)
    assert report.rows[1].speed == 1.0
