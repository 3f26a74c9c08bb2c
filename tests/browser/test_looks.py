"""Every page at once: accessible in light and dark, and nothing cut on a narrow screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Opened
from tests.browser.live import customer_pages, public_pages, staff_pages
from tests.portal.believable import ADMIN, CUSTOMER, build

AXE = Path("node_modules/axe-core/axe.min.js")
OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
}
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


def _findings(page: Page, axe: Axe) -> list[str]:
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:120]}"
        for found in axe.run(page, options=OPTIONS).response["violations"]
        if found["impact"] in {"serious", "critical"}
        for node in found["nodes"]
    ]


@pytest.mark.parametrize(("email", "kind"), READERS, ids=[kind for _, kind in READERS])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible(
    open_browser: Opened, email: str | None, kind: str, theme: str
) -> None:
    pages, axe = _pages(kind), Axe.from_file(AXE)
    page = open_browser(email, color_scheme=theme, reduced_motion="reduce")
    found = {}
    for name, path in pages.items():
        page.goto(path)
        for details in page.locator("main details").all():
            details.evaluate("element => { element.open = true }")
        if findings := _findings(page, axe):
            found[name] = findings
    assert found == {}


@pytest.mark.parametrize(("email", "kind"), READERS, ids=[kind for _, kind in READERS])
def test_nothing_is_wider_than_the_screen(
    open_browser: Opened, email: str | None, kind: str
) -> None:
    pages = _pages(kind)
    page = open_browser(email, viewport={"width": 360, "height": 740})
    wide = {}
    for name, path in pages.items():
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide[name] = width
    assert wide == {}
