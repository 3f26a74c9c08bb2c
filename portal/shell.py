"""What every page shares, in the order in which a request meets it."""

from collections.abc import Iterator

from flask import Flask, abort, request
from flask_htmx import HTMX
from flask_wtf import CSRFProtect

from portal import assets, headers, problems, sessions, template_helpers, watch
from portal.languages import reader as languages
from portal.programs import is_for_programs
from portal.seller import brand

htmx = HTMX()
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Install sessions, CSRF, headers, error pages and template helpers."""
    languages.init_app(app)
    csrf.init_app(app)
    htmx.init_app(app)
    sessions.init_app(app)
    headers.init_app(app)
    problems.init_app(app)
    assets.init_app(app)
    template_helpers.init_app(app)
    brand.init_app(app)
    watch.init_app(app)
    app.before_request(_protect)


def _protect() -> None:
    """CSRF for all that a browser's cookie could carry; the API takes bearer tokens only."""
    if is_for_programs(request.path):
        return
    if "\x00" in request.path or any("\x00" in value for _, value in _everything_typed()):
        abort(400)  # no browser sends it, and no page may show it
    csrf.protect()


def _everything_typed() -> Iterator[tuple[str, str]]:
    yield from request.args.items(multi=True)
    yield from request.form.items(multi=True)
