"""Reading what the processor can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from m2fp.engine import processor
from m2fp.engine.processor import cpu_features, has_avx512


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("model name : x\nflags\t\t: fpu avx2 avx512_vnni avx\n", ["avx", "avx2", "avx512_vnni"]),
        ("Features\t: fp asimd asimddp i8mm\n", ["asimd", "asimddp", "i8mm"]),
        ("", []),
    ],
)
def test_cpu_features(tmp_path: Path, text: str, features: list[str]) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(text)
    assert cpu_features(file) == features


def test_cpu_features_where_there_is_no_cpuinfo(tmp_path: Path) -> None:
    assert all(isinstance(name, str) for name in cpu_features(tmp_path / "none"))


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        (["avx2", "avx512f"], True),
        (["X86_V3", "X86_V4"], True),
        (["avx", "avx2", "fma"], False),
        (["asimd", "sve"], False),
        ([], False),
    ],
)
def test_avx512(monkeypatch: pytest.MonkeyPatch, features: list[str], expected: bool) -> None:
    monkeypatch.setattr(processor, "cpu_features", lambda: features)
    assert has_avx512() is expected
