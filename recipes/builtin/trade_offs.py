"""What a trained network loses when it is made smaller or sees less, without training it again.

    python recipes/builtin/trade_offs.py runs/lite-9/last.pt OUT --data ccp-cihp \
        --synthetic people --photo people.jpg

Every layer of the decoder was supervised, so that the network can end after any of them; queries
that never name anything can be left away; and any input size can be read. Each variant differs
from the network as trained in one thing. Scores are those of the validation split and of 60 groups
composed of it; times are taken in turns, on --photo.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from comparing import HEAD, m2fp, row, times
from numpy.typing import NDArray

from m2fp.engine import open_engine
from m2fp.imaging import prepare, read_photo
from m2fp.parser import list_folder
from m2fp.train.checkpoint import read_checkpoint

QUERY_PHOTOS = 200
"""Training pictures of either kind, on which the queries are counted that name something."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A smaller network, or another input; None stands for what was trained.

    Attributes:
        name: in the table, and of its file.
        layers: of the decoder.
        queries: how many, those that name something most often.
        size: short and long side of the input, pixels.
    """

    name: str
    layers: int | None = None
    queries: int | None = None
    size: tuple[int, int] | None = None


VARIANTS = (
    Variant("as trained"),
    *(Variant(f"{n} decoder layers", layers=n) for n in (4, 3, 2)),
    *(Variant(f"{n} queries", queries=n) for n in (75, 50)),
    *(Variant(f"{s} x {s * 4 // 3}", size=(s, s * 4 // 3)) for s in (384, 480, 672)),
)


def named_by(model: Path, photos: Sequence[Path]) -> NDArray[np.int64]:
    """Return in how many photos each query names something, int64 (Q,)."""
    engine = open_engine("onnxruntime", model)
    logits = [engine.run(prepare(read_photo(p), engine.info.input).tensor) for p in photos]
    classes = engine.info.scheme.class_count
    named: NDArray[np.int64] = np.sum(
        [each.class_logits.argmax(1) < classes for each in logits], axis=0, dtype=np.int64
    )
    return named


def smaller(values: dict[str, Any], variant: Variant, ranked: NDArray[np.int64]) -> dict[str, Any]:
    """Return the content of a checkpoint made smaller; ranked: queries, the most useful first."""
    made = copy.deepcopy(values)
    weights = made["average"] or made["model"]
    made["model"], made["average"] = weights, None
    decoder = made["config"]["model"]["decoder"]
    if variant.layers is not None:
        for name in [n for n in weights if _layer_of(n) >= variant.layers]:
            del weights[name]
        decoder["layers"] = variant.layers
    if variant.queries is not None:
        kept = torch.from_numpy(np.sort(ranked[: variant.queries]))
        for name in ("decoder.query_features.weight", "decoder.query_positions.weight"):
            weights[name] = weights[name][kept]
        decoder["queries"] = variant.queries
    if variant.size is not None:
        publish = made["config"]["publish"]
        publish["short_side"], publish["long_side"] = variant.size
    return made


def _layer_of(name: str) -> int:
    """Return the number of the decoder layer that a weight belongs to, -1 for all others."""
    parts = name.split(".")
    return int(parts[2]) if parts[:2] == ["decoder", "layers"] else -1


def main() -> None:
    """Make the variants, score them and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--synthetic", type=Path, required=True, help="who is not alone")
    parser.add_argument("--photo", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    values = read_checkpoint(options.checkpoint)
    files = [options.out / f"{variant.name.replace(' ', '-')}.onnx" for variant in VARIANTS]
    m2fp("export", options.checkpoint, "-o", files[0])
    folders = [root / "Training" / "Images" for root in (options.data, options.synthetic)]
    seen = [photo for folder in folders for photo in list_folder(folder)[:QUERY_PHOTOS]]
    counts = named_by(files[0], seen)
    print(f"{(counts > 0).sum()} of {len(counts)} queries ever name something", flush=True)
    ranked = np.argsort(-counts, kind="stable")
    print(HEAD)
    for variant, file in zip(VARIANTS, files, strict=True):
        if file != files[0]:
            draft = file.with_suffix(".pt")
            torch.save(smaller(values, variant, ranked), draft)
            m2fp("export", draft, "-o", file)
            draft.unlink()
        print(row(variant.name, file, options.data), flush=True)
    print()
    print(times(files, options.photo))


if __name__ == "__main__":
    main()
