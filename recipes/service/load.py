"""Many clients at once against a running service: what they wait, and what the service holds.

    m2fp serve --port 7860 &
    python recipes/service/load.py http://127.0.0.1:7860 examples/group.jpg --clients 64 \
        --seconds 120 --pid $!

Every client sends the photo again and again; when it is told to wait (429), it waits as long as it
is told. Then the same photo goes through the bare parser in a loop in this process, with the same
number of threads, while the service is idle: `--loop 20` seconds of it.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from pathlib import Path

import httpx2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("photo", type=Path)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--format", default="json")
    parser.add_argument("--pid", type=int, help="of the service: its memory, and its workers'")
    parser.add_argument("--loop", type=float, default=20, help="0 = no comparison")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    figures = asyncio.run(load(options))
    if options.loop:
        alone = in_a_loop(options)
        figures["bare parser, photos a second"] = round(alone, 3)
        figures["service / bare parser"] = round(figures["photos a second"] / alone, 3)
    for name, value in figures.items():
        print(f"{name:34} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


async def load(options: argparse.Namespace) -> dict[str, object]:
    """Return the figures by name."""
    photo = options.photo.read_bytes()
    answers: Counter[str] = Counter()
    waited: list[float] = []
    server: list[float] = []
    most = 0
    limits = httpx2.Limits(max_connections=options.clients + 2)
    async with httpx2.AsyncClient(base_url=options.url, timeout=120, limits=limits) as client:
        start = time.perf_counter()
        end = start + options.seconds

        async def send() -> None:
            first = time.perf_counter()
            while time.perf_counter() < end:
                begun = time.perf_counter()
                try:
                    answer = await client.post(
                        "/v1/parse", params={"format": options.format}, content=photo
                    )
                except httpx2.HTTPError as error:
                    answers[type(error).__name__] += 1
                    continue
                code = answer.json().get("code", "") if answer.status_code >= 400 else ""
                answers[f"{answer.status_code} {code}".strip()] += 1
                if answer.status_code == 200:
                    now = time.perf_counter()
                    server.append(now - begun)
                    waited.append(now - first)
                    first = now
                elif answer.status_code in (429, 503):
                    await asyncio.sleep(float(answer.headers.get("retry-after", 1)))

        async def watch() -> None:
            nonlocal most
            while time.perf_counter() < end:
                most = max(most, memory_of(options.pid))
                await asyncio.sleep(1)

        before = memory_of(options.pid)
        await asyncio.gather(watch(), *(send() for _ in range(options.clients)))
        seconds = time.perf_counter() - start
        after = memory_of(options.pid)
    return {
        "clients": options.clients,
        "answers": dict(answers),
        "photos a second": round(len(server) / seconds, 3),
        "answered request, s: 50 90 99 most": percentiles(server),
        "photo with its retries, s: same": percentiles(waited),
        "memory, MB: before, most, after": [round(size / 1e6) for size in (before, most, after)],
    }


def percentiles(values: list[float]) -> list[float]:
    """Return the median, 90 and 99 percent, and the most."""
    ordered = sorted(values) or [0.0]
    return [
        round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 3)
        for share in (0.5, 0.9, 0.99, 1.0)
    ]


def memory_of(pid: int | None) -> int:
    """Return the resident bytes of a process and all its children; Linux only, else 0."""
    if pid is None:
        return 0
    total = 0
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        total = 1024 * int(status.split("VmRSS:")[1].split()[0])
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += memory_of(int(child))
    except (OSError, IndexError):
        pass  # it has just ended
    return total


def in_a_loop(options: argparse.Namespace) -> float:
    """Return photos a second of the bare parser."""
    from m2fp.engine import cpu_quota
    from m2fp.parser import Parser
    from m2fp.service.rendering import render

    photo = options.photo.read_bytes()
    with Parser("builtin", threads=cpu_quota()) as parser:
        for _ in range(3):
            render(parser(photo), options.format)
        start = time.perf_counter()
        count = 0
        while time.perf_counter() - start < options.loop:
            render(parser(photo), options.format)
            count += 1
        return count / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
