"""OpenVINO without its telemetry.

Merely importing `openvino` (2026.4) starts a process that tells Google Analytics so, and writes an
identifier of the user to `~/intel` (`%LOCALAPPDATA%` on Windows), without asking. It does both
through the package `openvino_telemetry`, and does neither where that is not installed. So it is
made to look so while OpenVINO is imported. The conversion tools inside OpenVINO, which are the only
users of telemetry, then stay silent for the rest of the process.
"""

from __future__ import annotations

import sys
import threading
from types import ModuleType
from typing import Final

from m2fp.errors import EngineUnavailable, MissingExtra

_TELEMETRY: Final = "openvino_telemetry"

_lock = threading.Lock()  # guards the entry of sys.modules


def import_openvino() -> ModuleType:
    """Return the package `openvino`.

    An application that imported OpenVINO itself has had its telemetry already.

    Raises:
        MissingExtra: it is not installed.
        EngineUnavailable: it is installed, but does not work on this machine.
    """
    with _lock:
        known = sys.modules.get(_TELEMETRY)
        sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # Python's way to say "absent"
        try:
            import openvino
            import openvino.frontend
        except ModuleNotFoundError as error:
            if error.name != "openvino":
                raise _broken(error) from error
            raise MissingExtra(extra="openvino", purpose="The engine OpenVINO") from error
        except (ImportError, OSError) as error:
            raise _broken(error) from error
        finally:
            del sys.modules[_TELEMETRY]
            if known is not None:
                sys.modules[_TELEMETRY] = known
    module: ModuleType = openvino
    return module


def _broken(error: Exception) -> EngineUnavailable:
    return EngineUnavailable(
        f"OpenVINO is installed but cannot be loaded ({error}); install it again, or use the "
        "engine onnxruntime",
        engine="openvino",
    )
