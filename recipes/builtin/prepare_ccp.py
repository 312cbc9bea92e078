"""Turns the Clothing Co-Parsing photos into a data set in the folder layout of CIHP.

Run once, offline: prepare_ccp.py --ccp FOLDER -o FOLDER [--contact-sheet FILE.png]. Joints found
by MediaPipe tell left from right and the parts of the skin from each other; they are kept in
joints.json in the output, so that another run only labels anew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from skin_split import Body, label_parts

Image = NDArray[np.uint8]
Joints = dict[str, Any]

CIHP = (
    "background",
    "hat",
    "hair",
    "glove",
    "sunglasses",
    "upper-clothes",
    "dress",
    "coat",
    "socks",
    "pants",
    "torso-skin",
    "scarf",
    "skirt",
    "face",
    "left-arm",
    "right-arm",
    "left-leg",
    "right-leg",
    "left-shoe",
    "right-shoe",
)
IGNORE = 255
LICENCE = (
    "Clothing Co-Parsing, Apache-2.0 as stated in its repository; the photographers' "
    "rights are not established"
)
# Seen by eye: two people are labelled as one; the pose takes a front for a back.
LEFT_OUT = {"0940"}
MIRRORED = {"0679"}
# Seen by eye: the strip beside the labelled person, as m2fp cuts it, shows nobody else.
CLEAN_SCENES = Path(__file__).with_name("clean_scenes.txt")
EVERY = 10  # One photo in this many, by sorted name, is for validation.
# Landmarks seen in a mirror.
MIRROR = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9] + [i + 1 if i % 2 else i - 1 for i in range(11, 33)]
# Face mesh points from the person's left ear through the chin (middle) to the right ear.
JAW = [
    454,
    323,
    361,
    288,
    397,
    365,
    379,
    378,
    400,
    377,
    152,
    148,
    176,
    149,
    150,
    136,
    172,
    58,
    132,
    93,
    234,
]
FOREHEAD = 10
GROUPS = {"arms": slice(11, 17), "legs": slice(23, 33)}


class Tags(NamedTuple):
    """How a tag map reads: `category` uint8 (256,) is a CIHP id per tag (IGNORE too),
    `skin`, `shoe` and `person` bool (256,) say which tags are skin, shoes and not background."""

    category: NDArray[np.uint8]
    skin: NDArray[np.bool_]
    shoe: NDArray[np.bool_]
    person: NDArray[np.bool_]


def read_tags(ccp: Path) -> Tags:
    """The meaning of every tag id from the data set's tags.json and tag_to_cihp.json."""
    names: dict[str, str] = json.loads((ccp / "tags.json").read_text())
    to_cihp: dict[str, str] = json.loads((ccp / "tag_to_cihp.json").read_text())
    tags = Tags(np.full(256, IGNORE, np.uint8), *(np.zeros(256, bool) for _ in range(3)))
    for key, name in names.items():
        tag, cihp = int(key), to_cihp[name]
        tags.skin[tag], tags.shoe[tag] = cihp == "skin", cihp == "shoe"
        tags.person[tag] = name != "null"
        if cihp in CIHP:
            tags.category[tag] = CIHP.index(cihp)
        elif cihp not in ("skin", "shoe", "ignore"):
            raise ValueError(f"tag {name!r}: {cihp!r} is no CIHP class")
    return tags


