"""What this program is made of."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import m2fp
from m2fp.service.operation.snapshot import BuildFacts


def build_facts() -> BuildFacts:
    """Return the versions, without importing what has them: only workers load the run-time."""
    try:
        onnxruntime = version("onnxruntime")
    except PackageNotFoundError:  # a build of another name, as for GPUs
        onnxruntime = "unknown"
    return BuildFacts(
        version=m2fp.__version__, python=platform.python_version(), onnxruntime=onnxruntime
    )
