"""Lighthouse on the dashboard, a list of 100,000 customers and an invoice, as staff see them.

    python -m scripts.lighthouse [CUSTOMERS]

It prints a score from 0 to 100 for each category, what costs a page points, and ends with 1 when
a score is below 95. Lighthouse is installed into .venv-tools the first time. The portal is one of
its own under gunicorn, on a throw-away database.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.http_servers import JWT_SECRET, PORTAL, served
from bench.pages_seed import multiply
from billing import database, indexes
from billing.embedded import embedded_mongodb
from billing.settings import Settings
from portal.app import create_app
from scripts.screenshots import CHROMIUM, sign_in
from scripts.vendor import environment, npm, run
from tests.portal.believable import ADMIN, build

VERSION = "12.8.2"
TOOL = Path(".venv-tools/lighthouse")
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95


def main(customers: int) -> int:
    """The exit code."""
    tool = _tool()
    with tempfile.TemporaryDirectory() as directory, embedded_mongodb(Path(directory)) as uri:
        keys = {"SECRET_KEY": JWT_SECRET, "JWT_SECRET": JWT_SECRET, "DATA_DIR": directory}
        create_app(Settings.load({**keys, "MONGODB_URI": uri, "LOG_LEVEL": "error"}))
        indexes.ensure_indexes()
        business = build()
        print(multiply(business, customers))
        pages = {"dashboard": "/", "customers": "/customers", "invoice": business.invoice}
        pages["invoice"] = f"/invoices/{business.invoice}"
        with served(PORTAL, uri, Path(directory) / "portal", "/healthz") as address:
            cookie = _cookie(address)
            scores = [_score(tool, name, address + path, cookie) for name, path in pages.items()]
        database.disconnect()
    return int(min(scores) < LEAST)


def _tool() -> Path:
    program = (TOOL / "node_modules/.bin/lighthouse").absolute()
    if not program.exists():
        TOOL.mkdir(parents=True, exist_ok=True)
        wanted = ("--no-save", "--no-audit", "--no-fund", f"lighthouse@{VERSION}")
        run(*npm(), "install", "--prefix", TOOL.absolute(), *wanted, env=environment())
    return program


def _cookie(address: str) -> str:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(base_url=address).new_page()
        sign_in(page, ADMIN)
        cookies = page.context.cookies()
        browser.close()
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)


def _score(tool: Path, name: str, url: str, cookie: str) -> float:
    """The worst of a page's scores; what it lost points for is printed."""
    command = [tool, url, "--quiet", "--output=json", "--chrome-flags=--headless --no-sandbox"]
    command += [f"--only-categories={','.join(CATEGORIES)}", "--preset=desktop"]
    command += [f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    told = {**environment(), "CHROME_PATH": CHROMIUM}
    done = subprocess.run(
        [str(part) for part in command], env=told, check=True, capture_output=True, text=True
    )
    report = json.loads(done.stdout)
    scores = {key: report["categories"][key]["score"] * 100 for key in CATEGORIES}
    print(f"{name}: " + ", ".join(f"{key} {score:.0f}" for key, score in scores.items()))
    for key in CATEGORIES:
        _tell_losses(report, key)
    return float(min(scores.values()))


def _tell_losses(report: dict[str, Any], category: str) -> None:
    for reference in report["categories"][category]["auditRefs"]:
        audit = report["audits"][reference["id"]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
            print(f"  {category}: {audit['title']} {audit.get('displayValue', '')}")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
