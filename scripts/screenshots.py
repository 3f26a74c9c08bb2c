"""Take a picture of every page at three widths, light and dark, to look at.

    python -m scripts.screenshots [--language de] [DIRECTORY [NAME …]]

DIRECTORY is var/screenshots unless given; NAMEs narrow it to pages that begin so. The language is
English unless told. The portal is one of its own, on a throw-away database.
"""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from billing import database, indexes
from billing.embedded import embedded_mongodb
from billing.settings import Settings
from billing.users.models import User
from portal.app import create_app
from portal.languages.catalogues import LANGUAGES
from tests.browser.live import customer_pages, public_pages, served, staff_pages
from tests.factories import PASSWORD
from tests.portal.believable import ADMIN, CUSTOMER, build

WIDTHS = {360: 740, 768: 1024, 1440: 900}
CHROMIUM = "/usr/bin/chromium"
Theme = Literal["light", "dark"]


def main(target: Path, wanted: list[str], language: str) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, embedded_mongodb(Path(directory)) as uri:
        settings = Settings.load({"MONGODB_URI": uri, "DATA_DIR": directory, "LOG_LEVEL": "error"})
        app = create_app(settings)
        indexes.ensure_indexes()
        business = build()
        User.objects.update(set__language=language)  # or customers read what their company does
        with served(app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            reading = Reading(browser, address, language)
            take(reading, public_pages(business), None, target, wanted)
            take(reading, staff_pages(business), ADMIN, target, wanted)
            take(reading, customer_pages(business), CUSTOMER, target, wanted)
            browser.close()
        database.disconnect()


class Reading(NamedTuple):
    """Where pages are read, and in which language."""

    browser: Browser
    address: str
    language: str

    def context(self, theme: Theme) -> BrowserContext:
        return self.browser.new_context(
            base_url=self.address, color_scheme=theme, locale=self.language
        )


def take(
    reading: Reading, pages: dict[str, str], email: str | None, target: Path, wanted: list[str]
) -> None:
    """Pictures of `pages` as the user with `email` sees them."""
    chosen = {n: p for n, p in pages.items() if not wanted or n.startswith(tuple(wanted))}
    for theme in get_args(Theme):
        context = reading.context(theme)
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
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main [type=submit]").click()


if __name__ == "__main__":
    given = ArgumentParser(description=__doc__)
    given.add_argument("--language", choices=LANGUAGES, default="en")
    given.add_argument("directory", nargs="?", type=Path, default="var/screenshots")
    given.add_argument("names", nargs="*", metavar="name")
    told = given.parse_intermixed_args()
    main(told.directory, told.names, told.language)
