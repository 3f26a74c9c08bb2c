"""How fast the billing run is, beside the same documents written by PyMongo alone.

The ceiling writes what our run wrote (invoices, events, advanced subscriptions, one counter, in
transactions of the same size, into collections with the same indexes) with nothing computed.
Each measurement has a process of its own, whose peak memory is told.
"""

import resource
import time
from datetime import date

from bench.due import DUE, TELCO, apart, connect, fill, write_again
from bench.table import Row
from billing import database
from billing.money import format_money
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing

ROUNDS = 3
Measured = tuple[float, float, int]
"""Invoices/s of our run, of the ceiling; peak MiB."""


def rows(uri: str) -> list[Row]:
    """Every figure of the run, measured on databases of their own at this server."""
    # By turns, as the machine's speed drifts by more than they differ.
    pairs = [[apart(_one_round, uri, 20_000, workers) for workers in (1, 2)] for _ in range(ROUNDS)]
    one = _figure("billing run, 20,000 due", [first for first, _ in pairs])
    two = _figure("billing run, 20,000 due, 2 processes", [second for _, second in pairs])
    table = [
        one,
        two,
        _figure("billing run, 100,000 due", [apart(_one_round, uri, 100_000, 1)]),
        Row("billing run, 20,000 due, alone", one.value, "invoices/s", target=3000.0),
        Row("billing run, 2 processes for 1", two.value / one.value, "times as many", target=1.0),
    ]
    return [*table, *_telco(uri)] if TELCO.exists() else table


def _figure(name: str, measured: list[Measured]) -> Row:
    ours, ceiling, memory = sorted(measured)[len(measured) // 2]
    print(f"  {name}: {ours:,.0f}/s, peak {memory} MiB", flush=True)
    return Row(name, ours, "invoices/s", ceiling=ceiling, target=0.5 * ceiling)


def _one_round(uri: str, due: int, workers: int) -> Measured:
    connect(uri, "bench_run")
    fill(due)
    began = time.perf_counter()
    run = run_billing(DUE, workers=workers)
    ours = run.invoiced / (time.perf_counter() - began)
    assert run.invoiced == due, run.invoiced
    assert check_books() == []
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ceiling = due / write_again()
    database.database().client.drop_database("bench_run")
    database.disconnect()
    return ours, ceiling, memory


def _telco(uri: str) -> list[Row]:
    invoiced, total, imported, seconds, memory = apart(_telco_round, uri)
    rate = invoiced / seconds
    print(
        f"  Telco: imported in {imported:.1f} s; {invoiced:,} invoices over "
        f"{format_money(total, 'USD')} in {seconds:.1f} s, peak {memory} MiB",
        flush=True,
    )
    return [Row("Telco catch-up", rate, "invoices/s", ceiling=None, target=3000.0)]


def _telco_round(uri: str) -> tuple[int, int, float, float, int]:
    # Imported here, so that its parser adds nothing to the memory of the others.
    from billing.imports.import_subscribers import import_subscribers
    from billing.imports.load_mapping import load_mapping

    connect(uri, "bench_telco")
    began = time.perf_counter()
    import_subscribers(TELCO, load_mapping("telco"))
    imported = time.perf_counter() - began
    began = time.perf_counter()
    run = run_billing(date(2026, 10, 31))
    seconds = time.perf_counter() - began
    assert check_books() == []
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    database.database().client.drop_database("bench_telco")
    database.disconnect()
    return run.invoiced, run.sums["USD"]["amount"], imported, seconds, memory
