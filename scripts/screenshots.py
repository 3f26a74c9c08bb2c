"""Take a picture of every page at three widths, light and dark, to look at.

    python -m scripts.screenshots [DIRECTORY [NAME …]]

DIRECTORY is var/screenshots unless given; NAMEs narrow it to pages that begin so. The portal is
one of its own, on a throw-away database.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from billing import database, indexes
from billing.embedded import embedded_mongodb
from billing.settings import Settings
from portal.app import create_app
from tests.browser.live import customer_pages, public_pages, served, staff_pages
from tests.factories import PASSWORD
from tests.portal.believable import ADMIN, CUSTOMER, build

WIDTHS = {360: 740, 768: 1024, 1440: 900}
CHROMIUM = "/usr/bin/chromium"


def main(target: Path, wanted: list[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, embedded_mongodb(Path(directory)) as uri:
        settings = Settings.load({"MONGODB_URI": uri, "DATA_DIR": directory, "LOG_LEVEL": "error"})
        app = create_app(settings)
        indexes.ensure_indexes()
        business = build()
        with served(app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            take(browser, address, public_pages(business), None, target, wanted)
            take(browser, address, staff_pages(business), ADMIN, target, wanted)
            take(browser, address, customer_pages(business), CUSTOMER, target, wanted)
            browser.close()
        database.disconnect()


def take(  # noqa: PLR0917
    browser: Browser,
    address: str,
    pages: dict[str, str],
    email: str | None,
    target: Path,
    wanted: list[str],
) -> None:
    """Pictures of `pages` as the user with `email` sees them."""
    chosen = {n: p for n, p in pages.items() if not wanted or n.startswith(tuple(wanted))}
    for theme in ("light", "dark"):
        context = browser.new_context(color_scheme=theme, base_url=address)  # type: ignore[arg-type]
        page = context.new_page()
        if email and chosen:
            sign_in(page, email)
        for name, path in chosen.items():
            answer = page.goto(path)
            if answer and answer.status >= 500:
                print(f"{name}: {answer.status}")
            for width, height in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=target / f"{name}-{width}-{theme}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    print(f"{name} at {width}: {wide} px wide")
        context.close()


def sign_in(page: Page, email: str) -> None:
    """As a person would."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


if __name__ == "__main__":
    directory, *names = sys.argv[1:] or ["var/screenshots"]
    main(Path(directory), names)
