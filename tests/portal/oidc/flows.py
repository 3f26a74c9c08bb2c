"""Out to the provider and back, and what is seen then."""

from __future__ import annotations

import requests

from billing.database import Database, Row
from tests.portal.page_client import PageClient, Seen

BUTTON = "/sign-in/oidc"


def go(reader: PageClient, start: str = BUTTON) -> Seen:
    """Press the button and follow every redirect as a browser does, up to the first page."""
    return come_back(reader, at_provider(reader, start))


def at_provider(reader: PageClient, start: str = BUTTON) -> str:
    """The address at the provider that the button leads to."""
    answer = reader.browser.get(start)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(reader: PageClient, address: str) -> Seen:
    """Agree at the provider; what the portal answers to who comes back."""
    back = requests.get(address, allow_redirects=False, timeout=30).headers["Location"]
    assert back.startswith(f"http://localhost{BUTTON}/callback?")
    return reader.get(back.removeprefix("http://localhost"))


def refused(seen: Seen, status: int, words: str) -> None:
    """A plain page that says what to do, with both ways of signing in still there."""
    assert seen.status == status, seen.alerts() if seen.page is not None else seen.to
    assert words in seen.alerts()
    assert seen.title == "Sign in"
    assert seen.form().get("action", "").startswith("/sign-in")


def only_user(db: Database[Row], email: str = "ada@example.com") -> Row:
    (row,) = db.users.find({"email": email})
    return row
