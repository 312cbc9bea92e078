"""Requests made from the OpenAPI document: nothing breaks, and answers are as described."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from tests.service.http.world import make_world, picture
from tests.service.http.zips import make_zip

# Real pictures among the nonsense, or nothing would ever get past the first look.
_BYTES = st.one_of(st.just(picture()), st.just(make_zip({"a.png": picture()})), st.binary())
for _kind in ("image/png", "image/jpeg", "application/octet-stream", "application/zip"):
    schemathesis.openapi.media_type(_kind, _BYTES)

_SECRET = "open sesame"  # noqa: S105
_DIGEST = hashlib.sha256(_SECRET.encode()).hexdigest()
_WORLD = make_world(Path(tempfile.mkdtemp(prefix="m2fp-schema-")), keys=f"all {_DIGEST} admin")

schema = schemathesis.openapi.from_asgi("/openapi.json", _WORLD.app)

# The key goes along with every request, so whether one is asked for is tested elsewhere. And no
# schema can say which bytes are a picture, or fit the length in a header.
_NOT_HERE = [ignored_auth, positive_data_acceptance]


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_answers_are_as_described(case: Case) -> None:
    case.call_and_validate(headers={"x-api-key": _SECRET}, excluded_checks=_NOT_HERE)
