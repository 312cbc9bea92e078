"""Write labelled photos of drawn people in CIHP's layout, and what an imperfect tool says of them.

    python recipes/evaluation/synthetic_cihp.py OUT --photos 1000 --seed 1
    m2fp score OUT/submission --data OUT/data -o OUT/report

OUT/data is the data set (split val); OUT/submission the predictions in the challenge's layout;
OUT/maps the same as label pictures. The predictions are the truth with mistakes: people shifted,
left out, found twice, taken for one; parts missed; left taken for right, one garment for another.
Photo n depends on the seed and n alone. They measure and test the scoring, not a model:
nobody looks like this.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw

HEIGHT, WIDTH = 400, 500
MOST_PEOPLE = 8
CLASSES = 20
LIKELY = {"drop": 0.06, "duplicate": 0.08, "merge": 0.08, "sides": 0.12, "garment": 0.15}
PART_MISSED = 0.05

HAT, HAIR, GLOVES, GLASSES, UPPER, DRESS, COAT, SOCKS, PANTS, TORSO = range(1, 11)
SCARF, SKIRT, FACE, L_ARM, R_ARM, L_LEG, R_LEG, L_SHOE, R_SHOE = range(11, 20)
OTHER_SIDE = {L_ARM: R_ARM, L_LEG: R_LEG, L_SHOE: R_SHOE}
OTHER_GARMENT = {UPPER: COAT, COAT: UPPER, DRESS: SKIRT, PANTS: SKIRT, SKIRT: PANTS}

Ids = NDArray[np.uint8]


@dataclass(frozen=True)
class Figure:
    """A person: part ids in a crop of the photo, 0 around them, and where the crop lies."""

    parts: Ids
    left: int
    top: int


@dataclass(frozen=True)
class Maps:
    """Part ids, person numbers and part numbers at every pixel, with what the numbers stand for.

    people: score by person number - 1; parts: (class, score, person) by part number - 1.
    """

    categories: Ids
    humans: Ids
    numbers: Ids
    people: list[float]
    parts: list[tuple[int, float, int]]


def draw_figure(rng: Generator, *, height: int) -> Ids:
    """Return a person seen from the front; the person's left is on the picture's right."""
    width = round(0.62 * height)
    image = Image.new("L", (width, height))
    draw = ImageDraw.Draw(image)

    def box(part: int, x0: float, y0: float, x1: float, y1: float) -> None:
        draw.rectangle((x0 * width, y0 * height, x1 * width, y1 * height), fill=part)

    def disc(part: int, x0: float, y0: float, x1: float, y1: float) -> None:
        draw.ellipse((x0 * width, y0 * height, x1 * width, y1 * height), fill=part)

    def limb(part: int, x0: float, y0: float, x1: float, y1: float, *, thick: float) -> None:
        ends = (x0 * width, y0 * height, x1 * width, y1 * height)
        draw.line(ends, fill=part, width=max(2, round(thick * width)))

    spread, lift = rng.uniform(0.02, 0.16), rng.uniform(0.3, 0.52)
    for side, (leg, shoe, arm) in {-1: (R_LEG, R_SHOE, R_ARM), 1: (L_LEG, L_SHOE, L_ARM)}.items():
        foot = 0.5 + side * spread
        limb(leg, 0.5 + side * 0.08, 0.52, foot, 0.94, thick=0.12)
        if rng.random() < 0.2:
            limb(SOCKS, foot, 0.87, foot, 0.94, thick=0.12)
        disc(shoe, foot - 0.08, 0.93, foot + 0.08, 0.999)
        hand = 0.5 + side * rng.uniform(0.3, 0.42)
        limb(arm, 0.5 + side * 0.17, 0.22, hand, lift, thick=0.1)
        if rng.random() < 0.05:
            disc(GLOVES, hand - 0.05, lift - 0.02, hand + 0.05, lift + 0.04)
    lower = rng.choice([PANTS, PANTS, SKIRT, DRESS])
    hem = {PANTS: 0.86, SKIRT: 0.66, DRESS: 0.7}[int(lower)]
    for side in (-1, 1):
        limb(int(lower), 0.5 + side * 0.08, 0.5, 0.5 + side * spread * hem, hem, thick=0.15)
    if lower != PANTS:
        box(int(lower), 0.3, 0.48, 0.7, hem)
    box(TORSO, 0.4, 0.15, 0.6, 0.22)
    box(DRESS if lower == DRESS else int(rng.choice([UPPER, COAT])), 0.3, 0.19, 0.7, 0.53)
    disc(HAIR, 0.33, 0.0, 0.67, 0.18)
    disc(FACE, 0.37, 0.04, 0.63, 0.17)
    if rng.random() < 0.1:
        box(GLASSES, 0.4, 0.08, 0.6, 0.1)
    if rng.random() < 0.15:
        box(HAT, 0.33, 0.0, 0.67, 0.045)
    if rng.random() < 0.1:
        box(SCARF, 0.38, 0.16, 0.62, 0.22)
    return np.asarray(image)


def draw_people(rng: Generator) -> list[Figure]:
    """Return 1 to 8 people, the farthest first; some are cut by the frame."""
    count = int(rng.integers(1, MOST_PEOPLE + 1))
    heights = np.sort(rng.uniform(120, 380, count)).astype(int)
    return [
        Figure(
            draw_figure(rng, height=int(height)),
            left=int(rng.integers(-20, WIDTH - 60)),
            top=int(HEIGHT - height + rng.integers(-30, 60)),
        )
        for height in heights
    ]


def paint(figures: list[Figure], people: list[float], parts: list[dict[int, float]]) -> Maps:
    """Return the figures as maps, later ones in front; who is hidden wholly is not numbered.

    people: the score of every figure; parts: those of its parts.
    """
    categories, owners = np.zeros((2, HEIGHT, WIDTH), np.uint8)
    for number, figure in enumerate(figures, start=1):
        y, x = max(figure.top, 0), max(figure.left, 0)
        crop = figure.parts[y - figure.top : HEIGHT - figure.top, x - figure.left :]
        crop = crop[:, : WIDTH - x]
        window = np.s_[y : y + crop.shape[0], x : x + crop.shape[1]]
        categories[window][crop > 0] = crop[crop > 0]
        owners[window][crop > 0] = number
    pairs = owners.astype(np.intp) * CLASSES + categories
    seen = np.flatnonzero(np.bincount(pairs.ravel(), minlength=1)[CLASSES:]) + CLASSES
    old = sorted(set((seen // CLASSES).tolist()))
    people_table = np.zeros(len(figures) + 1, np.uint8)
    people_table[old] = np.arange(1, len(old) + 1)
    part_table = np.zeros((len(figures) + 1) * CLASSES, np.uint8)
    part_table[seen] = np.arange(1, len(seen) + 1)
    rows = [divmod(int(pair), CLASSES) for pair in seen]
    return Maps(
        categories,
        people_table[owners],
        part_table[pairs],
        [people[number - 1] for number in old],
        [(part, parts[who - 1].get(part, 0.5), int(people_table[who])) for who, part in rows],
    )


def mistake(figures: list[Figure], rng: Generator) -> Maps:
    """Return what an imperfect tool would say of these people."""
    found: list[tuple[float, Figure]] = []
    for figure in figures:
        if rng.random() < LIKELY["drop"]:
            continue
        shift = rng.normal(0, 2, 2)
        moved = replace(
            figure,
            parts=confuse(figure.parts, rng),
            left=figure.left + round(shift[0]),
            top=figure.top + round(shift[1]),
        )
        score = float(np.clip(rng.normal(0.85 - 0.02 * np.abs(shift).sum(), 0.1), 0.05, 0.999))
        found.append((score, moved))
        if rng.random() < LIKELY["duplicate"]:
            aside = replace(moved, left=moved.left + int(rng.integers(-15, 16)))
            found.append((score * float(rng.uniform(0.3, 0.9)), aside))
    # As tools do it, the surest covers the others.
    found.sort(key=lambda item: item[0])
    scores = [score for score, _ in found]
    parts = [
        {part: score * float(rng.uniform(0.6, 1)) for part in range(CLASSES)} for score in scores
    ]
    maps = paint([figure for _, figure in found], scores, parts)
    if len(maps.people) > 1 and rng.random() < LIKELY["merge"]:
        return merge(maps, *(rng.permutation(len(maps.people))[:2] + 1).tolist())
    return maps


def confuse(parts: Ids, rng: Generator) -> Ids:
    """Return the parts with some missed, or taken for others."""
    table = np.arange(CLASSES, dtype=np.uint8)
    if rng.random() < LIKELY["sides"]:
        for left, right in OTHER_SIDE.items():
            table[left], table[right] = right, left
    if rng.random() < LIKELY["garment"]:
        for part, other in OTHER_GARMENT.items():
            table[part] = other
    table[rng.random(CLASSES) < PART_MISSED] = 0
    return table[parts]


def merge(maps: Maps, kept: int, gone: int) -> Maps:
    """Return the maps with two people taken for one; their parts stay apart."""
    table = np.arange(len(maps.people) + 1, dtype=np.uint8)
    table[gone] = kept
    table -= (np.arange(len(table)) > gone).astype(np.uint8)
    table[gone] = kept - (kept > gone)
    people = [score for number, score in enumerate(maps.people, start=1) if number != gone]
    parts = [(part, score, int(table[who])) for part, score, who in maps.parts]
    return replace(maps, humans=table[maps.humans], people=people, parts=parts)


def colour(maps: Maps, rng: Generator) -> Ids:
    """Return a photo of sorts: soft background, every part of every person in one colour."""
    corners = rng.integers(60, 200, (2, 2, 3)).astype(np.uint8)
    photo = np.array(Image.fromarray(corners).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))
    colours = rng.integers(20, 236, (len(maps.parts) + 1, 3)).astype(np.uint8)
    inside = maps.numbers > 0
    photo[inside] = colours[maps.numbers[inside]]
    return photo


def save(ids: Ids, path: Path) -> None:
    """Write a label picture; quickly, as there are many."""
    Image.fromarray(ids).save(path, compress_level=1)


def write_truth(folder: Path, name: str, maps: Maps, photo: Ids) -> None:
    """Write one photo of the data set."""
    Image.fromarray(photo).save(folder / "Images" / f"{name}.jpg", quality=75)
    save(maps.categories, folder / "Category_ids" / f"{name}.png")
    save(maps.humans, folder / "Human_ids" / f"{name}.png")
    ids = [(who - 1) * CLASSES + part for part, _, who in maps.parts]
    save(np.array([0, *ids], np.uint8)[maps.numbers], folder / "Instance_ids" / f"{name}.png")
    rows = zip(ids, maps.parts, strict=True)
    text = "".join(f"{number} {part} {who}\n" for number, (part, _, who) in rows)
    (folder / "Instance_ids" / f"{name}.txt").write_text(text, encoding="ascii")


def write_guess(submission: Path, pictures: Path, name: str, maps: Maps) -> None:
    """Write the prediction of one photo, as a submission and as label pictures."""
    save(maps.categories, submission / "global_parsing" / f"{name}.png")
    save(maps.numbers, submission / "instance_parsing" / f"{name}.png")
    lines = "".join(f"{part} {score:.6f}\n" for part, score, _ in maps.parts)
    (submission / "instance_parsing" / f"{name}.txt").write_text(lines, encoding="ascii")
    save(maps.humans, submission / "instance_segmentation" / f"{name}.png")
    lines = "".join(f"{score:.6f}\n" for score in maps.people)
    (submission / "instance_segmentation" / f"{name}.txt").write_text(lines, encoding="ascii")
    save(maps.categories, pictures / f"{name}.png")
    save(maps.humans, pictures / "persons" / f"{name}.png")


def main() -> None:
    """Write everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    truth = options.output / "data" / "Validation"
    submission, pictures = options.output / "submission", options.output / "maps"
    folders = [truth / name for name in ("Images", "Category_ids", "Human_ids", "Instance_ids")]
    folders += [submission / "global_parsing", submission / "instance_parsing"]
    folders += [submission / "instance_segmentation", pictures / "persons"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    names = [f"{number:07d}" for number in range(1, options.photos + 1)]
    for number, name in enumerate(names, start=1):
        rng = np.random.default_rng((options.seed, number))
        figures = draw_people(rng)
        sure = [1.0] * len(figures)
        maps = paint(figures, sure, [{} for _ in figures])
        write_truth(truth, name, maps, colour(maps, rng))
        write_guess(submission, pictures, name, mistake(figures, rng))
    (truth / "val_id.txt").write_text("".join(f"{name}\n" for name in names), encoding="ascii")
    print(f"{len(names)} photos in {options.output / 'data'}, predictions in {submission}")


if __name__ == "__main__":
    main()
