"""Many clients at once against a running service, in turns with the bare parser in a loop.

    m2fp serve --port 7860 &
    python recipes/service/load.py http://127.0.0.1:7860 examples/group.jpg --clients 64 \
        --seconds 120 --turns 4 --pid $!

Every client sends the photos one after the other, again and again; when it is told to wait (429),
it waits as long as it is told. In between, while the service is idle, the same photos go through a
`Parser` in this process, with as many threads as there are processors, for a fifth of the time:
other programs use the machine too, so that only turns can be compared. The memory is that of the
process given by --pid and of all its children, looked at every second while clients send.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from m2fp.engine import cpu_quota
from m2fp.parser import Parser
from m2fp.service.rendering import render

_LOOP_SHARE = 0.2  # of the time of a turn


@dataclass
class Seen:
    """What the clients of one turn, or of all, have seen.

    Attributes:
        answers: how many of each status and code.
        served_s: what each photo's last request took, seconds.
        waited_s: what each photo took with all its retries.
        resident: bytes of the service, second by second.
        seconds: in which clients were sending.
    """

    answers: Counter[str] = field(default_factory=Counter)
    served_s: list[float] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Return photos a second."""
        return len(self.served_s) / self.seconds


def main() -> None:
    """Measure and print; the status is 1 if anything but 200 and 429 was answered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=120, help="of load, in all turns together")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--format", default="json")
    parser.add_argument("--model", default="builtin", help="as the service has it")
    parser.add_argument("--pid", type=int, help="of the service: its memory, and its workers'")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    photos = [path.read_bytes() for path in options.photos]
    seen, ratios, alone = in_turns(options, photos)
    figures = figures_of(options, seen, ratios, alone)
    for name, value in figures.items():
        print(f"{name:34} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    sys.exit(any(answer not in ("200", "429 queue_full") for answer in seen.answers))


def in_turns(
    options: argparse.Namespace, photos: list[bytes]
) -> tuple[Seen, list[float], list[float]]:
    """Return what clients saw, and of every turn: service / bare parser, and the latter's rate."""
    seen, ratios, alone = Seen(), [], []
    each_s = options.seconds / options.turns
    with Parser(options.model, threads=cpu_quota()) as parser:
        loop(parser, photos, options.format, 2.0)  # warm
        for number in range(options.turns):
            bare = loop(parser, photos, options.format, _LOOP_SHARE * each_s)
            before = len(seen.served_s), seen.seconds
            asyncio.run(load(options, photos, each_s, seen))
            rate = (len(seen.served_s) - before[0]) / (seen.seconds - before[1])
            alone.append(bare)
            ratios.append(rate / bare)
            print(f"turn {number + 1}: {bare:.2f} alone, {rate:.2f} served a second", flush=True)
    return seen, ratios, alone


def loop(parser: Parser, photos: list[bytes], name: str, seconds: float) -> float:
    """Return photos a second of the bare parser, with results in the same format."""
    start = time.perf_counter()
    for count, photo in enumerate(itertools.cycle(photos), 1):
        render(parser(photo), name)
        if time.perf_counter() - start >= seconds:
            return count / (time.perf_counter() - start)
    raise AssertionError("no photos")


async def load(
    options: argparse.Namespace, photos: list[bytes], seconds: float, seen: Seen
) -> None:
    """Send for so long, and wait for the last answers; add what is seen."""
    limits = httpx2.Limits(max_connections=options.clients)
    async with httpx2.AsyncClient(base_url=options.url, timeout=120, limits=limits) as client:
        start = time.perf_counter()
        end = start + seconds
        watching = asyncio.create_task(watch(options.pid, seen))
        clients = [
            send(client, options.format, itertools.cycle(photos[n:] + photos[:n]), end, seen)
            for n in (number % len(photos) for number in range(options.clients))
        ]
        await asyncio.gather(*clients)
        seen.seconds += time.perf_counter() - start
        watching.cancel()


async def send(
    client: httpx2.AsyncClient, name: str, photos: itertools.cycle, end: float, seen: Seen
) -> None:
    """Be one client until the end."""
    for photo in photos:
        first = time.perf_counter()
        while time.perf_counter() < end:
            begun = time.perf_counter()
            try:
                answer = await client.post("/v1/parse", params={"format": name}, content=photo)
            except httpx2.HTTPError as error:
                seen.answers[type(error).__name__] += 1
                continue
            now = time.perf_counter()
            code = answer.json().get("code", "") if answer.status_code >= 400 else ""
            seen.answers[f"{answer.status_code} {code}".strip()] += 1
            if answer.status_code == 200:
                seen.served_s.append(now - begun)
                seen.waited_s.append(now - first)
                break
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
        else:
            return


async def watch(pid: int | None, seen: Seen) -> None:
    """Note the memory of the service every second."""
    while pid is not None:
        seen.resident.append(memory_of(pid))
        await asyncio.sleep(1)


def memory_of(pid: int) -> int:
    """Return the resident bytes of a process and all its children; 0 if it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        total = 1024 * int(status.split("VmRSS:")[1].split()[0])
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(memory_of(int(child)) for child in (task / "children").read_text().split())
    except (OSError, IndexError):
        return 0
    return total


def figures_of(
    options: argparse.Namespace, seen: Seen, ratios: list[float], alone: list[float]
) -> dict[str, object]:
    """Return the figures by name."""
    figures: dict[str, object] = {
        "clients": options.clients,
        "seconds of load": round(seen.seconds, 1),
        "answers": dict(seen.answers.most_common()),
        "photos a second": round(seen.rate, 3),
        "bare parser, median of turns": round(statistics.median(alone), 3),
        "service / bare parser, median": round(statistics.median(ratios), 3),
        "service / bare parser, all turns": [round(ratio, 3) for ratio in ratios],
        "answered request, s: 50 90 99 most": percentiles(seen.served_s),
        "photo with its retries, s: same": percentiles(seen.waited_s),
    }
    if seen.resident:
        tenth = max(1, len(seen.resident) // 10)
        tenths = [max(seen.resident[at : at + tenth]) for at in range(0, len(seen.resident), tenth)]
        figures["memory, MB: most"] = round(max(seen.resident) / 1e6)
        figures["memory, MB: most of each tenth"] = [round(size / 1e6) for size in tenths]
    return figures


def percentiles(values: list[float]) -> list[float]:
    """Return the median, 90 and 99 percent, and the most."""
    ordered = sorted(values) or [0.0]
    return [
        round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 3)
        for share in (0.5, 0.9, 0.99, 1.0)
    ]


if __name__ == "__main__":
    main()
