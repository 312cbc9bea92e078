"""Reading a folder of MakeHuman's things; what is in it is made up here."""

from pathlib import Path

import numpy as np
import pytest
from tests.synthesis.mhclo_files import write_patch

from m2fp.errors import DataError
from m2fp.synthesis.closet import closet
from m2fp.synthesis.figure import make_figure
from m2fp.synthesis.fitted import joined, read_fitted
from m2fp.synthesis.library import read_library
from m2fp.synthesis.part_ids import Cihp

_BVH = """HIERARCHY
ROOT root
{
 OFFSET 0 0 0
 CHANNELS 3 Xrotation Yrotation Zrotation
 End Site
 {
  OFFSET 0 0 1
 }
}
MOTION
Frames: 1
Frame Time: 0.04
0 0 0
"""


def _crown() -> list[tuple[int, int, int]]:
    """Return triples of base vertices about the crown of the head, in a ring."""
    data = closet().data
    skin = data.template[: data.skin_vertices]
    top = np.flatnonzero(skin[:, 1] > 0.80)
    angle = np.arctan2(skin[top, 0], skin[top, 2] - 0.05)
    ring = top[np.argsort(angle)][::4]
    return [(int(vertex), int(vertex), int(vertex)) for vertex in ring]


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Return a folder with a hat, one style of hair and two poses."""
    write_patch(tmp_path / "base/clothes/fedora01", "fedora", _crown(), offset=(0, 0.3, 0))
    write_patch(tmp_path / "base/hair/long01", "long01", _crown(), offset=(0, 0.1, 0))
    poses = tmp_path / "base/poses"
    poses.mkdir()
    for name in ("standing01", "fly01"):
        (poses / f"{name}.bvh").write_text(_BVH, encoding="utf-8")
    return tmp_path


def test_things_are_known_by_their_files(assets: Path) -> None:
    library = read_library(assets)
    assert list(library.sets) == ["fedora"]
    ((name, hat),) = library.pieces("hat")
    assert name == "fedora"
    assert hat.parts == (Cihp.HAT, Cihp.HAT)
    assert list(library.hair) == ["long01"]
    assert library.hair["long01"].parts == (Cihp.HAIR, Cihp.HAIR)
    assert [name for name, _ in library.poses] == ["standing01"]  # nobody flies
    assert library.pieces("top") == []


def test_the_inner_folder_will_do(assets: Path) -> None:
    assert list(read_library(assets / "base").sets) == ["fedora"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no clothes, hair or poses"):
        read_library(tmp_path)


def test_a_set_with_other_pieces_is_refused(tmp_path: Path) -> None:
    write_patch(tmp_path / "clothes/shoes01", "shoes01", _crown())
    with pytest.raises(DataError, match="not the shoes01"):
        read_library(tmp_path)


def test_a_mesh_without_its_vertices_is_refused(assets: Path) -> None:
    folder = assets / "base/clothes/fedora01"
    mesh = folder / "fedora.obj"
    mesh.write_text(mesh.read_text(encoding="utf-8") + "v 1 1 1\n", encoding="utf-8")
    with pytest.raises(DataError, match="differ in vertices"):
        read_fitted(folder / "fedora.mhclo", closet().data, closet().where)


def test_a_hat_lies_where_its_vertices_are_bound(assets: Path) -> None:
    own = closet()
    pieces = read_fitted(assets / "base/clothes/fedora01/fedora.mhclo", own.data, own.where)
    assert list(pieces) == [0]
    fitted = joined(list(pieces.values()))
    places = fitted.base.on(own.data.template)
    bound = own.data.template[[first for first, _, _ in _crown()]]
    np.testing.assert_allclose(places.max(axis=0) - bound.max(axis=0), [0, 0.03, 0], atol=0.02)


def test_a_brim_hides_nothing_of_the_nape(tmp_path: Path) -> None:
    where = closet().where
    skin = slice(closet().data.skin_vertices)
    nape = int(np.argmin(np.abs(where.x[skin]) + np.abs(where.y[skin] - 0.73) + where.z[skin]))
    for name in ("fedora", "short01"):
        folder = tmp_path / f"{'hair' if name == 'short01' else 'clothes'}/{name}"
        write_patch(folder, name, [(nape, nape, nape), *_crown()], closed=True)
    library = read_library(tmp_path)
    ((_, hat),) = library.pieces("hat")
    assert hat.covers(where)[nape] < 0
    assert library.hair["short01"].covers(where)[nape] > 0


@pytest.fixture
def shared_out(tmp_path: Path) -> Path:
    """Return a folder where each kind of thing is there for training and for validation."""
    for name in ("fedora", "fedora_cocked"):
        write_patch(tmp_path / f"clothes/{name}", name, _crown(), offset=(0, 0.3, 0))
    for name in ("long01", "bob02"):
        write_patch(tmp_path / f"hair/{name}", name, _crown(), offset=(0, 0.1, 0))
    (tmp_path / "poses").mkdir()
    for name in ("standing01", "standing02"):
        (tmp_path / f"poses/{name}.bvh").write_text(_BVH, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("split", "hat", "hair", "pose"),
    [("train", "fedora", "long01", "standing01"), ("val", "fedora_cocked", "bob02", "standing02")],
)
def test_splits_share_nothing(shared_out: Path, split: str, hat: str, hair: str, pose: str) -> None:
    library = read_library(shared_out).split(split)
    assert list(library.sets) == [hat]
    assert list(library.hair) == [hair]
    assert [name for name, _ in library.poses] == [pose]


def test_the_people_of_a_split_wear_its_share(shared_out: Path) -> None:
    worn = {
        split: " ".join(
            str(make_figure(np.random.default_rng(seed), shared_out, split=split).traits["worn"])
            for seed in range(5)
        )
        for split in ("train", "val")
    }
    assert "long01 hair" in worn["train"]
    assert "bob02" not in worn["train"]
    assert "bob02 hair" in worn["val"]
    assert "long01" not in worn["val"]
