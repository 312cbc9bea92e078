from __future__ import annotations

from pathlib import Path

import pytest

from m2fp.errors import ConfigError
from m2fp.service.jobs.disk import check_local_disk
from m2fp.service.jobs.sqlite_store import SqliteJobStore

_TABLE = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:30 / {point} rw,relatime - {kind} somewhere rw
"""


def table(folder: Path, kind: str, point: str) -> Path:
    path = folder / "mountinfo"
    path.write_text(_TABLE.format(kind=kind, point=point.replace(" ", "\\040")), "utf-8")
    return path


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "drvfs", "virtiofs", "fuse.sshfs"])
def test_shares_are_refused(tmp_path: Path, kind: str) -> None:
    mounts = table(tmp_path, kind, "/mnt/c")
    with pytest.raises(ConfigError, match=kind) as caught:
        check_local_disk(Path("/mnt/c/Users/anna"), mounts=mounts)
    assert caught.value.option == "serve.data"
    check_local_disk(Path("/mnt/cc"), mounts=mounts)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs"])
def test_disks_are_taken(tmp_path: Path, kind: str) -> None:
    check_local_disk(Path("/mnt/c/data"), mounts=table(tmp_path, kind, "/mnt/c"))


def test_the_innermost_mount_counts(tmp_path: Path) -> None:
    mounts = table(tmp_path, "nfs", "/srv")
    with mounts.open("a", encoding="utf-8") as file:
        file.write("41 40 254:1 / /srv/local rw - ext4 /dev/vdb rw\n")
    check_local_disk(Path("/srv/local/m2fp"), mounts=mounts)
    with pytest.raises(ConfigError):
        check_local_disk(Path("/srv/other"), mounts=mounts)


def test_of_two_mounts_on_a_point_the_later_counts(tmp_path: Path) -> None:
    mounts = table(tmp_path, "ext4", "/data")
    with mounts.open("a", encoding="utf-8") as file:
        file.write("50 40 0:50 / /data rw - nfs4 server:/x rw\n")
    with pytest.raises(ConfigError):
        check_local_disk(Path("/data/m2fp"), mounts=mounts)


def test_a_point_with_a_space(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        check_local_disk(Path("/my share/m2fp"), mounts=table(tmp_path, "nfs", "/my share"))


def test_where_nobody_says(tmp_path: Path) -> None:
    check_local_disk(tmp_path, mounts=tmp_path / "none")


def test_the_store_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "m2fp.service.jobs.sqlite_database.check_local_disk",
        lambda folder: (_ for _ in ()).throw(ConfigError(str(folder))),
    )
    with pytest.raises(ConfigError, match=str(tmp_path)):
        SqliteJobStore(tmp_path / "jobs.sqlite")
