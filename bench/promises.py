"""Everything that quality.md promises of speed, and which figures of a run stand for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.table import Row


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised, the part of the bench that measures it, and how its figures' names begin:
    it is kept if all of them are."""

    what: str
    target: str
    part: str
    figures: tuple[str, ...]

    def of(self, rows: Iterable[Row]) -> list[Row]:
        """Its figures among those of a run."""
        return [row for row in rows if row.figure.startswith(self.figures)]


PROMISES = (
    Promise("GET /customers/{id}", "≥ 80 % of raw", "http", ("GET a customer",)),
    Promise("list of 20 (customers, invoices)", "≥ 70 % of raw", "http", ("list 20 ",)),
    Promise("POST /customers", "≥ 50 % of a raw insert", "http", ("POST a customer",)),
    Promise(
        "mix, 500 connections, closed loop",
        "≥ 1,000/s, ≥ 90 % of raw, errors 0",
        "mix",
        ("mix, 500 connections",),
    ),
    Promise("mix, 500 users who think 1 s", "p95 < 200 ms, errors 0", "mix", ("mix, 500 users",)),
    Promise(
        "staff pages at 100,000 customers, 1,000,000 invoices",
        "p95 < 100 ms",
        "pages",
        ("page ",),
    ),
    Promise(
        "billing run",
        "≥ 50 % of raw, ≥ 3,000 invoices/s, more with two",
        "billing_run",
        ("billing run",),
    ),
    Promise(
        "1,000,000 due subscriptions",
        "6 minutes, memory < 300 MiB and flat",
        "million",
        ("1,000,000 due", "a million due"),
    ),
    Promise("Telco catch-up", "≥ 3,000 invoices/s", "billing_run", ("Telco",)),
    Promise("previews and estimates", "< 20 ms", "previews", ("preview ", "estimate ")),
    Promise("PDF", "≥ 80 % of Typst alone, 100/s", "papers", ("PDF",)),
    Promise("webhook and mail outbox", "500 deliveries/s", "webhooks, mail", ("webhooks", "mail")),
    Promise("second make run", "ready in 3 s", "start", ("second start", "second make run")),
    Promise("worker", "< 150 MiB, started in 1 s", "start, background", ("worker",)),
    Promise("ten times the data", "≤ 1.2 times as long", "growth", ("ten times",)),
)


def print_promises(rows: list[Row]) -> None:
    """Each promise, and whether this run kept it."""
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for name in ("promised", "target", "kept", "measured"):
        table.add_column(name)
    for promise in PROMISES:
        found = promise.of(rows)
        table.add_row(promise.what, promise.target, _kept(found), _measured(promise, found))
    Console(width=160, highlight=False).print("", table)


def _kept(found: list[Row]) -> str:
    judged = [row.is_met for row in found if row.is_met is not None]
    if not judged:
        return "-"
    return "✓" if all(judged) else "✗"


def _measured(promise: Promise, found: list[Row]) -> str:
    """The figure that is nearest to its target, or beyond it."""
    judged = [row for row in found if row.target is not None]
    if not judged:
        return f"not in this run (part: {promise.part})"
    worst = min(judged, key=_margin)
    of = f", {worst.ratio:.0%} of {worst.ceiling:,.0f}" if worst.ratio and worst.ceiling else ""
    more = f" (the tightest of {len(judged)})" if len(judged) > 1 else ""
    return f"{worst.figure}: {worst.value:,.4g} {worst.unit}{of}{more}"


def _margin(row: Row) -> float:
    target = row.target or 0.0
    if row.is_at_most:
        return target / row.value if row.value else float("inf")
    return row.value / target if target else float("inf")
