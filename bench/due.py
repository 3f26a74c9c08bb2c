"""Subscriptions that are due, and PyMongo alone writing what a run over them wrote.

A monthly plan with 19 % of tax on top, and a coupon on a tenth of the subscriptions.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Any

from pymongo.collection import Collection
from pymongo.write_concern import WriteConcern

from bench.table import ROOT
from billing import database, indexes
from billing.coupons.inputs import CouponInput
from billing.coupons.redeem import redeem
from billing.coupons.save_coupon import create_coupon
from billing.customers.inputs import CustomerInput
from billing.customers.models import Customer
from billing.customers.rows import fill_customer
from billing.database import Row, streamed
from billing.ids import new_id
from billing.plans.inputs import PlanInput
from billing.plans.save_plan import create_plan
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.start import new_subscription
from billing.taxes.inputs import TaxRateInput
from billing.taxes.save_tax_rate import create_tax_rate
from billing.transactions import in_transaction

DUE = date(2026, 11, 1)
BATCH = 1000
TELCO = ROOT.parent / "shared/data/Telco-Customer-Churn.csv"
_ADDRESS = {"line1": "1 Example Street", "city": "Berlin", "country": "DE"}


def apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """What `work` returns in a fresh process, so that memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def connect(uri: str, name: str) -> None:
    """An empty database of that name."""
    database.connect(uri.replace("/duebill?", f"/{name}?"))
    database.database().client.drop_database(name)
    indexes.ensure_indexes()


Samples = tuple[Row, Row, Row]
"""A customer, its subscription, and the coupon of a tenth of them."""


def fill(due: int) -> None:
    """So many customers with a subscription each, all due on DUE for the first time."""
    _write_copies(_samples(), due)


def fill_fast(due: int, processes: int) -> None:
    """The same by several processes, with the indexes built afterwards."""
    samples, target = _samples(), database.database()
    for name in ("customers", "subscriptions"):
        target[name].drop_indexes()
    work = partial(_fill_apart, database.uri(), samples, due // processes)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(work, range(processes)))
    indexes.ensure_indexes()


def _fill_apart(uri: str, samples: Samples, due: int, _: int) -> None:
    database.connect(uri)
    _write_copies(samples, due)
    database.disconnect()


def _write_copies(samples: Samples, due: int) -> None:
    customer, subscription, coupon = samples
    customers, subscriptions = (_unwaited(name) for name in ("customers", "subscriptions"))
    for first in range(0, due, BATCH):
        rows = [{**customer, "_id": new_id("cus")} for _ in range(BATCH)]
        customers.insert_many(rows, ordered=False)
        subscriptions.insert_many(
            (
                _subscribed(subscription, row["_id"], coupon if n % 10 == 0 else None)
                for n, row in enumerate(rows, first)
            ),
            ordered=False,
        )


def _unwaited(name: str) -> Collection[Row]:
    return database.database().get_collection(name, write_concern=WriteConcern(1, j=False))


def _samples() -> Samples:
    rate = create_tax_rate(TaxRateInput(name="VAT", percentage="19"))
    plan = create_plan(PlanInput(name="Pro", price=4900, currency="USD", billing_cycle="monthly"))
    create_coupon(CouponInput(code="TENTH", name="Welcome", percent_off="10", duration="forever"))
    customer = Customer()
    data = {"name": "Example GmbH", "email": "office@example.com", "address": _ADDRESS}
    data["tax_rate_ids"] = [rate.id]
    fill_customer(customer, CustomerInput.model_validate(data))
    start = SubscriptionInput(customer_id=customer.id, plan_id=plan.id, start_date=DUE)
    subscription = new_subscription(customer, plan, start).row()
    return customer.row(), subscription, redeem("TENTH", plan.id, "USD")


def _subscribed(sample: Row, customer_id: str, coupon: Row | None) -> Row:
    row = {**sample, "_id": new_id("sub"), "customer_id": customer_id}
    return row | {"coupon": coupon} if coupon else row


def write_again() -> float:
    """Seconds that PyMongo takes to write once more what a run wrote.

    Invoices, events, advanced subscriptions and one counter, in transactions of the same size, into
    collections with the same indexes, with nothing computed. Reading them is not counted.
    """
    source = database.database()
    ids = [row["_id"] for row in source.subscriptions.find({}, {"_id": 1})]
    for name in ("invoices", "events"):
        source[name].rename(f"written_{name}")
    indexes.ensure_indexes()
    invoices = _batches(streamed("written_invoices", {}), BATCH)
    told = source.written_events.count_documents({"reason": {"$gt": ""}}) * BATCH // len(ids)
    events = _batches(streamed("written_events", {"reason": {"$gt": ""}}), told)
    seconds = 0.0
    for first, rows, about in zip(range(0, len(ids), BATCH), invoices, events, strict=True):
        began = time.perf_counter()
        these = ids[first : first + BATCH]
        in_transaction(lambda i=rows, e=about, s=these: _write_batch(i, e, s))
        seconds += time.perf_counter() - began
    return seconds


def _batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while batch := list(islice(rows, size)):
        yield batch


def _write_batch(invoices: list[Row], events: list[Row], ids: list[str]) -> None:
    target = database.database()
    target.counters.update_one({"_id": "ceiling"}, {"$inc": {"last": len(invoices)}}, upsert=True)
    target.invoices.insert_many(invoices, ordered=False)
    target.events.insert_many(events, ordered=False)
    advance = {"$set": {"next_billing_date": "2027-01-01"}, "$inc": {"revision": 1}}
    target.subscriptions.update_many({"_id": {"$in": ids}}, advance)
