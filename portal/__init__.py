"""HTML for people. Importing this package alone stays cheap: gunicorn's settings live in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Put the pages and everything they share on the application."""
    from portal import shell
    from portal.routes import blueprints

    shell.init_app(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
