"""Trains on eight fixed group pictures until it knows them by heart.

overfit.py DATA [-o OUT] [--recipe FILE.toml] [--steps N] [--threads N]

DATA is a data set in CIHP's folder layout. Exits with 0 when the mIoU over the classes present
reaches 0.95, with 1 when it does not within the recipe's steps. Writes OUT/overfit.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional as F

from m2fp.augmentation.backgrounds import background_from
from m2fp.augmentation.compose import GroupLayout, compose_group
from m2fp.datasets import IGNORE, LabelledPhoto, open_dataset
from m2fp.labels import LabelScheme, get_scheme
from m2fp.model.m2fp import M2FP
from m2fp.train.config import TrainConfig, read_config
from m2fp.train.distributed import World
from m2fp.train.loop import build_state, normalise, train_step
from m2fp.train.optimiser import rate_at
from m2fp.train.pictures import Batch
from m2fp.train.targets import make_targets

GOAL = 0.95
# Large people: the question is whether masks fit, not whether specks are seen.
LAYOUT = GroupLayout(min_height=0.8, max_height=1.2, sink=0.3, max_angle=6.0)


@dataclass(frozen=True, slots=True)
class Score:
    """mIoU over the classes present, the worst class, and the share of pixels with their person."""

    step: int
    loss: float
    miou: float
    worst: str
    worst_iou: float
    people: float
    seconds: float


def main() -> int:
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    config = read_config(arguments.recipe)
    pictures = compose_pictures(arguments.data, config)
    arguments.out.mkdir(parents=True, exist_ok=True)
    scores: list[Score] = []
    for score in overfit(config, pictures, arguments.steps or config.steps, arguments.every):
        scores.append(score)
        print(
            f"step {score.step:5d}  loss {score.loss:7.3f}  mIoU {score.miou:.4f}  "
            f"worst {score.worst} {score.worst_iou:.3f}  people {score.people:.4f}  "
            f"{score.seconds:.0f} s",
            flush=True,
        )
    result = {"goal": GOAL, "reached": scores[-1].miou >= GOAL, "scores": [*map(asdict, scores)]}
    (arguments.out / "overfit.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0 if result["reached"] else 1


def compose_pictures(data: Path, config: TrainConfig) -> list[LabelledPhoto]:
    """Return `batch` groups of 1 to `max_people` people, all different people."""
    samples = open_dataset(data).samples("train")
    rng = np.random.default_rng(config.seed)
    size = config.pictures.sizes[0]
    order = iter(rng.permutation(len(samples)))
    pictures = []
    for index in range(config.batch):
        count = index % config.pictures.max_people + 1
        people = [samples[next(order)].read() for _ in range(count)]
        background = background_from(people[0], size, rng)
        scheme = get_scheme(config.model.scheme)
        pictures.append(compose_group(people, background, scheme, rng, LAYOUT))
    return pictures


def overfit(
    config: TrainConfig, pictures: list[LabelledPhoto], steps: int, every: int
) -> Iterator[Score]:
    """Yield a score every few steps until the goal is reached."""
    world = World(0, 1, torch.device("cpu"))
    scheme = get_scheme(config.model.scheme)
    state = build_state(config, world)
    pixels = np.stack([picture.pixels.transpose(2, 0, 1) for picture in pictures])
    targets = [make_targets(picture, scheme) for picture in pictures]
    batch = Batch(torch.from_numpy(pixels), targets)
    began = time.perf_counter()
    for step in range(steps):
        rate = rate_at(step, config.steps, config.optimiser)
        losses = train_step(state.model, state, batch, config, world=world, step=step, rate=rate)
        if (step + 1) % every and step + 1 < steps:
            continue
        miou, worst, worst_iou, people = evaluate(state.model, batch.pixels, pictures, scheme)
        seconds = time.perf_counter() - began
        loss = float(losses.total.detach())
        yield Score(step + 1, loss, miou, worst, worst_iou, people, seconds)
        if miou >= GOAL:
            return


@torch.no_grad()
def evaluate(
    model: M2FP, pixels: Tensor, pictures: list[LabelledPhoto], scheme: LabelScheme
) -> tuple[float, str, float, float]:
    """Return the mIoU, the worst class and its IoU, and the share of right persons."""
    output = model.eval()(normalise(pixels, model))
    probability = output.class_logits.softmax(-1)
    masks = F.interpolate(
        output.mask_logits(), pixels.shape[2:], mode="bilinear", align_corners=False
    ).sigmoid()
    classes = scheme.num_parts_and_background
    table = np.zeros((classes, classes), np.int64)
    right = []
    for index, picture in enumerate(pictures):
        votes = torch.einsum("qc,qhw->chw", probability[index, :, :classes], masks[index])
        predicted = votes.argmax(0).numpy()
        known = picture.categories != IGNORE
        pairs = picture.categories[known].astype(np.int64) * classes + predicted[known]
        table += np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
        people = person_map(probability[index], masks[index], scheme)
        right.append(person_accuracy(people, picture.humans))
    union = table.sum(0) + table.sum(1) - table.diagonal()
    present = np.flatnonzero(table.sum(1))
    iou = table.diagonal()[present] / union[present]
    worst = int(iou.argmin())
    return float(iou.mean()), scheme.names[present[worst]], float(iou[worst]), float(np.mean(right))


def person_map(probability: Tensor, masks: Tensor, scheme: LabelScheme) -> NDArray[np.int64]:
    """Return whose each pixel is, int64 (H, W): 0 nobody, k the k-th query that says "person"."""
    chosen = probability.argmax(-1) == scheme.person_class
    if not bool(chosen.any()):
        return np.zeros(masks.shape[1:], np.int64)
    best, owner = masks[chosen].max(0)
    return torch.where(best > 0.5, owner + 1, 0).numpy()


def person_accuracy(predicted: NDArray[np.int64], truth: NDArray[np.uint8]) -> float:
    """Return the share of pixels whose person is right under the best one-to-one naming."""
    rows, columns = int(predicted.max()) + 1, int(truth.max()) + 1
    pairs = predicted * columns + truth
    overlap = np.bincount(pairs.ravel(), minlength=rows * columns).reshape(rows, columns)
    people = overlap[1:, 1:]  # nobody stays nobody
    matched = people[linear_sum_assignment(-people)].sum()
    return float((overlap[0, 0] + matched) / truth.size)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, help="data set in CIHP's folder layout")
    parser.add_argument("-o", "--out", type=Path, default=Path("runs/overfit"))
    parser.add_argument("--recipe", type=Path, default=Path(__file__).with_name("overfit.toml"))
    parser.add_argument("--steps", type=int, help="stop after so many; the recipe's by default")
    parser.add_argument("--every", type=int, default=25, help="steps between two scores")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
