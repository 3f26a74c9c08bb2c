"""JSON for programs. `register` puts the API on the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def register(app: Flask, *, launch_run: Callable[[str], None]) -> None:
    """Serve the API below /api/v1, with problem documents for all of /api.

    `launch_run` lets a process of its own work on the billing run of that id.
    """
    from api import routes

    routes.register(app, launch_run)
