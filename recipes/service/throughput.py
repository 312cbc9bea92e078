"""Compare the pool of worker processes with the bare parser in a loop, in turns.

    python recipes/service/throughput.py examples/group.jpg --rounds 5 --seconds 20 --callers 16

Both parse the same encoded photo and write the same format, with the same number of threads: the
loop here in this process, the pool in its workers, with so many callers who each send the next
request when they have the last answer. Turns, because other programs use the machine too.
"""

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path

from m2fp.engine import cpu_quota
from m2fp.memory import resident_bytes
from m2fp.parser import Parser
from m2fp.service.jobs import ParseOptions
from m2fp.service.rendering import FORMATS, render
from m2fp.service.workers import (
    Pool,
    PoolSettings,
    WorkRequest,
    default_threads,
    default_workers,
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--format", default="json", choices=list(FORMATS))
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--workers", type=int, default=default_workers())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    figures = asyncio.run(measure(options))
    for name, value in figures.items():
        print(f"{name:32} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


async def measure(options: argparse.Namespace) -> dict[str, object]:
    """Return the figures by name."""
    photo = options.photo.read_bytes()
    threads = default_threads(options.workers)
    settings = PoolSettings(
        model=options.model,
        workers=options.workers,
        threads=threads,
        queue_size=options.callers,
        jobs_per_worker=1_000_000,
    )
    request = WorkRequest(
        photo=photo, options=ParseOptions(model=options.model, formats=(options.format,))
    )
    pool = Pool(settings)
    await pool.start()
    bare, pooled, ratios = [], [], []
    latencies: list[float] = []
    with Parser(options.model, threads=cpu_quota()) as parser:
        for _ in range(5):
            render(parser(photo), options.format)
        for number in range(options.rounds):
            alone = in_a_loop(parser, photo, options.format, options.seconds)
            together, seconds = await from_callers(pool, request, options)
            latencies += seconds
            bare.append(alone)
            pooled.append(together)
            ratios.append(together / alone)
            print(f"round {number + 1}: {alone:.2f} and {together:.2f} a second", flush=True)
    states = pool.states()
    await pool.drain(10)
    latencies.sort()
    return {
        "workers x threads": f"{settings.workers} x {settings.threads}",
        "callers": options.callers,
        "loop, pictures a second": round(statistics.median(bare), 2),
        "pool, pictures a second": round(statistics.median(pooled), 2),
        "pool / loop, median": round(statistics.median(ratios), 3),
        "pool / loop, all rounds": [round(ratio, 3) for ratio in ratios],
        "latency, ms: 50, 90, 99, most": [
            round(latencies[min(int(len(latencies) * share), len(latencies) - 1)] * 1000)
            for share in (0.5, 0.9, 0.99, 1.0)
        ],
        "pictures of the pool": states.served,
        "memory of the workers, MB": [
            round((worker.resident_bytes or 0) / 1e6) for worker in states.workers
        ],
        "memory of this process, MB": round((resident_bytes() or 0) / 1e6),
    }


def in_a_loop(parser: Parser, photo: bytes, name: str, seconds: float) -> float:
    """Return pictures a second of the bare parser."""
    start = time.perf_counter()
    count = 0
    while time.perf_counter() - start < seconds:
        render(parser(photo), name)
        count += 1
    return count / (time.perf_counter() - start)


async def from_callers(
    pool: Pool, request: WorkRequest, options: argparse.Namespace
) -> tuple[float, list[float]]:
    """Return pictures a second of the pool, and how long each caller waited."""
    start = time.perf_counter()
    latencies: list[float] = []

    async def call() -> None:
        while time.perf_counter() - start < options.seconds:
            begun = time.perf_counter()
            await pool.parse(request, priority="sync")
            latencies.append(time.perf_counter() - begun)

    await asyncio.gather(*(call() for _ in range(options.callers)))
    return len(latencies) / (time.perf_counter() - start), latencies


if __name__ == "__main__":
    main()