def read_image(path: Path) -> Image:
    """An image file as it is stored: BGR uint8 (h, w, 3) or grey uint8 (h, w)."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise OSError(f"cannot read {path}")
    return np.asarray(image, np.uint8)


def detect(pose: Any, photo: Image) -> NDArray[np.float64] | None:
    """Pose landmarks of an RGB photo: float64 (33, 3), x and y in px and visibility 0-1."""
    found = pose.process(photo).pose_landmarks
    if found is None:
        return None
    height, width = photo.shape[:2]
    return np.array([(p.x * width, p.y * height, p.visibility) for p in found.landmark])


def detect_mirrored(pose: Any, photo: Image) -> NDArray[np.float64] | None:
    """As `detect`, found in the mirrored photo and mirrored back."""
    points = detect(pose, np.ascontiguousarray(photo[:, ::-1]))
    if points is not None:
        points[:, 0] = photo.shape[1] - points[:, 0]
    return None if points is None else points[MIRROR]


def views(photo: Image, person: NDArray[np.bool_]) -> Iterator[tuple[Image, float, float, float]]:
    """RGB copies that show the labelled person rather than passers-by, each with its scale and
    its origin's x and y in the photo: cut to the person, the same without the surroundings, and
    that enlarged."""
    ys, xs = np.nonzero(person)
    pad = round(0.12 * (ys.max() - ys.min()))
    framed = cv2.copyMakeBorder(photo, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    alone = np.where(person[:, :, None], photo, np.uint8(190))
    alone = cv2.copyMakeBorder(alone, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(190,) * 3)
    y, x = int(ys.min()), int(xs.min())
    box = (slice(y, int(ys.max()) + 2 * pad), slice(x, int(xs.max()) + 2 * pad))
    yield np.ascontiguousarray(framed[box]), 1.0, x - pad, y - pad
    yield np.ascontiguousarray(alone[box]), 1.0, x - pad, y - pad
    yield np.asarray(cv2.resize(alone[box], None, fx=2, fy=2), np.uint8), 2.0, x - pad, y - pad


def fit(points: NDArray[np.float64], person: NDArray[np.bool_]) -> float:
    """How well joints (33, 3) lie on the person: the share of main joints inside, less the share
    of the height left out."""
    main = points[[0, 11, 12, 13, 14, 23, 24, 25, 26, 27, 28], :2].round().astype(int)
    height, width = person.shape
    x, y = main[:, 0].clip(0, width - 1), main[:, 1].clip(0, height - 1)
    ys = np.flatnonzero(person.any(1))
    missed = 1 - np.ptp(main[:, 1]) / (ys[-1] - ys[0])
    grown = cv2.dilate(person.astype(np.uint8), np.ones((9, 9), np.uint8))
    return float(grown[y, x].mean() - abs(missed - 0.12))


def findings(pose: Any, photo: Image, person: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """The findings (33, 3) in all views of the person and their mirrors, in photo px, best fit
    first, without those that fit clearly worse than the best."""
    found = []
    for view, scale, x, y in views(photo, person):
        for points in (detect(pose, view), detect_mirrored(pose, view)):
            if points is not None:
                points[:, :2] = points[:, :2] / scale + (x, y)
                found.append(points)
        if len(found) >= 2 and max(fit(f, person) for f in found) > 0.7:
            break
    best = max((fit(f, person) for f in found), default=0.0)
    found = [f for f in found if fit(f, person) > best - 0.15]
    return sorted(found, key=lambda f: -fit(f, person))


def swapped(a: NDArray[np.float64], b: NDArray[np.float64], joints: slice) -> bool:
    """Whether two findings (33, 3) of a limb pair agree better with left and right exchanged."""
    straight = np.linalg.norm(a[joints, :2] - b[joints, :2], axis=1).sum()
    crossed = np.linalg.norm(a[joints, :2] - b[MIRROR][joints, :2], axis=1).sum()
    return bool(crossed < straight)


def find_face(mesh: Any, photo: Image, points: NDArray[np.float64]) -> list[list[float]] | None:
    """Jaw points from ear to ear and, last, the forehead's top, in px; None without a face."""
    torso = float(np.linalg.norm(points[11:13, :2].mean(0) - points[23:25, :2].mean(0)))
    centre, half = points[:11, :2].mean(0), max(0.45 * torso, 20.0)
    pad = int(half) + 1
    framed = cv2.copyMakeBorder(photo, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    x, y = (np.clip(centre, 0, photo.shape[1::-1]) - half + pad).astype(int)
    crop = framed[y : y + int(2 * half), x : x + int(2 * half)]
    scale = 384 / crop.shape[0]
    faces = mesh.process(cv2.resize(crop, (384, 384))).multi_face_landmarks
    if not faces:
        return None
    marks = np.array([(p.x, p.y) for p in faces[0].landmark]) * 384 / scale + (x - pad, y - pad)
    if np.linalg.norm(marks[1] - points[0, :2]) > 0.3 * torso:
        return None
    return [[round(float(v), 2) for v in marks[i]] for i in [*JAW, FOREHEAD]]


def joints_of(pose: Any, mesh: Any, photo: Image, person: NDArray[np.bool_]) -> Joints | None:
    """The joints of a photo as they stand in joints.json, None where no pose is found."""
    seen = findings(pose, photo, person)
    if not seen:
        return None
    disputed = [
        name
        for name, joints in GROUPS.items()
        if any(swapped(seen[0], other, joints) for other in seen[1:])
    ]
    points = seen[0] if disputed else np.mean(seen, axis=0)
    return {
        "points": np.round(points, 2).tolist(),
        "face": find_face(mesh, photo, points),
        "disputed": disputed,
        "fit": round(fit(points, person), 3),
    }


def find_joints(ccp: Path, names: list[str], person: NDArray[np.bool_]) -> dict[str, Joints | None]:
    """The joints of photos by name; `person` bool (256,) says which tags are the person."""
    import mediapipe as mp

    pose = mp.solutions.pose.Pose(static_image_mode=True, model_complexity=1)
    mesh = mp.solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1)
    found: dict[str, Joints | None] = {}
    for name in names:
        photo = np.ascontiguousarray(read_image(ccp / "photos" / f"{name}.jpg")[:, :, ::-1])
        mask = person[read_image(ccp / "labels" / f"{name}.png")]
        joints = joints_of(pose, mesh, photo, mask)
        if joints is not None and name in MIRRORED:
            points = joints["points"]
            joints["points"] = points[:11] + [points[i] for i in MIRROR[11:]]
        found[name] = joints
    return found


