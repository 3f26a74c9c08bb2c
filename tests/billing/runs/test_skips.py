"""Who cannot be billed is skipped with the reason and stops nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from billing.customers.inputs import CustomerInput
from billing.customers.inputs import as_input as customer_input
from billing.customers.save_customer import update_customer
from billing.database import Database, Row
from billing.inputs import merge
from billing.invoices.commit_bills import commit_bills, commit_or_skip
from billing.invoices.ledgers import ChangedMeanwhile
from billing.invoices.prepare_bills import Prepared, prepare_bills
from billing.runs import chunk_work
from billing.runs.check import check_books
from billing.runs.preview import preview_run
from billing.runs.queries import proof_of
from billing.runs.run_billing import run_billing
from billing.subscriptions.models import Subscription
from tests.billing.runs.books import now_is, numbers, subscription_row
from tests.factories import create_customer, create_plan, create_subscription

AS_OF = date(2026, 3, 15)


def started() -> Subscription:
    with now_is("2026-02-01"):
        return create_subscription()


def spoil(db: Database[Row], collection: str, id_: str, **values: Any) -> None:
    """Write what no operation would; None takes the field away."""
    change: Row = {"$set": {"spoilt": True}}
    for name, value in values.items():
        change.setdefault("$unset" if value is None else "$set", {})[name] = value
    db[collection].update_one({"_id": id_}, change)


POISON: dict[str, tuple[str, dict[str, Any], str]] = {
    "the customer is suspended": ("customer", {"status": "suspended"}, "customer_suspended"),
    "the customer was deleted": (
        "customer",
        {"deleted_at": "2026"},
        "customer_deleted",
    ),
    "the customer is gone": ("subscription", {"customer_id": "cus_gone"}, "customer_deleted"),
    "no customer": ("subscription", {"customer_id": None}, "customer_deleted"),
    "no plan": ("subscription", {"plan_id": None}, "plan_version_missing"),
    "no such version": ("subscription", {"plan_version": 9}, "plan_version_missing"),
    "no quantity": ("subscription", {"quantity": None}, "unexpected_error"),
    "a quantity in words": (
        "subscription",
        {"quantity": "three", "plan": "per_unit"},
        "unexpected_error",
    ),
    "no anchor": ("subscription", {"billing_anchor": None}, "unexpected_error"),
    "a date in words": ("subscription", {"next_billing_date": "2026-02-31"}, "unexpected_error"),
    "no preferences": ("customer", {"preferences": None}, "unexpected_error"),
    "no status": ("customer", {"status": None, "preferences": None}, "unexpected_error"),
    "an unknown zone": ("customer", {"preferences.payment_terms_days": "x"}, "unexpected_error"),
    "a bill too large": (
        "subscription",
        {"price": "999999999999.5", "quantity": 9, "plan": "per_unit"},
        "invalid",
    ),
    "a price too large to store": ("subscription", {"price": 10**12 + 1}, "invalid"),
}


@pytest.mark.parametrize("name", list(POISON))
def test_one_that_cannot_be_billed_is_skipped_and_the_others_are_billed(
    db: Database[Row], name: str
) -> None:
    kind, values, code = POISON[name]
    subscriptions = [started() for _ in range(5)]
    poisoned = subscriptions[2]
    if values.pop("plan", None):
        db.plan_versions.update_one(
            {"plan_id": poisoned.plan_id}, {"$set": {"pricing_model": "per_unit"}}
        )
    collection, id_ = (
        ("customers", poisoned.customer_id)
        if kind == "customer"
        else ("subscriptions", poisoned.id)
    )
    spoil(db, collection, id_, **values)
    foretold = preview_run(AS_OF)
    run = run_billing(AS_OF)
    sheet = proof_of(run)
    assert (run.status, sheet.invoiced, sheet.skipped, sheet.still_due) == ("completed", 4, 1, 1)
    (skip,) = sheet.skips
    assert (skip.subscription_id, skip.code) == (poisoned.id, code)
    assert skip.message.endswith(".")
    assert sheet.due == 5
    assert foretold.skips == sheet.skips
    billed = {row["subscription_id"] for row in db.invoices.find({"period_start": "2026-03-01"})}
    assert billed == {s.id for s in subscriptions} - {poisoned.id}
    assert numbers(db) == list(range(1, 10))


def test_one_without_a_revision_is_billed_like_the_others(db: Database[Row]) -> None:
    spoil(db, "subscriptions", started().id, revision=None)
    assert run_billing(AS_OF).invoiced == 1
    assert run_billing(AS_OF).invoiced == 0


def test_who_was_skipped_is_billed_when_it_is_mended(db: Database[Row]) -> None:
    subscription = started()
    db.customers.update_many({}, {"$set": {"status": "suspended"}})
    assert run_billing(AS_OF).skipped == 1
    assert run_billing(AS_OF).skipped == 1
    db.customers.update_many({}, {"$set": {"status": "active"}})
    assert run_billing(AS_OF).invoiced == 1
    assert db.invoices.count_documents({"subscription_id": subscription.id}) == 2
    assert check_books() == []


def test_a_period_billed_before_is_found_and_its_batch_goes_on(db: Database[Row]) -> None:
    subscriptions = [started() for _ in range(7)]
    twice = subscriptions[4]
    db.invoices.insert_one(
        {
            "_id": "inv_foreign",
            "subscription_id": twice.id,
            "period_start": "2026-03-01",
            "reason": "subscription_cycle",
        }
    )
    run = run_billing(AS_OF)
    assert (run.invoiced, run.skipped) == (6, 1)
    (skip,) = proof_of(run).skips
    assert (skip.subscription_id, skip.code) == (twice.id, "period_already_billed")
    issued = db.invoices.count_documents({"number": {"$gt": ""}})
    counter = db.counters.find_one({})
    assert counter
    assert counter["last"] == issued == 13


def test_a_bill_too_large_to_store_is_found_and_its_batch_goes_on(db: Database[Row]) -> None:
    subscriptions = [started() for _ in range(4)]
    spoil(db, "subscriptions", subscriptions[1].id, metadata={})
    address = {"line1": "x" * 6_000_000}
    spoil(db, "customers", subscriptions[1].customer_id, address=address, billing_address=None)
    db.plan_versions.update_one(
        {"plan_id": subscriptions[1].plan_id}, {"$set": {"name": "x" * 11_000_000}}
    )
    run = run_billing(AS_OF)
    assert (run.invoiced, run.skipped) == (3, 1)
    (skip,) = proof_of(run).skips
    assert (skip.subscription_id, skip.code) == (subscriptions[1].id, "invoice_not_storable")


def test_what_is_refused_without_a_bill_to_blame_is_told(db: Database[Row]) -> None:
    def refuse(_: Prepared) -> None:
        raise OverflowError

    with pytest.raises(OverflowError):
        commit_or_skip(Prepared(), also=refuse)


def test_a_customer_changed_in_mid_run_keeps_the_books_right(db: Database[Row]) -> None:
    subscription = started()
    row = db.subscriptions.find_one({"_id": subscription.id})
    assert row
    prepared = prepare_bills([row], AS_OF)
    customer = create_customer()
    update_customer(customer.id, merge(CustomerInput, customer_input(customer), {"name": "New"}))
    commit_bills(prepared)
    assert check_books() == []


def test_a_subscription_changed_meanwhile_is_read_again(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = started()
    plan = create_plan()
    rows = [
        subscription_row(subscription.customer_id, plan.id, AS_OF - timedelta(days=n))
        for n in range(3)
    ]
    db.subscriptions.insert_many(rows)
    commit, calls = commit_or_skip, []

    def somebody_is_faster(*arguments: Any, **options: Any) -> Any:
        if not calls:
            db.subscriptions.update_one(
                {"_id": subscription.id}, {"$set": {"price": 100}, "$inc": {"revision": 1}}
            )
        calls.append(1)
        return commit(*arguments, **options)

    monkeypatch.setattr(chunk_work, "commit_or_skip", somebody_is_faster)
    run = run_billing(AS_OF)
    assert (run.invoiced, run.skipped, len(calls)) == (4, 0, 2)
    newest = db.invoices.find_one({"subscription_id": subscription.id}, sort=[("number", -1)])
    assert newest
    assert newest["total"] == 100
    assert numbers(db) == [1, 2, 3, 4, 5]
    assert check_books() == []


def test_what_changed_meanwhile_is_written_by_nobody(db: Database[Row]) -> None:
    subscription = started()
    row = db.subscriptions.find_one({"_id": subscription.id})
    assert row
    prepared = prepare_bills([row], AS_OF)
    commit_bills(prepared)
    with pytest.raises(ChangedMeanwhile):
        commit_bills(prepared)
    assert db.invoices.count_documents({}) == 2


def test_a_skip_found_twice_counts_once(db: Database[Row]) -> None:
    started()
    db.customers.update_many({}, {"$set": {"status": "suspended"}})
    run = run_billing(AS_OF)
    row = db.subscriptions.find_one({})
    assert row
    again = prepare_bills([row], AS_OF)
    assert len(again.skips) == 1
    chunk_work._count(run.id, again)
    assert db.run_skips.count_documents({}) == 1
    found = db.billing_runs.find_one({})
    assert found
    assert found["skipped"] == 1
