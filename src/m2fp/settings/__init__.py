"""The settings of a run: command line over environment over m2fp.toml over default.

    M2FP_CONFIG                the m2fp.toml to read; else ./m2fp.toml, else this user's
    M2FP_MODEL                 model name or path of an ONNX file
    M2FP_ENGINE                auto, onnxruntime, openvino[-bf16|-per-size] or torch
    M2FP_THREADS               threads per photo; else OMP_NUM_THREADS, else what the machine grants
    M2FP_LOG_LEVEL             debug, info, warning or error
    M2FP_LOG_FORMAT            auto, json or text
    M2FP_CACHE_DIR             folder of fetched models; else this system's folder for caches
    M2FP_MODEL_MIRROR          servers to fetch models from, with commas; else ModelScope
    M2FP_OFFLINE               1 forbids every download
    M2FP_LIMITS__MAX_BYTES     and the other limits on pictures
    M2FP_SERVE__PORT           and all of the service: docs/operators/settings.md
    M2FP_QUEUE__REDIS_URL      and where its jobs are

In m2fp.toml the same names are written without M2FP_, in tables: `[serve]`, then `port = 7860`.
An unknown name is an error in either place, because most likely it is misspelt.

This is the only package that reads M2FP_ variables. Importing it costs a tenth of a second
(pydantic), so commands do that themselves.
"""

from m2fp.settings.fallbacks import THREADS_FALLBACK
from m2fp.settings.reading import SettingsRead, load_settings, read_settings
from m2fp.settings.secrets import masked
from m2fp.settings.tree import (
    LimitSettings,
    QueueOptions,
    ServeOptions,
    Settings,
    all_leaves,
    description_of,
    value_at,
    variables,
)

__all__ = [
    "THREADS_FALLBACK",
    "LimitSettings",
    "QueueOptions",
    "ServeOptions",
    "Settings",
    "SettingsRead",
    "all_leaves",
    "description_of",
    "load_settings",
    "masked",
    "read_settings",
    "value_at",
    "variables",
]
