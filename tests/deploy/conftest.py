"""Which tests of this folder there are."""

from __future__ import annotations

import os

# They need a built image: .ci/container makes one and calls them.
collect_ignore = [] if os.environ.get("IMAGE_ROOT") else ["test_image.py"]
