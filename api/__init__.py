"""JSON for programs. `register` puts the API on the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from flask import Flask


def register(
    app: Flask, *, launch_run: Callable[[str], object], link_to: Callable[[Any, str], str]
) -> None:
    """Serve the API below /api/v1, with problem documents for all of /api, OAuth's endpoints, and
    one for the reports of payment providers.

    `launch_run` lets a process of its own work on the billing run of that id; `link_to` gives the
    address of the page that a link by mail opens (billing.entrance.letters.LinkTo).
    """
    from api import routes
    from api.oauth import routes as oauth_routes
    from api.payments import reports

    routes.register(app, launch_run, link_to)
    oauth_routes.register(app)
    reports.register(app)


def load() -> None:
    """Load the code of every endpoint."""
    from api import routes
    from api.oauth import routes as oauth_routes  # noqa: F401
    from api.payments import reports  # noqa: F401

    routes.features()


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of it."""
    from api.description.endpoints import get_openapi

    found: dict[str, Any] = get_openapi()
    return found
