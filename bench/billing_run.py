"""How fast the billing run is, beside the same documents written by PyMongo alone.

The ceiling writes what our run wrote (invoices, events, advanced subscriptions, one counter, in
transactions of the same size, into collections with the same indexes) with nothing computed.
Each measurement has a process of its own, whose peak memory is told.
"""

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.table import Row
from billing import database, indexes
from billing.customers.inputs import CustomerInput
from billing.customers.models import Customer
from billing.customers.rows import fill_customer
from billing.database import in_transaction
from billing.ids import new_id
from billing.money import format_money
from billing.plans.inputs import PlanInput
from billing.plans.save_plan import create_plan
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.start import new_subscription

DUE = date(2026, 11, 1)
ROUNDS = 3
BATCH = 1000
TELCO = Path(__file__).resolve().parent.parent.parent / "shared/data/Telco-Customer-Churn.csv"


def rows(uri: str) -> list[Row]:
    """Every figure of the run, measured on databases of their own at this server."""
    table = [
        _figure(uri, "billing run, 20,000 due", 20_000, workers=1),
        _figure(uri, "billing run, 20,000 due, 2 processes", 20_000, workers=2),
        _figure(uri, "billing run, 100,000 due", 100_000, workers=1, rounds=1),
    ]
    return [*table, *_telco(uri)] if TELCO.exists() else table


def _figure(uri: str, name: str, due: int, *, workers: int, rounds: int = ROUNDS) -> Row:
    measured = [_apart(_one_round, uri, due, workers) for _ in range(rounds)]
    ours, ceiling, memory, _ = sorted(measured)[len(measured) // 2]
    print(f"  {name}: {ours:,.0f}/s, peak {memory} MiB", flush=True)
    return Row(name, ours, "invoices/s", ceiling=ceiling, target=0.5 * ceiling)


def _apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """What `work` returns in a fresh process, so that memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _connect(uri: str, name: str) -> None:
    database.connect(uri.replace("/duebill?", f"/{name}?"))
    database.database().client.drop_database(name)
    indexes.ensure_indexes()


def _one_round(uri: str, due: int, workers: int) -> tuple[float, float, int, int]:
    """Invoices/s of our run, of the ceiling, peak MiB, invoices."""
    _connect(uri, "bench_run")
    _fill(due)
    began = time.perf_counter()
    run = run_billing(DUE, workers=workers)
    ours = run.invoiced / (time.perf_counter() - began)
    assert run.invoiced == due, run.invoiced
    assert check_books() == []
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ceiling = due / _write_again()
    database.database().client.drop_database("bench_run")
    database.disconnect()
    return ours, ceiling, memory, run.invoiced


def _fill(due: int) -> None:
    plan = create_plan(PlanInput(name="Pro", price=4900, currency="USD", billing_cycle="monthly"))
    customer = Customer()
    address = {"line1": "1 Example Street", "city": "Berlin", "country": "DE"}
    data = {"name": "Example GmbH", "email": "office@example.com", "address": address}
    fill_customer(customer, CustomerInput.model_validate(data))
    start = SubscriptionInput(customer_id=customer.id, plan_id=plan.id, start_date=DUE)
    subscription = new_subscription(customer, plan, start).row()
    for _ in range(due // BATCH):
        customers = [{**customer.row(), "_id": new_id("cus")} for _ in range(BATCH)]
        database.database().customers.insert_many(customers)
        database.database().subscriptions.insert_many(
            [{**subscription, "_id": new_id("sub"), "customer_id": c["_id"]} for c in customers]
        )


def _write_again() -> float:
    """Seconds that PyMongo takes to write the run's documents once more."""
    source = database.database()
    invoices = list(source.invoices.find())
    events = list(source.events.find({"reason": {"$gt": ""}}))
    ids = [row["_id"] for row in source.subscriptions.find({}, {"_id": 1})]
    per_batch = len(events) // (len(ids) // BATCH)
    for name in ("invoices", "events"):
        source[name].delete_many({})
    began = time.perf_counter()
    for batch in range(len(ids) // BATCH):
        these = slice(batch * BATCH, (batch + 1) * BATCH)
        told = events[batch * per_batch : (batch + 1) * per_batch]
        in_transaction(lambda t=these, e=told: _write_batch(invoices[t], e, ids[t]))
    return time.perf_counter() - began


def _write_batch(invoices: list[Any], events: list[Any], ids: list[str]) -> None:
    target = database.database()
    target.counters.update_one({"_id": "ceiling"}, {"$inc": {"last": len(invoices)}}, upsert=True)
    target.invoices.insert_many(invoices, ordered=False)
    target.events.insert_many(events, ordered=False)
    advance = {"$set": {"next_billing_date": "2027-01-01"}, "$inc": {"revision": 1}}
    target.subscriptions.update_many({"_id": {"$in": ids}}, advance)


def _telco(uri: str) -> list[Row]:
    invoiced, total, imported, seconds, memory = _apart(_telco_round, uri)
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

    _connect(uri, "bench_telco")
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
