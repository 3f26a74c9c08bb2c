"""The README's pictures: a few pages of the demo's company, in docs/pictures.

    python -m scripts.pictures

The portal is one of its own, on a throw-away database that lives through the demo first.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from billing import database, indexes
from billing.demo.make_demo import Demo, make_demo
from billing.embedded import embedded_mongodb
from billing.settings import Settings
from portal.app import create_app
from scripts.screenshots import CHROMIUM
from tests.browser.live import served

TARGET = Path("docs/pictures")
SIZE = {"width": 1280, "height": 800}


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, embedded_mongodb(Path(directory)) as uri:
        settings = Settings.load({"MONGODB_URI": uri, "DATA_DIR": directory, "LOG_LEVEL": "error"})
        app = create_app(settings)
        indexes.ensure_indexes()
        made = make_demo()
        with served(app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for role, theme, pages in (
                ("admin", "light", _staff_pages()),
                ("admin", "dark", {"dashboard-dark": "/?currency=EUR"}),
                ("customer", "light", {"account": "/account"}),
            ):
                context = browser.new_context(
                    color_scheme=theme,  # type: ignore[arg-type]
                    base_url=address,
                    viewport=SIZE,  # type: ignore[arg-type]
                )
                _take(context.new_page(), made, role, pages)
                context.close()
            browser.close()
        database.disconnect()


def _staff_pages() -> dict[str, str]:
    found = database.database()
    billed = {"reason": "subscription_cycle", "status": "open", "currency": "EUR"}
    invoice = found.invoices.find_one(billed, sort=[("_id", -1)]) or {}
    return {
        "dashboard": "/?currency=USD",
        "invoice": f"/invoices/{invoice['_id']}",
        "dunning": "/dunning",
    }


def _take(page: Page, made: Demo, role: str, pages: dict[str, str]) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill(dict(made.logins)[role])
    page.get_by_label("Password").fill(made.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    for name, path in pages.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=TARGET / f"{name}.png")


if __name__ == "__main__":
    main()
