"""What a first visit loads: scripts and styles, in the bytes that go over the wire."""

from __future__ import annotations

import pytest

from tests.factories import create_customer, create_invoice
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

MOST_BYTES = 200_000
PAGES = ["/", "/customers", "/invoices", "/dunning"]


def loaded(browser: PageClient, path: str) -> dict[str, int]:
    """The scripts and styles that a page names, with the bytes that are sent for each."""
    page = browser.get(path).page
    assert page is not None
    scripts = {found.get("src", "") for found in page.iter("script")}
    styles = {
        found.get("href", "") for found in page.iter("link") if "css" in found.get("href", "")
    }
    found = {}
    for name in (scripts | styles) - {""}:
        answer = browser.browser.get(name, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, name
        assert answer.headers["Content-Encoding"] == "gzip", name
        found[name.partition("?")[0]] = len(answer.get_data())
    return found


@pytest.mark.parametrize("path", PAGES[:2])
def test_a_first_visit_is_light(admin: PageClient, path: str) -> None:
    create_invoice()
    found = loaded(admin, path)
    assert any(name.endswith("tabler.min.css") for name in found), found
    assert any(name.endswith("htmx.min.js") for name in found), found
    assert sum(found.values()) < MOST_BYTES, found


@pytest.mark.parametrize("path", ["/account"])
def test_a_customers_first_visit_is_light_too(visiting_as: Visitor, path: str) -> None:
    browser = visiting_as("customer", customer_id=create_customer().id)
    found = loaded(browser, path)
    assert 0 < sum(found.values()) < MOST_BYTES, found


def test_a_whole_day_in_the_portal_loads_little_more(admin: PageClient) -> None:
    """The dashboard's charts come on top of what every page has; all of it stays in the cache."""
    found: dict[str, int] = {}
    for path in PAGES:
        found |= loaded(admin, path)
    assert sum(found.values()) < MOST_BYTES, found
