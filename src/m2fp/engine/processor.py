"""What the processor can do."""

from __future__ import annotations

import re
from pathlib import Path

# Instructions that decide how fast networks run, on x86 and on ARM.
_TELLING = (
    *("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16"),
    *("amx_bf16", "amx_int8"),
    *("asimd", "asimddp", "i8mm", "bf16", "sve"),
)
# NumPy names groups of instructions; these say that AVX-512 is there.
_AVX512 = frozenset({"avx512f", "X86_V4", "AVX512F", "AVX512_SKX"})


def cpu_features(cpuinfo: Path = Path("/proc/cpuinfo")) -> list[str]:
    """Return the instruction sets that matter here; NumPy's word where Linux has none.

    Args:
        cpuinfo: Linux's description of the processors; tests pass another.
    """
    try:
        text = cpuinfo.read_text(encoding="ascii", errors="replace")
    except OSError:
        return _features_of_numpy()
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    present = set(found.group(1).split()) if found else set()
    return [name for name in _TELLING if name in present]


def has_avx512() -> bool:
    """Return whether this is an x86 processor with 512-bit vectors."""
    return not _AVX512.isdisjoint(cpu_features())


def _features_of_numpy() -> list[str]:
    import numpy as np

    config = np.show_config(mode="dicts")
    extensions = (config or {}).get("SIMD Extensions", {})
    return [*extensions.get("baseline", []), *extensions.get("found", [])]
