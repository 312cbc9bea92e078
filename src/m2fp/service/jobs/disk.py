"""Telling whether a folder is on a disk of this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from m2fp.errors import ConfigError

_MOUNTS: Final = Path("/proc/self/mountinfo")

# SQLite's WAL is shared memory between processes, which these do not share, and some of them lock
# files in name only: the database would be damaged sooner or later (sqlite.org/wal.html).
_SHARED: Final = frozenset(
    (
        *("9p", "drvfs", "virtiofs", "prl_fs", "vboxsf", "vmhgfs", "fuse.vmhgfs-fuse"),
        *("fakeowner", "fuse.grpcfuse", "fuse.osxfs"),  # Docker Desktop
        *("cifs", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "fuse.sshfs"),
        *("afs", "beegfs", "ceph", "glusterfs", "fuse.glusterfs", "gpfs", "lustre"),
        *("fuse.rclone", "fuse.s3fs"),
    )
)


def check_local_disk(folder: Path, *, mounts: Path = _MOUNTS) -> None:
    """Return when jobs may be kept in this folder.

    Args:
        folder: an existing folder.
        mounts: the table of mounts as Linux shows it. Other systems have none, and there
            only a share of Windows is recognised, by its two backslashes.

    Raises:
        ConfigError: it is on a share of another machine, or of the system that this one runs in.
    """
    kind = "smb" if str(folder).startswith("\\\\") else _file_system(folder.resolve(), mounts)
    if kind == "smb" or kind in _SHARED:
        raise ConfigError(
            f"{folder} is on a shared file system ({kind}), where a database of jobs gets damaged; "
            "give --data a folder on a disk of this machine. In WSL2 that is one below /home, not "
            "/mnt/c; in Docker a named volume, not a folder of Windows or macOS. Pictures and "
            "results may stay on a share: set queue.blobs",
            option="serve.data",
        )


def _file_system(folder: Path, mounts: Path) -> str | None:
    """Return the kind of file system that holds a folder, or None where nobody says."""
    try:
        table = mounts.read_text("utf-8", errors="surrogateescape")
    except OSError:
        return None
    best: tuple[int, str] | None = None
    for line in table.splitlines():
        # 36 35 98:0 /root /mount\040point rw,noatime master:1 - ext4 /dev/sda1 rw
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        point = Path(_unescape(fields[4]))
        # Of two mounts on one point the later one hides the other.
        if folder.is_relative_to(point) and (best is None or len(point.parts) >= best[0]):
            best = len(point.parts), right.split()[0]
    return best[1] if best else None


def _unescape(text: str) -> str:
    """Return text whose spaces, tabs, newlines and backslashes are octal, as it is."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
