"""Addresses of jobs and items, below the root of the service."""

from __future__ import annotations


def job_url(job_id: str) -> str:
    """Return the address of a job."""
    return f"/v1/jobs/{job_id}"


def item_url(job_id: str, index: int) -> str:
    """Return the address of an item."""
    return f"{job_url(job_id)}/items/{index}"
