"""What every page shares, in the order in which a request meets it."""

from flask import Flask, request
from flask_htmx import HTMX
from flask_wtf import CSRFProtect

from portal import assets, headers, problems, sessions, template_helpers

htmx = HTMX()
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Install sessions, CSRF, headers, error pages and template helpers."""
    csrf.init_app(app)
    htmx.init_app(app)
    sessions.init_app(app)
    headers.init_app(app)
    problems.init_app(app)
    assets.init_app(app)
    template_helpers.init_app(app)
    app.before_request(_protect)


def _protect() -> None:
    """CSRF for all that a browser's cookie could carry; the API takes bearer tokens only."""
    if not request.path.startswith("/api/"):
        csrf.protect()
