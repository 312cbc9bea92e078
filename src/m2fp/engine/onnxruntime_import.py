"""ONNX Runtime without its telemetry.

From 1.29 on, merely importing the official package tells Microsoft so, where there is a network,
and writes an identifier of the user to `~/.cache/Microsoft`; every session then reports the name
and a hash of its model. One environment variable, looked at once at the import, turns all of it
off on Linux and macOS; on Windows, where the system collects the events, a call does.
"""

from __future__ import annotations

import os
import threading
from types import ModuleType
from typing import Final

from m2fp.errors import EngineUnavailable

_SWITCH: Final = "ORT_DISABLE_TELEMETRY"

_lock = threading.Lock()  # guards the environment


def import_onnxruntime() -> ModuleType:
    """Return the package `onnxruntime`, whose telemetry is off from then on.

    An application that imported ONNX Runtime itself has sent its first event already.

    Raises:
        EngineUnavailable: it is not installed, or does not work on this machine.
    """
    with _lock:
        known = os.environ.get(_SWITCH)
        os.environ[_SWITCH] = "1"
        try:
            import onnxruntime
        except ModuleNotFoundError as error:
            raise EngineUnavailable(
                "ONNX Runtime is not installed: pip install onnxruntime", engine="onnxruntime"
            ) from error
        except (ImportError, OSError) as error:
            raise EngineUnavailable(
                f"ONNX Runtime is installed but cannot be loaded ({error}); install it again",
                engine="onnxruntime",
            ) from error
        finally:
            if known is None:
                del os.environ[_SWITCH]
            else:
                os.environ[_SWITCH] = known
    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module