def all_joints(ccp: Path, names: list[str], tags: Tags, cache: Path) -> dict[str, Joints | None]:
    """The joints of every photo, from the cache where it has them; keeps the new ones there."""
    known: dict[str, Joints | None] = json.loads(cache.read_text()) if cache.exists() else {}
    missing = [n for n in names if n not in known]
    if missing:
        with ProcessPoolExecutor(2) as pool:
            jobs = [pool.submit(find_joints, ccp, missing[i::2], tags.person) for i in range(2)]
            for job in jobs:
                known.update(job.result())
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(known, sort_keys=True))
    return known


def body_of(joints: Joints | None) -> Body | None:
    """A photo's joints in the form that `label_parts` takes."""
    if joints is None:
        return None
    face = None if joints["face"] is None else np.array(joints["face"])
    points = np.array(joints["points"])[:, :2]
    return Body(points, None if face is None else face[:-1], None if face is None else face[-1])


def label(tag_map: Image, tags: Tags, body: Body | None) -> tuple[Image, Image]:
    """Category ids (CIHP's, IGNORE where unknown) and human ids (0 or 1) of a tag map, each
    uint8 (h, w)."""
    category = tags.category[tag_map]
    if body is not None:
        skin, shoe = tags.skin[tag_map], tags.shoe[tag_map]
        parts = label_parts(skin, shoe, body)
        category[skin | shoe] = parts[skin | shoe]
    return category, tags.person[tag_map].astype(np.uint8)


