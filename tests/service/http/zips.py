"""Zip files, honest and hostile."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping


def make_zip(
    members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, mode: int | None = None
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            if mode is not None:
                entry.external_attr = mode << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


LINK = stat.S_IFLNK | 0o777
