"""What holds of every response."""

from __future__ import annotations

from httpx2 import Response

from m2fp.service.http.problems import KINDS, MEDIA_TYPE


def is_problem(response: Response, code: str, *, within: str = "") -> dict[str, object]:
    """Check that a response is the problem document of this code; return it."""
    assert response.headers["content-type"] == MEDIA_TYPE, response.text
    document = response.json()
    assert document["code"] == code, document
    assert response.status_code == document["status"] == KINDS[code].status
    assert document["type"] == f"urn:m2fp:problem:{code}"
    assert document["title"] == KINDS[code].title
    assert document["instance"] == f"/requests/{response.headers['x-request-id']}"
    assert within in document["detail"]
    return document
