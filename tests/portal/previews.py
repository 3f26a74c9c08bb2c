"""Asking a form what it would do, as a button without script and as typing with it."""

from __future__ import annotations

from typing import Any

from tests.portal.page_client import PageClient, Seen


def asked(client: PageClient, page: Seen, **typed: Any) -> Seen:
    """The page again, with what its button would do."""
    return client.send(page, preview="y", **typed)


def asked_by_script(client: PageClient, page: Seen, **typed: Any) -> Seen:
    """The part of the page that says it."""
    data = page.values()
    for name, value in {**typed, "preview": "y"}.items():
        data.setlist(name, [value])
    headers = {"HX-Request": "true", "HX-Target": "preview"}
    return client.post(page.form().get("action", ""), data, headers=headers)
