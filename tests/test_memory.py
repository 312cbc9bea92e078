"""What the operating system says about this process."""

from __future__ import annotations

import sys

import pytest

from m2fp.memory import peak_bytes, resident_bytes, status_bytes


def test_status_fields() -> None:
    status = "Name:\tpython\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n"
    assert status_bytes(status, "VmHWM") == 2_097_152
    assert status_bytes(status, "VmRSS") == 1_048_576
    assert status_bytes(status, "VmSwap") is None
    assert status_bytes("", "VmRSS") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not say")
def test_this_process_has_a_peak() -> None:
    peak, now = peak_bytes(), resident_bytes()
    assert peak is not None
    assert peak > 1_000_000
    assert now is None or now <= peak * 1.1
