"""How long the server takes for each page, with 100,000 customers and 1,000,000 invoices.

In process and one request at a time, from the first look at a request to the last byte of its
page. MongoDB's profiler notes every collection that was read without an index meanwhile.
"""

import os
import tempfile
import time
from statistics import quantiles

from flask.testing import FlaskClient

from bench.pages_seed import multiply
from bench.start import resident
from bench.table import Row
from billing import database, indexes
from billing.settings import Settings
from portal.app import create_app
from tests.browser.live import customer_pages, staff_pages
from tests.factories import PASSWORD
from tests.portal.believable import ADMIN, CUSTOMER, Business, build
from tests.portal.page_client import PageClient

TIMES = 20
TARGET_MS = 100
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
_SMALL = 1000
"""Rows up to which reading a collection whole is the fastest way."""


def rows(uri: str) -> list[Row]:
    """Every page, on a database of its own at this server."""
    uri = uri.replace("/duebill?", "/bench_pages?")
    with tempfile.TemporaryDirectory(prefix="duebill-bench-") as directory:
        settings = Settings.load({"MONGODB_URI": uri, "DATA_DIR": directory, "LOG_LEVEL": "error"})
        app = create_app(settings)
        database.database().client.drop_database("bench_pages")
        indexes.ensure_indexes()
        business = build()
        print(f"  {multiply(business, CUSTOMERS)}", flush=True)
        try:
            _watch(True)
            browser = PageClient(app)
            staff = _measured(browser, ADMIN, _pages(business))
            customer = _measured(PageClient(app), CUSTOMER, customer_pages(business))
            _watch(False)
            _tell_scans()
            return staff + customer + _export(browser.browser)
        finally:
            database.database().client.drop_database("bench_pages")
            database.disconnect()


def _pages(business: Business) -> dict[str, str]:
    found = {
        "customers-found": "/customers?q=company+4711",
        "customers-by-name": "/customers?q=Example&sort=-created_at",
        "invoices-open": "/invoices?status=open",
        "invoices-overdue": "/invoices?status=overdue",
        "invoices-found": "/invoices?q=BENCH-004711",
    }
    return staff_pages(business) | found


def _measured(browser: PageClient, email: str, pages: dict[str, str]) -> list[Row]:
    browser.submit("/sign-in", email=email, password=PASSWORD)
    return [_row(name, _times(browser.browser, path)) for name, path in pages.items()]


def _times(client: FlaskClient, path: str) -> list[float]:
    """Milliseconds; the first request, which compiles templates, is left out."""
    found = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        client.get(path).get_data()
        found.append((time.perf_counter() - started) * 1000)
    return found[1:]


def _export(client: FlaskClient) -> list[Row]:
    """All invoices as a file, which is sent while it is read."""
    before, began, lines, most = resident(os.getpid()), time.perf_counter(), 0, 0.0
    with client.get("/invoices/export.csv", buffered=False) as answer:
        for part in answer.iter_encoded():
            lines += part.count(b"\r\n")
            most = max(most, resident(os.getpid()))
    seconds = time.perf_counter() - began
    print(f"  {lines - 1:,} invoices as CSV in {seconds:.1f} s", flush=True)
    return [
        Row("export of invoices", (lines - 1) / seconds, "rows/s"),
        Row("export of invoices: grown", most - before, "MiB", target=50.0, is_at_most=True),
    ]


def _row(name: str, times: list[float]) -> Row:
    found = quantiles(times, n=100, method="inclusive")
    p50, p95, p99 = found[49], found[94], found[98]
    return Row(f"page {name}", 1000 / p95, "pages/s", None, 1000 / TARGET_MS, p50, p95, p99)


def _watch(is_on: bool) -> None:
    """Keep what reads a collection whole, and nothing else."""
    scans = {"planSummary": {"$regex": "COLLSCAN"}, "docsExamined": {"$gt": _SMALL}}
    if is_on:
        database.database().command("profile", 1, filter=scans)
    else:
        database.database().command("profile", 0)


def _tell_scans() -> None:
    found = list(database.database()["system.profile"].find())
    for row in found:
        print(f"  read whole: {row['ns']}, {row['docsExamined']:,} rows: {row.get('command')}")
    if not found:
        print(f"  no collection of more than {_SMALL:,} rows was read whole")
