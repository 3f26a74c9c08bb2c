"""HTML for people. Importing this package alone stays cheap: gunicorn's settings live in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from flask import Flask


def register(app: Flask, *, openapi: Callable[[], dict[str, Any]]) -> None:
    """Put the pages and everything they share on the application.

    `openapi` gives the document that the pages about the API are drawn from.
    """
    from portal import shell
    from portal.api_docs.views import OPENAPI
    from portal.routes import blueprints

    app.extensions[OPENAPI] = openapi
    shell.init_app(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)


def load() -> None:
    """Load the code of every page."""
    from portal import shell  # noqa: F401
    from portal.routes import blueprints

    blueprints()
