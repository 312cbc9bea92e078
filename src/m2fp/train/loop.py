"""The training loop: batches in, weights out, resumable at every checkpoint."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_all_start_methods
from pathlib import Path

import cv2
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset

from m2fp.datasets import Sample
from m2fp.errors import M2FPError
from m2fp.labels import get_scheme
from m2fp.model.m2fp import M2FP
from m2fp.processes import deaf_to_interrupts
from m2fp.train.checkpoint import LAST, RunState, load_checkpoint, load_weights, save_checkpoint
from m2fp.train.config import TrainConfig
from m2fp.train.distributed import World
from m2fp.train.ema import WeightAverage
from m2fp.train.loss import Losses, set_loss
from m2fp.train.mixed_precision import keep_depthwise_in_float
from m2fp.train.optimiser import build_optimiser, rate_at, set_rate
from m2fp.train.pictures import Batch, TrainingBatches
from m2fp.train.pretrained import load_imagenet

LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step gave; seconds counts waiting for pictures too. `score` is the mIoU, if any."""

    step: int
    loss: float
    classes: float
    mask: float
    dice: float
    rate: float
    seconds: float
    score: float | None = None


# Scores a model on the validation split; higher is better.
Validate = Callable[[M2FP], float]
Progress = Callable[[StepReport], None]


def train(
    config: TrainConfig,
    samples: Sequence[Sample],
    folder: Path,
    *,
    world: World,
    scenes: Sequence[Sample] = (),
    synthetic: Sequence[Sample] = (),
    workers: int = 2,
    validate: Validate | None = None,
    progress: Progress | None = None,
) -> M2FP:
    """Return the trained model (the average of its weights, if the recipe keeps one).

    samples: the labelled photos; scenes: those whose empty strips become backgrounds, all when
    there are none; synthetic: labelled pictures of synthetic people, if the recipe asks for them.
    Writes `last.pt` and `log.jsonl` into `folder` and goes on from them when they are there: a
    run that was killed and resumed gives the losses of one that was not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = build_state(config, world, begun=(folder / LAST).is_file())
    done = load_checkpoint(folder, state, config)
    network: nn.Module = state.model
    if world.size > 1:
        network = DistributedDataParallel(state.model)
    log = _Log(folder / LOG, done) if world.is_first else None
    pictures = TrainingBatches(
        samples,
        get_scheme(config.model.scheme),
        config.pictures,
        batch=config.batch,
        steps=config.steps,
        seed=config.seed * 1_009 + world.rank,
        scenes=scenes,
        synthetic=synthetic,
    )
    batches = _load_batches(pictures, range(done, config.end), workers)
    began = time.perf_counter()
    for step, batch in enumerate(batches, start=done):
        rate = rate_at(step, config.steps, config.optimiser)
        losses = train_step(network, state, batch, config, world=world, step=step, rate=rate)
        score = None
        if validate and config.val_every and (step + 1) % config.val_every == 0 and world.is_first:
            score = validate(_final(state))
        now = time.perf_counter()
        report = _report(step, losses, rate, now - began, score)
        began = now
        if log:
            log.write(report)
        if progress and world.is_first:
            progress(report)
        last = step + 1 == config.end
        if world.is_first and (last or (step + 1) % config.checkpoint_every == 0):
            save_checkpoint(folder, state, config, step + 1)
    return _final(state)


def build_state(config: TrainConfig, world: World, *, begun: bool = False) -> RunState:
    """Return a fresh model, its optimiser and its average, on the process's device.

    begun: there is a checkpoint to go on from, so that what the recipe starts from is not needed.
    """
    torch.manual_seed(config.seed)
    model = M2FP(config.model)
    if begun:
        pass
    elif config.weights == "imagenet":
        load_imagenet(model.backbone, config.model.backbone)
    elif config.weights is not None:
        load_weights(model, Path(config.weights))
    model.to(world.device)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    decay = config.optimiser.ema_decay
    average = WeightAverage(model, decay) if decay > 0 else None
    if config.precision == "bf16" and world.device.type == "cpu":
        keep_depthwise_in_float(model)
    return RunState(model, build_optimiser(model, config.optimiser), average)


def train_step(
    network: nn.Module,
    state: RunState,
    batch: Batch,
    config: TrainConfig,
    *,
    world: World,
    step: int,
    rate: float,
) -> Losses:
    """Return the losses of one step after updating the weights with them."""
    # Sampled points depend on the step only, so a resumed run draws the same ones.
    torch.manual_seed(config.seed * 1_000_003 + step * world.size + world.rank)
    state.model.train()
    targets = [target.to(world.device) for target in batch.targets]
    pixels = normalise(batch.pixels.to(world.device), state.model)
    autocast = (
        torch.autocast(world.device.type, torch.bfloat16)
        if config.precision == "bf16"
        else nullcontext()
    )
    with autocast:
        output = network(pixels)
    mask_count = torch.tensor(float(sum(len(target.classes) for target in targets)))
    losses = set_loss(output, targets, config.loss, world.mean(mask_count))
    state.optimiser.zero_grad(set_to_none=True)
    losses.total.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.model.parameters(), config.optimiser.clip_norm)
    set_rate(state.optimiser, rate)
    state.optimiser.step()
    if state.average is not None:
        state.average.update(state.model, step)
    return losses


def normalise(pixels: Tensor, model: nn.Module) -> Tensor:
    """Return uint8 RGB pixels (B, 3, H, W) as the model's backbone wants them, float32."""
    mean = torch.tensor(model.backbone.mean, device=pixels.device)[:, None, None]
    std = torch.tensor(model.backbone.std, device=pixels.device)[:, None, None]
    return ((pixels - mean) / std).contiguous(memory_format=torch.channels_last)


