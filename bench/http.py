"""How fast the API is, beside the same reads and writes by bare Flask routes and raw PyMongo.

Both servers are real gunicorns and stay up throughout; each round measures one right after the
other, so that whatever else the machine does falls on both. The median of the rounds counts.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.http_load import CONNECTIONS, Load, Request, generator, load
from bench.http_servers import Servers, servers
from bench.table import Row

ROUNDS = 3
SECONDS = 4
WARM_UP_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """A request to the portal, its counterpart, and the share of it that must be reached."""

    name: str
    path: str
    ceiling_path: str
    target: float
    body: str = ""


def rows(uri: str) -> list[Row]:
    """Every figure, on a database of its own at this server."""
    print(f"  load: {generator()}, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS} s")
    with (
        tempfile.TemporaryDirectory(prefix="duebill-bench-") as directory,
        servers(uri, "bench_http", Path(directory)) as (both, ids),
    ):
        bare = _median([load([Request(f"{both.ceiling}/bare")], SECONDS) for _ in range(ROUNDS)])
        table = [_row("bare Flask route, no database", bare)]
        for figure in _figures(ids[len(ids) // 2]):
            table += _measured(both, figure)
        return table


def _figures(known: str) -> list[Figure]:
    body = json.dumps({"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+49 30 1"})
    return [
        Figure("GET a customer", f"/customers/{known}", f"/customers/{known}", 0.8),
        Figure("list 20 customers", "/customers", "/customers", 0.7),
        Figure("list 20 invoices", "/invoices", "/invoices", 0.7),
        Figure("POST a customer", "/customers", "/customers", 0.5, body),
    ]


def _measured(both: Servers, figure: Figure) -> list[Row]:
    """Our row, and under it the same by a bare route and raw PyMongo."""
    token, keyed = both.token(), bool(figure.body)
    ours = [Request(f"{both.portal}/api/v1{figure.path}", token, figure.body, keyed)]
    ceiling = [Request(f"{both.ceiling}{figure.ceiling_path}", token, figure.body)]
    for request in (ours, ceiling):
        load(request, WARM_UP_SECONDS)
    rounds = [(load(ours, SECONDS), load(ceiling, SECONDS)) for _ in range(ROUNDS)]
    best = _median([theirs for _, theirs in rounds])
    row = _row(figure.name, _median([mine for mine, _ in rounds]), best.rate, figure.target)
    print(f"  {row.figure}: {row.value:,.0f}/s of {best.rate:,.0f}/s", flush=True)
    return [row, _row(f"bare Flask and PyMongo: {figure.name}", best)]


def _median(loads: list[Load]) -> Load:
    if errors := sum(one.errors for one in loads):
        raise SystemExit(f"{errors} requests failed; the figures mean nothing.")
    names = ("rate", "p50", "p95", "p99")
    return Load(*(median(getattr(one, name) for one in loads) for name in names), errors=0)


def _row(name: str, found: Load, ceiling: float | None = None, share: float | None = None) -> Row:
    target = ceiling * share if ceiling and share else None
    return Row(name, found.rate, "requests/s", ceiling, target, found.p50, found.p95, found.p99)
