"""Send every file of a folder to a running service, alone and in a job, and print what it says.

    m2fp serve --port 7860 &
    python recipes/service/odd_images.py http://127.0.0.1:7860 ../shared/data/odd-images

A file is answered well by a status below 500 and, if it is not 2xx, a problem document with a
code; in a job, by a result or an error with a code that says what is wrong with the picture. The
status of this program is 1 if any is not, or if the service is not ready afterwards.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import httpx2

# Of items: what a picture can be to blame for.
OF_PICTURES = {
    *("unsupported_image_format", "undecodable_image", "empty_image", "too_many_pixels"),
    *("image_too_small", "aspect_too_extreme", "body_too_large", "missing_extra"),
}


def main() -> None:
    """Send, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", action="store_true", help="a line for every file")
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.rglob("*") if path.is_file())
    with httpx2.Client(base_url=options.url, timeout=120) as client:
        alone = {path: alone_as(client, path) for path in paths}
        together = as_a_job(client, paths)
        ready = client.get("/readyz").status_code
    if options.each:
        for path in paths:
            print(f"{path.relative_to(options.folder)!s:50} {alone[path]:34} {together[path]}")
        print()
    for name, answers in (("alone", alone), ("in a job", together)):
        print(f"{name}: {len(answers)} files")
        for answer, count in sorted(Counter(answers.values()).items()):
            print(f"  {count:4}  {answer}")
    bad = [path for path in paths if "BAD" in alone[path] + together[path]]
    print(f"answered badly: {len(bad)}; ready afterwards: {ready}")
    for path in bad:
        print(f"  {path}: {alone[path]}; {together[path]}")
    sys.exit(bool(bad) or ready != 200)


def alone_as(client: httpx2.Client, path: Path) -> str:
    """Return what is answered to a file as the body of a request and as a form: alike."""
    data = path.read_bytes()
    raw = said(client.post("/v1/parse", content=data))
    form = said(client.post("/v1/parse", files={"file": (path.name, data)}))
    return raw if raw == form else f"BAD {raw} as a body, {form} in a form"


def said(answer: httpx2.Response) -> str:
    """Return status and code of an answer."""
    if answer.status_code == 200:
        return "200"
    if not answer.headers["content-type"].startswith("application/problem+json"):
        return f"BAD {answer.status_code} without a problem document"
    mark = "BAD " if answer.status_code >= 500 else ""
    return f"{mark}{answer.status_code} {answer.json()['code']}"


def as_a_job(client: httpx2.Client, paths: list[Path]) -> dict[Path, str]:
    """Return what became of every file in one job of all."""
    files = [("file", (path.name, path.read_bytes())) for path in paths]
    answer = client.post("/v1/jobs", files=files)
    if answer.status_code != 202:
        return dict.fromkeys(paths, f"BAD {said(answer)}")
    job = answer.headers["location"]
    while client.get(job).json()["status"] in ("queued", "running"):
        time.sleep(0.5)
    items = client.get(f"{job}/items", params={"count": 1000}).json()["items"]
    client.delete(job)
    return dict(zip(paths, map(became, items), strict=True))


def became(item: dict[str, object]) -> str:
    """Return what became of an item."""
    if item["status"] == "succeeded":
        return "succeeded"
    code = item["error"]["code"]
    return f"failed {code}" if code in OF_PICTURES else f"BAD {item['status']} {code}"


if __name__ == "__main__":
    main()
