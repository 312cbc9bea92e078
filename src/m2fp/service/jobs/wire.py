"""Parts of jobs as the JSON that both stores keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from m2fp.service.jobs.job import ParseOptions


def options_to_json(options: ParseOptions) -> str:
    """Return options as JSON."""
    return json.dumps(asdict(options), separators=(",", ":"))


def options_from_json(text: str) -> ParseOptions:
    """Return what `options_to_json` was given."""
    fields = json.loads(text)
    return ParseOptions(
        model=fields["model"],
        formats=tuple(fields["formats"]),
        flip=fields["flip"],
        scales=tuple(fields["scales"]),
    )


def mapping_to_json(mapping: Mapping[str, str] | Mapping[str, float]) -> str:
    """Return a flat mapping as JSON."""
    return json.dumps(dict(mapping), separators=(",", ":"))
