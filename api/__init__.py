"""JSON for programs. `register` puts the API on the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Serve the API below /api/v1, with problem documents for all of /api."""
    from api import routes

    routes.register(app)
