"""What of a setting may be shown."""

from __future__ import annotations

import re
from typing import Final

# scheme://user:password@host: everything between the scheme and the last @ before the path.
_USER_PART: Final = re.compile(r"(?<=://)[^/?#\s]*@")


def masked(text: str) -> str:
    """Return the text with the user and password of every address in it replaced by ***."""
    return _USER_PART.sub("***@", text)