class _Told(Dataset["Batch | M2FPError"]):
    """Batches, or the error that kept one from being made.

    PyTorch would make one of its own of it, with a traceback for a message.
    """

    def __init__(self, pictures: TrainingBatches):
        self._pictures = pictures

    def __getitem__(self, step: int) -> Batch | M2FPError:
        try:
            return self._pictures[step]
        except M2FPError as error:
            return error


def _load_batches(pictures: TrainingBatches, steps: range, workers: int) -> Iterator[Batch]:
    loader = DataLoader(
        _Told(pictures),
        batch_size=None,
        sampler=steps,
        num_workers=workers,
        worker_init_fn=_single_thread,
        prefetch_factor=3 if workers else None,
        multiprocessing_context=_fresh() if workers else None,
    )
    with deaf_to_interrupts():
        batches = iter(loader)
    for batch in batches:
        if isinstance(batch, M2FPError):
            raise batch
        yield batch


def _fresh() -> str:
    # Threads of this process may hold locks that a fork of it would wait for. A fork of a server
    # without any ends at once where a spawned process would first clean up beside its threads.
    return "forkserver" if "forkserver" in get_all_start_methods() else "spawn"


def _single_thread(_worker: int) -> None:
    # The network owns the cores; a pool of threads in every loader would fight it.
    cv2.setNumThreads(0)


def _final(state: RunState) -> M2FP:
    model = state.average.model if state.average is not None else state.model
    assert isinstance(model, M2FP)
    return model.eval()


def _report(
    step: int, losses: Losses, rate: float, seconds: float, score: float | None
) -> StepReport:
    return StepReport(
        step=step,
        loss=float(losses.total.detach()),
        classes=float(losses.classes.detach()),
        mask=float(losses.mask.detach()),
        dice=float(losses.dice.detach()),
        rate=rate,
        seconds=seconds,
        score=score,
    )


class _Log:
    """JSON lines, one per step; what a killed run wrote after its checkpoint is cut off."""

    def __init__(self, path: Path, done: int):
        kept = path.read_text(encoding="utf-8").splitlines()[:done] if path.is_file() else []
        self._path = path
        path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")

    def write(self, report: StepReport) -> None:
        """Append one step."""
        values = {name: getattr(report, name) for name in StepReport.__dataclass_fields__}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")
