"""A job of many photos through a service that is killed in the middle and started again.

    python recipes/service/restart.py examples/group.jpg --count 1000

The photos are different cuts of the given ones, made small. The service is `m2fp serve` with a data
folder of its own, and is killed with SIGKILL when half of the job is done. Printed is whether every
photo has its result, how often each was begun, and how long all took.
"""

import argparse
import io
import json
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
from PIL import Image


def main() -> None:
    """Run it and print the figures; the status is 1 if anything is lost or there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--side", type=int, default=160, help="longer side of a cut, in pixels")
    parser.add_argument("--kill-at", type=float, default=0.5, help="share of the job")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="m2fp-restart-") as folder:
        figures = run(options, Path(folder) / "data")
    for name, value in figures.items():
        print(f"{name:34} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    sys.exit(not figures["complete"])


def run(options: argparse.Namespace, data: Path) -> dict[str, object]:
    """Return the figures by name."""
    body = pack(options.photos, options.count, options.side)
    start = time.perf_counter()
    with service(data) as (client, process):
        answer = client.post("/v1/jobs", params={"format": "json"}, content=body)
        answer.raise_for_status()
        taken_s = time.perf_counter() - start
        job = answer.headers["location"]
        while (done := progress(client, job)["done"]) < options.kill_at * options.count:
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
    killed_s = time.perf_counter() - start
    with service(data) as (client, _):
        back_s = time.perf_counter() - start - killed_s
        while progress(client, job)["done"] < options.count:
            time.sleep(0.2)
        ended_s = time.perf_counter() - start
        items = all_items(client, job, options.count)
        results = sum(
            client.get(f"{job}/items/{item['index']}/result").status_code == 200 for item in items
        )
        status = client.get(job).json()["status"]
    # Killed work may have left a result that nobody sees; those that are seen are one for each.
    stored = len(list((data / "blobs").rglob("*.json")))
    attempts = Counter(item["attempts"] for item in items)
    return {
        "photos": options.count,
        "job, MB": round(len(body) / 1e6, 1),
        "taken after, s": round(taken_s, 2),
        "killed after, s": round(killed_s, 1),
        "done by then": done,
        "ready again after, s": round(back_s, 1),
        "ended after, s": round(ended_s, 1),
        "status": status,
        "results that can be fetched": results,
        "results stored": stored,
        "photos by times begun": dict(sorted(attempts.items())),
        "complete": status == "succeeded" and results == options.count,
    }


def pack(photos: list[Path], count: int, side: int) -> bytes:
    """Return a zip file of different cuts."""
    random = np.random.default_rng(0)
    images = [Image.open(path).convert("RGB") for path in photos]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(count):
            image = images[number % len(images)]
            share = random.uniform(0.5, 1.0)
            width, height = (round(share * length) for length in image.size)
            left = int(random.integers(0, image.width - width + 1))
            top = int(random.integers(0, image.height - height + 1))
            cut = image.crop((left, top, left + width, top + height))
            cut.thumbnail((side, side))
            jpeg = io.BytesIO()
            cut.save(jpeg, "JPEG", quality=85)
            archive.writestr(f"{number:04}.jpg", jpeg.getvalue())
    return buffer.getvalue()


@contextmanager
def service(data: Path) -> Iterator[tuple[httpx2.Client, subprocess.Popen[str]]]:
    """Yield a client of a service that is ready, and its process; it is ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "m2fp", "serve", "--port", "0", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        url = process.stdout.readline().split("listens on ")[1].split()[0]
        with httpx2.Client(base_url=url, timeout=120) as client:
            while client.get("/readyz").status_code != 200:
                time.sleep(0.1)
            yield client, process
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def progress(client: httpx2.Client, job: str) -> dict[str, int]:
    """Return the progress of a job."""
    return client.get(job).raise_for_status().json()["progress"]


def all_items(client: httpx2.Client, job: str, count: int) -> list[dict[str, object]]:
    """Return the documents of all items of a job."""
    items = []
    while len(items) < count:
        query = {"start": len(items), "count": 100}
        items += client.get(f"{job}/items", params=query).raise_for_status().json()["items"]
    return items


if __name__ == "__main__":
    main()
