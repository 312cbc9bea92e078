"""What `import m2fp` offers, and how little it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import m2fp

HEAVY = ("cv2", "onnxruntime", "torch", "pydantic", "typer", "fastapi", "scipy", "matplotlib")
SOURCE = Path(m2fp.__file__).parent.parent


def run_python(code: str) -> str:
    """Return what the code prints in a fresh interpreter."""
    script = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); {code}"
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", m2fp.__all__)
def test_every_export_exists(name: str) -> None:
    assert getattr(m2fp, name) is not None
    assert name in dir(m2fp)


def test_exports_are_sorted_and_complete() -> None:
    assert sorted(m2fp.__all__) == list(m2fp.__all__)
    assert set(m2fp._HOMES) == set(m2fp.__all__) - {"__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Parsers"):
        m2fp.Parsers  # noqa: B018


@pytest.mark.parametrize("code", ["import m2fp", "from m2fp import *", "import m2fp.parser"])
def test_nothing_heavy_is_imported(code: str) -> None:
    loaded = run_python(f"{code}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))")
    assert loaded == ""


@pytest.mark.parametrize(
    "module", ["m2fp.checkpoints", "m2fp.export", "m2fp.export.int8", "m2fp.evaluation"]
)
def test_only_training_needs_what_training_brings(module: str) -> None:
    code = "sys.modules.update(dict.fromkeys(('cv2', 'matplotlib', 'scipy')))"
    assert run_python(f"{code}; import {module}; print({module}.__name__)") == module


def test_import_is_quick() -> None:
    code = "import time; t = time.perf_counter(); import m2fp; print(time.perf_counter() - t)"
    assert min(float(run_python(code)) for _ in range(3)) < 0.3
