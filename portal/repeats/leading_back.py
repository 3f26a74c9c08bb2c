"""Where a form leads back to when nothing else is known."""

from typing import Any

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException


def address_above() -> str:
    """Of the addresses above the present one, the nearest that shows a page.

    `/invoices/inv_1/void` leads to the invoice, `/customers/new` to all customers; so does
    deleting one.
    """
    known = {} if (request.endpoint or "").endswith(".delete") else request.view_args or {}
    path = request.path
    while path.strip("/"):
        endpoint, args = _shown_at(path)
        if endpoint not in {None, request.endpoint} and args.items() <= known.items():
            return url_for(str(endpoint), **args)
        path = path.rpartition("/")[0]
    return url_for("dashboard.index")


def _shown_at(path: str) -> tuple[str | None, dict[str, Any]]:
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, args = adapter.match(path, method="GET") if adapter else (None, {})
    except HTTPException:  # nothing there, or nothing to be shown
        return None, {}
    return endpoint, dict(args)
