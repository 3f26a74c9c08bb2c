"""Every page at once: accessible in light and dark, and nothing cut on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from billing.users.models import User
from tests.browser.conftest import Opened
from tests.browser.live import customer_pages, public_pages, staff_pages
from tests.portal.believable import ADMIN, CUSTOMER, build

AXE = Path("node_modules/axe-core/axe.min.js")
EVERYTHING = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
}
# A page in German differs from itself in English by its words and the room that they take.
WORDS = {
    "resultTypes": ["violations"],
    "runOnly": [
        "button-name", "empty-heading", "html-has-lang", "html-lang-valid", "label", "link-name",
        "scrollable-region-focusable", "target-size", "valid-lang",
    ],
}  # fmt: skip
# A page in the dark differs from itself in the light by its colours only.
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
GERMAN = [
    "dashboard", "customer", "customer-new", "plan-metered", "subscription", "invoices",
    "invoice-taxed", "run-dry", "dunning", "checks", "events", "profile",
    "views", "plan-metered-edit",
    "account", "account-subscriptions", "account-plan", "account-invoices", "account-team",
]  # fmt: skip
"""Where longer words have the least room: lists, boards, forms and facts."""
WITHOUT_SCROLLING = {"plan-metered", "plan-metered-edit", "views"}
"""Of these, whose tables are seen whole on a narrow screen."""
SCROLLS = """[...document.querySelectorAll('.table-wrap')]
    .filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent.trim())"""
NARROW: ViewportSize = {"width": 360, "height": 740}
READERS = [(None, "public"), (ADMIN, "staff"), (CUSTOMER, "customer")]


def _pages(kind: str) -> dict[str, str]:
    business = build()
    return {
        "public": {
            **public_pages(business),
            "missing": "/nowhere",
            "api-docs": "/api/docs",
            "api-docs-customers": "/api/docs/customers",
        },
        "staff": staff_pages(business),
        "customer": customer_pages(business),
    }[kind]


def findings(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds serious; it is loaded once for each page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    said = page.evaluate("options => window.axe.run(document, options)", options)
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:120]}"
        for found in said["violations"]
        if found["impact"] in {"serious", "critical"}
        for node in found["nodes"]
    ]


def _looked_at(page: Page, path: str) -> Iterator[tuple[str, object]]:
    """What is wrong with a page, by how it was looked at."""
    page.set_viewport_size(NARROW)
    page.goto(path)
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 360:
        yield "on a narrow screen", f"{width} px wide"
    page.set_viewport_size({"width": 1280, "height": 720})
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    page.emulate_media(color_scheme="light")
    if found := findings(page, EVERYTHING):
        yield "light", found
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("html[data-bs-theme=dark]", state="attached")
    if found := findings(page, COLOURS):
        yield "dark", found


@pytest.mark.parametrize(("email", "kind"), READERS, ids=[kind for _, kind in READERS])
def test_every_page_is_accessible_in_light_and_dark_and_holds_on_a_narrow_screen(
    open_browser: Opened, email: str | None, kind: str
) -> None:
    pages = _pages(kind)
    page = open_browser(email, reduced_motion="reduce")
    found = {}
    for name, path in pages.items():
        if wrong := dict(_looked_at(page, path)):
            found[name] = wrong
    assert found == {}


def test_pages_hold_in_german_as_they_do_in_english(open_browser: Opened) -> None:
    """Its words are longer, so each page could break where it does not in English."""
    business, found = build(), {}
    User.objects.update(set__language="de")
    for email, pages in ((ADMIN, staff_pages(business)), (CUSTOMER, customer_pages(business))):
        page = open_browser(email, viewport=NARROW, color_scheme="light", reduced_motion="reduce")
        for name in pages.keys() & GERMAN:
            page.goto(pages[name])
            assert page.locator("html").get_attribute("lang") == "de", name
            width = page.evaluate("document.documentElement.scrollWidth")
            wrong = findings(page, WORDS) + [f"{width} px wide"] * (width > 360)
            if name in WITHOUT_SCROLLING:
                wrong += page.evaluate(SCROLLS)
            if wrong:
                found[name] = wrong
    assert found == {}
