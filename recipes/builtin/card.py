"""Print the tables of the model card from what `m2fp val` says.

    m2fp val builtin --data ccp-cihp --groups 100 --seed 1 > report.json
    python recipes/builtin/card.py report.json

One column for each data set scored, all in per cent.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Report = dict[str, Any]


def table(report: Report, name: str) -> Report:
    """Return a report's table of classes by its name."""
    found: Report = next(t for t in report["tables"] if t["table"] == name)
    return found


def pair(*values: float) -> str:
    """Return shares as "93.5 / 90.2"."""
    return " / ".join(f"{100 * value:.1f}" for value in values)


def at_and_volume(scores: Report, threshold: str) -> str:
    """Return AP at a threshold and its mean over thresholds."""
    return pair(scores["at"][threshold], scores["vol"])


def sides(report: Report, *names: str) -> str:
    """Return how often left and right are the right ones, for each limb."""
    share = {row["name"]: row["share"] for row in report["sides"]}
    return ", ".join(f"{100 * share[name]:.1f}" for name in names)


ROWS: tuple[tuple[str, Callable[[Report], str]], ...] = (
    ("mIoU, 14 merged classes (skin, shoes)", lambda r: pair(table(r, "ccp14")["miou_m2fp"])),
    (
        "the same with upper-clothes and coat merged",
        lambda r: pair(table(r, "ccp14-tops")["miou_m2fp"]),
    ),
    ("mIoU, CIHP's 20 classes", lambda r: pair(table(r, "cihp")["miou_m2fp"])),
    ("pixel accuracy, 14 classes", lambda r: pair(table(r, "ccp14")["pixel_accuracy"])),
    ("person IoU", lambda r: pair(r["people"]["person_iou"])),
    ("right number of people", lambda r: pair(r["people"]["right_count"])),
    (
        "people found at IoU > 0.5, of those there are / of those given",
        lambda r: pair(r["people"]["recall"], r["people"]["precision"]),
    ),
    ("right side: arms, legs, shoes", lambda r: sides(r, "arm", "leg", "shoe")),
    ("boundary IoU, 20 classes", lambda r: pair(r["boundary"]["mean"])),
    (
        "AP^r_50 / AP^r_vol (parts), official rule",
        lambda r: at_and_volume(r["part_masks"]["official"], "0.5"),
    ),
    (
        "AP^p_50 / AP^p_vol (people with parts), official rule",
        lambda r: at_and_volume(r["person_parts"]["official"], "0.5"),
    ),
    ("PCP_50, official rule", lambda r: pair(r["person_parts"]["official"]["pcp"]["0.5"])),
    (
        "AP^h_50 / AP^h_vol (person masks), official rule",
        lambda r: at_and_volume(r["person_masks"]["official"], "0.5"),
    ),
)

MERGED = (("ccp14", "skin"), ("ccp14", "shoes"), ("ccp14-tops", "upper-clothes + coat"))


def class_rows(report: Report) -> dict[str, str]:
    """Return the IoU of CIHP's classes and of the merged ones, by name."""
    rows = {row["name"]: row["iou"] for row in table(report, "cihp")["classes"]}
    for name, merged in MERGED:
        found = next(c for c in table(report, name)["classes"] if c["name"] == merged)
        rows[f"{merged} (merged)"] = found["iou"]
    return {name: "-" if iou is None else pair(iou) for name, iou in rows.items()}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    reports = json.loads(parser.parse_args().report.read_text(encoding="utf-8"))["reports"]
    print("| | " + " | ".join(f"{r['photos']} photos: {r['title']}" for r in reports) + " |")
    print("| --- |" + " ---: |" * len(reports))
    for name, figure in ROWS:
        print(f"| {name} | " + " | ".join(figure(report) for report in reports) + " |")
    print("\n| IoU, % |" + " |" * len(reports))
    print("| --- |" + " ---: |" * len(reports))
    columns = [class_rows(report) for report in reports]
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")


if __name__ == "__main__":
    main()
