"""How much longer the server takes with ten times the data: lists, details, search, dashboard.

In process and one request at a time, on two databases that take turns, so that whatever else the
machine does falls on both. The middle one of the times counts.
"""

from functools import partial
from statistics import median

from flask import Flask
from flask.testing import FlaskClient

from bench.in_process import milliseconds, portal_on
from bench.pages_seed import multiply
from bench.table import Row
from billing import database, indexes
from tests.factories import PASSWORD
from tests.portal.believable import ADMIN, Business, build
from tests.portal.page_client import PageClient

CUSTOMERS = 10_000
"""In the smaller database; each has ten invoices, payments and events. Ten times that is what
quality is asked of, and the smaller one is past what counts stop at (billing.pages.MAX_COUNT)."""
ROUNDS = 5
TIMES = 10
MOST = 1.2


def rows(uri: str) -> list[Row]:
    """Every figure, on two databases of their own at this server."""
    names = ("bench_growth", "bench_growth_tenfold")
    with portal_on(uri, names[0]) as app:
        pages = [
            _filled(app, uri, name, customers)
            for name, customers in zip(names, (CUSTOMERS, 10 * CUSTOMERS), strict=True)
        ]
        times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in pages[0][1]}
        for _ in range(ROUNDS):
            for size, (client, addresses) in enumerate(pages):
                _turn_to(uri, names[size])
                for name, path in addresses.items():
                    times[name][size].extend(milliseconds(partial(_get, client, path), TIMES))
        database.database().client.drop_database(names[1])
        _turn_to(uri, names[0])
    return [_row(name, *found) for name, found in times.items()]


def _turn_to(uri: str, name: str) -> None:
    database.disconnect()
    database.connect(uri.replace("/duebill?", f"/{name}?"))


def _filled(app: Flask, uri: str, name: str, customers: int) -> tuple[FlaskClient, dict[str, str]]:
    """A browser of staff on a business of that size, and the pages it looks at."""
    _turn_to(uri, name)
    database.database().client.drop_database(name)
    indexes.ensure_indexes()
    business = build()
    print(f"  {multiply(business, customers)}", flush=True)
    browser = PageClient(app)
    browser.submit("/sign-in", email=ADMIN, password=PASSWORD)
    return browser.browser, _pages(business)


def _pages(of: Business) -> dict[str, str]:
    return {
        "list of customers": "/customers",
        "list of invoices": "/invoices",
        "customer": f"/customers/{of.customer}",
        "invoice": f"/invoices/{of.invoice}",
        "search": "/search?q=company+47",
        "dashboard": "/",
    }


def _get(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status
    answer.get_data()


def _row(name: str, small: list[float], tenfold: list[float]) -> Row:
    times = median(tenfold) / median(small)
    print(f"  {name}: {median(small):.1f} ms, with ten times the data {median(tenfold):.1f} ms")
    figure = f"ten times the data: {name}"
    return Row(figure, times, "times as long", None, MOST, p50=median(tenfold), is_at_most=True)