def splits(names: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    """(folder, id file, names) of the two splits of all sorted names, less LEFT_OUT."""
    held = set(names[::EVERY])
    yield "Training", "train_id.txt", [n for n in names if n not in held | LEFT_OUT]
    yield "Validation", "val_id.txt", [n for n in names if n in held - LEFT_OUT]


def write_list(path: Path, names: list[str]) -> None:
    """Writes names, one a line."""
    path.write_text("".join(f"{n}\n" for n in names))


def write_png(path: Path, pixels: Image) -> str:
    """Writes an 8-bit grey PNG; returns its sha256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), pixels):
        raise OSError(f"cannot write {path}")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_split(
    ccp: Path, folder: Path, names: list[str], tags: Tags, joints: dict[str, Joints | None]
) -> list[tuple[str, str, str]]:
    """Writes one split's photos and label maps; returns (name, category sha256, human sha256)."""
    (folder / "Images").mkdir(parents=True)
    sums = []
    for name in names:
        shutil.copyfile(ccp / "photos" / f"{name}.jpg", folder / "Images" / f"{name}.jpg")
        body = body_of(joints[name])
        category, human = label(read_image(ccp / "labels" / f"{name}.png"), tags, body)
        sums.append(
            (
                name,
                write_png(folder / "Category_ids" / f"{name}.png", category),
                write_png(folder / "Human_ids" / f"{name}.png", human),
            )
        )
    return sums


def replace_folder(new: Path, old: Path) -> None:
    """Puts `new` in the place of `old`, so that a reader finds one or the other whole."""
    aside = old.with_name(old.name + ".old")
    shutil.rmtree(aside, ignore_errors=True)
    if old.exists():
        old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


def prepare(ccp: Path, out: Path) -> dict[str, Any]:
    """Writes the data set; returns what data.json holds."""
    tags, names = read_tags(ccp), sorted(p.stem for p in (ccp / "labels").glob("*.png"))
    joints = all_joints(ccp, names, tags, out / "joints.json")
    shutil.rmtree(new := out.with_name(out.name + ".new"), ignore_errors=True)
    clean = set(CLEAN_SCENES.read_text().split())
    sums, counts = [], {}
    for folder, id_file, part in splits(names):
        sums += write_split(ccp, new / folder, part, tags, joints)
        write_list(new / folder / id_file, part)
        write_list(new / folder / "scene_id.txt", [n for n in part if n in clean])
        counts[folder] = len(part)
    data = {
        "source": "Clothing Co-Parsing (CCP), the photos with pixel labels",
        "licence": LICENCE,
        "photos": counts,
        "mediapipe": version("mediapipe"),
        "left_out": sorted(LEFT_OUT),
        "no_pose": [n for n in names if joints[n] is None],
        "no_face_mesh": sum(j is not None and j["face"] is None for j in joints.values()),
        "left_right_disputed": [n for n in names if (joints[n] or {}).get("disputed")],
        "sha256": hashlib.sha256(json.dumps(sorted(sums)).encode()).hexdigest(),
    }
    (new / "data.json").write_text(json.dumps(data, indent=1) + "\n")
    shutil.copyfile(out / "joints.json", new / "joints.json")
    replace_folder(new, out)
    return data


def colours() -> NDArray[np.uint8]:
    """BGR colour of every category id, uint8 (256, 3): left parts red, right parts blue."""
    table = np.zeros((256, 3), np.uint8)
    grey = [0, 90, 60, 90, 200, 120, 130, 110, 150, 140, 0, 160, 145]
    table[:13] = np.array(grey, np.uint8)[:, None]
    table[10], table[13], table[IGNORE] = (60, 200, 60), (0, 230, 255), (90, 60, 90)
    table[14], table[16], table[18] = (40, 40, 255), (90, 120, 255), (0, 0, 150)
    table[15], table[17], table[19] = (255, 60, 40), (255, 160, 90), (150, 0, 0)
    return table


def sample_tile(out: Path, folder: str, name: str, height: int) -> Image:
    """Photo and coloured labels side by side, cut to the person: BGR uint8 (height, w, 3)."""
    photo = read_image(out / folder / "Images" / f"{name}.jpg")
    ids = read_image(out / folder / "Category_ids" / f"{name}.png")
    ys, xs = np.nonzero(ids)
    box = (slice(max(ys.min() - 8, 0), ys.max() + 8), slice(max(xs.min() - 8, 0), xs.max() + 8))
    tile = np.concatenate([photo[box], colours()[ids][box]], axis=1)
    width = round(tile.shape[1] * height / tile.shape[0])
    tile = cv2.resize(tile, (width, height), interpolation=cv2.INTER_AREA)
    cv2.putText(tile, name, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 255), 1, cv2.LINE_AA)
    return np.asarray(tile, np.uint8)


def contact_sheet(out: Path, path: Path, names: list[str], columns: int, height: int) -> None:
    """Writes a PNG of photos beside their labels, with a legend of the split parts."""
    where = {p.stem: p.parts[-3] for p in out.glob("*/Images/*.jpg")}
    tiles = [sample_tile(out, where[n], n, height) for n in names]
    width = max(t.shape[1] for t in tiles)
    tiles = [np.pad(t, ((0, 2), (0, width + 4 - t.shape[1]), (0, 0))) for t in tiles]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.concatenate(tiles[i : i + columns], 1) for i in range(0, len(tiles), columns)]
    legend = np.zeros((24, rows[0].shape[1], 3), np.uint8)
    for i, part in enumerate((10, 13, 14, 16, 18, 15, 17, 19)):
        cv2.putText(
            legend,
            CIHP[part],
            (8 + 110 * i, 17),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.5,
            colours()[part].tolist(),
            1,
            cv2.LINE_AA,
        )
    cv2.imwrite(str(path), np.concatenate([legend, *rows]))


def main() -> None:
    """Writes the data set and, if asked, a contact sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ccp", type=Path, required=True, help="folder of the CCP photos")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--contact-sheet", type=Path, help="PNG of samples to check by eye")
    parser.add_argument("--samples", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--names", nargs="*", help="photos of the sheet, instead of random ones")
    args = parser.parse_args()
    print(json.dumps(prepare(args.ccp, args.out), indent=1))
    if args.contact_sheet:
        every = sorted(p.stem for p in args.out.glob("*/Images/*.jpg"))
        names = args.names or random.Random(args.seed).sample(every, args.samples)
        contact_sheet(args.out, args.contact_sheet, names, columns=5, height=430)


if __name__ == "__main__":
    main()
