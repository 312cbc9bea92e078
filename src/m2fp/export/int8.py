"""From a float file to one in eight bits, with a report of what that changes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from m2fp.engine.onnxruntime_engine import OnnxEngine
from m2fp.errors import ConfigError, DataError, IncompatibleModel
from m2fp.evaluation.agreement import Agreement, compare
from m2fp.export.onnx_file import write_onnx
from m2fp.export.quantise import Quantiser
from m2fp.export.sensitivity import Sweep, changed_cells, class_map, sweep
from m2fp.imaging import prepare, read_photo
from m2fp.parser import Parser
from m2fp.registry import ModelInfo
from m2fp.text_table import per_cent, table_lines
from m2fp.whole_file import whole_file


@dataclass(frozen=True, slots=True)
class Int8Plan:
    """How to quantise.

    Attributes:
        photos: pictures like those to be parsed; a few dozen are enough.
        budget: largest share of cells whose class may change, 0..1; layers stay float until the
            rest is within it.
        sweep_photos: how many of the photos, evenly spread, every group of layers is tried on.
        threads: None = the processors this process may use.
    """

    photos: tuple[Path, ...]
    budget: float = 0.01
    sweep_photos: int = 24
    threads: int | None = None

    def __post_init__(self) -> None:
        if not self.photos:
            raise DataError("eight-bit ranges are measured on photos, but there are none")
        if not 0.0 <= self.budget <= 1.0:
            raise ConfigError(f"budget is {self.budget}; give 0 to 1", option="budget")
        if self.sweep_photos < 1:
            raise ConfigError(
                f"sweep_photos is {self.sweep_photos}; give 1 or more", option="sweep_photos"
            )


@dataclass(frozen=True, slots=True)
class Int8Report:
    """What was quantised, and how far the result agrees with the float model."""

    sweep: Sweep
    agreement: Agreement

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict."""
        return {"agreement": self.agreement.to_dict(), "sweep": asdict(self.sweep)}

    def to_markdown(self) -> str:
        """Return the agreement and the table of the sweep."""
        rows = [
            [item.group, per_cent(item.loss, decimals=2), "int8" if item.kept else "float"]
            for item in self.sweep.groups
        ]
        lines = [
            "",
            "Share of the network's cells whose class changes when a group of layers alone is in "
            f"eight bits; all kept together change {self.sweep.loss * 100:.2f} %, allowed are "
            f"{self.sweep.budget * 100:.2f} %.",
            "",
            *table_lines(["layers", "cells changed, %", ""], rows),
        ]
        return self.agreement.to_markdown() + "\n".join(lines) + "\n"


def export_int8(source: Path, output: Path, plan: Int8Plan) -> Int8Report:
    """Write the eight-bit version of a float file, and return the report.

    Beside the output lie `<stem>.agreement.md` and `<stem>.agreement.json`.

    Args:
        source: a float ONNX file written by `m2fp export`.
        output: the file to write; complete or not there.
        plan: photos and limits.

    Raises:
        IncompatibleModel: the source is none, or is in eight bits already.
        ConfigError: nothing can be quantised within the budget.
        ImageError: a photo cannot be used.
    """
    with closing(OnnxEngine(source, plan.threads)) as engine:
        info = engine.info
        if info.precision != "fp32":
            raise IncompatibleModel(
                f"{str(source)!r} is in {info.precision} already; quantise the float file",
                model=str(source),
            )
        # Read once: every group of layers is tried on the same inputs.
        inputs = list(_tensors(_evenly(plan.photos, plan.sweep_photos), info))
        expected = _class_maps(engine, inputs)
    with TemporaryDirectory(prefix="m2fp-int8-") as name:
        folder = Path(name)
        quantiser = Quantiser(source, _tensors(plan.photos, info), folder)
        trial = folder / "trial.onnx"

        def loss_of(groups: Collection[str]) -> float:
            quantiser.write(trial, groups)
            with closing(OnnxEngine(trial, plan.threads)) as engine:
                return changed_cells(expected, _class_maps(engine, inputs))

        found = sweep(quantiser.groups, loss_of, plan.budget)
        if not found.kept:
            raise ConfigError(
                f"no group of layers stays within a budget of {plan.budget}; allow more, or give "
                "photos like those the model was made for",
                option="budget",
            )
        quantiser.write(trial, found.kept)
        write_onnx(onnx.load(trial), output, replace(info, precision="int8"))
    report = Int8Report(found, _agreement(source, output, plan))
    document = json.dumps(report.to_dict(), indent=2, ensure_ascii=False)
    _write_text(output.with_suffix(".agreement.json"), document + "\n")
    _write_text(output.with_suffix(".agreement.md"), report.to_markdown())
    return report


def _tensors(photos: Sequence[Path], info: ModelInfo) -> Iterator[NDArray[np.float32]]:
    return (prepare(read_photo(photo), info.input).tensor for photo in photos)


def _class_maps(
    engine: OnnxEngine, inputs: Sequence[NDArray[np.float32]]
) -> list[NDArray[np.uint8]]:
    return [class_map(engine.run(tensor), engine.info.scheme) for tensor in inputs]


def _agreement(source: Path, output: Path, plan: Int8Plan) -> Agreement:
    with (
        Parser(source, engine="onnxruntime", threads=plan.threads) as reference,
        Parser(output, engine="onnxruntime", threads=plan.threads) as candidate,
    ):
        return compare(reference, candidate, (source, output), plan.photos)


def _write_text(path: Path, text: str) -> None:
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")


def _evenly(photos: Sequence[Path], count: int) -> list[Path]:
    count = min(count, len(photos))
    return [photos[index * len(photos) // count] for index in range(count)]
