"""The web page at `/`: drop photos, see them parsed."""

from __future__ import annotations

from m2fp.service.http.page.routes import router

__all__ = ["router"]
