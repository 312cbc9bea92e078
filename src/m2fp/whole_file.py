"""Files that are complete or not there, whatever happens while they are written."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield the path of an empty draft beside `path`, and put it there once it is written.

    After an error the draft is gone and what was at `path` still is.

    Raises:
        OSError: the folder cannot be written to.
    """
    draft = path.with_name(f".{path.name[:60]}.{secrets.token_hex(6)}.part")
    try:
        draft.open("xb").close()
        mode = draft.stat().st_mode
        yield draft
        draft.chmod(mode)  # that of any new file of this user, whatever wrote the draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
