"""A dry run beside what was invoiced last: the parts sum to the difference, the odd is flagged."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billing.changes.cancel import cancel_subscription
from billing.database import Database, Row
from billing.runs import outliers
from billing.runs.approve import approve_dry_run, differs, is_material
from billing.runs.dry_runs import carry_out_dry_run, start_dry_run
from billing.runs.errors import DryRunNotApprovable
from billing.runs.outliers import KINDS, Outliers, kinds_of
from billing.runs.run_billing import run_billing
from billing.runs.slips import Slip
from billing.subscriptions.inputs import CancelSubscription
from tests.billing.runs.books import now_is
from tests.factories import (
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_tax_rate,
    create_usage,
)

CALLS = {
    "key": "calls", "name": "Calls", "pricing_model": "per_unit", "unit_amount": 10,
    "meter": "calls", "timing": "in_arrears",
}  # fmt: skip


def looked(day: str) -> Row:
    return carry_out_dry_run(start_dry_run(date.fromisoformat(day))["_id"])


def parts(group: Row) -> dict[str, tuple[int, int]]:
    return {part["part"]: (part["count"], part["amount"]) for part in group["parts"]}


def check_sums(row: Row) -> None:
    """What the page adds up is what the proof sheet says, and the reasons explain all of it."""
    for group in row["groups"]:
        told = sum(part["amount"] for part in group["parts"])
        assert group["after"] - group["before"] == told, group
    sums = {sum_["currency"]: sum_["amount"] for sum_ in row["sheet"]["sums"]}
    currencies = {group["currency"] for group in row["groups"]}
    found = {c: sum(g["after"] for g in row["groups"] if g["currency"] == c) for c in currencies}
    assert {c: amount for c, amount in found.items() if amount} == sums


def test_each_reason_is_told_by_itself_and_they_sum_to_the_difference(db: Database[Row]) -> None:
    create_meter(key="calls")
    plan = create_plan(price=1000, pricing_model="per_unit", charges=[CALLS])
    taxed = create_customer(tax_rate_ids=[create_tax_rate(percentage="10").id])
    with now_is("2026-01-01"):
        grows = create_subscription(plan=plan, customer=taxed)
        uses = create_subscription(plan=plan)
        over, leaves = create_subscription(plan=plan), create_subscription(plan=plan)
        run_billing(date(2026, 1, 1))
    with now_is("2026-01-10"):
        create_usage(subscription=uses, meter="calls", value=7)
        cancel_subscription(over.id, CancelSubscription(when="now", proration="none"))
        cancel_subscription(leaves.id, CancelSubscription(when="period_end"))
        db.subscriptions.update_one({"_id": grows.id}, {"$set": {"quantity": 3}})
        create_subscription(plan=plan, start_date="2026-02-01")
    with now_is("2026-02-01"):
        row = looked("2026-02-01")
    (group,) = row["groups"]
    assert (group["before_invoices"], group["before"]) == (4, 4100)
    assert (group["invoices"], group["after"]) == (3, 3300 + 1070 + 1000)
    assert parts(group) == {
        "new": (1, 1000), "ended": (2, -2000), "price": (1, 2200), "usage": (1, 70),
    }  # fmt: skip
    check_sums(row)


def test_who_moves_to_another_plan_leaves_one_group_for_the_other(db: Database[Row]) -> None:
    small, large = create_plan(name="S", price=1000), create_plan(name="L", price=9000)
    with now_is("2026-01-01"):
        moves = create_subscription(plan=small)
        create_subscription(plan=small)
    db.subscriptions.update_one({"_id": moves.id}, {"$set": {"plan_id": large.id}})
    with now_is("2026-02-01"):
        row = looked("2026-02-01")
    found = {group["plan_id"]: group for group in row["groups"]}
    assert parts(found[small.id]) == {"moved": (1, -1000)}
    assert parts(found[large.id]) == {"moved": (1, 9000)}
    check_sums(row)
    (outlier,) = row["outliers"]
    assert outlier["kinds"] == ["jump"]
    assert [fact["fact"] for fact in outlier["facts"]] == ["plan", "unit_amount"]


def test_further_periods_and_the_skipped_are_told(db: Database[Row]) -> None:
    plan = create_plan(price=1000)
    with now_is("2026-01-01"):
        create_subscription(plan=plan)
        stopped = create_subscription(plan=plan)
    suspended = {"$set": {"status": "suspended"}}
    db.customers.update_one({"_id": stopped.customer_id}, suspended)
    with now_is("2026-04-01"):
        row = looked("2026-04-01")
    (group,) = row["groups"]
    assert parts(group) == {"skipped": (1, -1000), "catch_up": (2, 2000)}
    assert row["sheet"]["skips"][0]["code"] == "customer_suspended"
    check_sums(row)


def test_a_dry_run_writes_nothing_but_itself(db: Database[Row]) -> None:
    with now_is("2026-01-01"):
        create_subscription()
    before = {name: db[name].count_documents({}) for name in db.list_collection_names()}
    with now_is("2026-03-01"):
        looked("2026-03-01")
    after = {name: db[name].count_documents({}) for name in before}
    assert after == {**before, "dry_runs": before.get("dry_runs", 0) + 1}


def slip(total: int, **values: Any) -> Slip:
    known = {
        "subscription_id": "sub", "customer_id": "cus", "plan_id": "plan", "currency": "USD",
        "reason": "subscription_cycle", "steady": total, "usage": 0, "discount": 0, "days": 30,
        "until": "2026-02-01", "lines": [],
    }  # fmt: skip
    return Slip(**{**known, **values}, total=total)


@pytest.mark.parametrize(
    ("total", "before", "kinds"),
    [
        (4900, 4900, []),
        (0, 0, []),
        (0, 4900, ["zero", "jump"]),
        (-100, 4900, ["negative", "jump"]),
        (4900, None, ["first"]),
        (0, None, ["zero", "first"]),
        (6000, 4000, []),  # half as much again is not more than half
        (6001, 4000, ["jump"]),
        (2999, 1000, []),  # below the least difference
        (3000, 1000, ["jump"]),
        (1_000_000, 990_000, ["large"]),
    ],
)
def test_what_is_flagged(total: int, before: int | None, kinds: list[str]) -> None:
    last = None if before is None else slip(before)
    assert kinds_of(slip(total), last) == kinds
    assert set(kinds) <= set(KINDS)


def test_of_many_outliers_the_largest_are_kept_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outliers, "KEPT", 3)
    found = Outliers()
    for total in (10, 50, 20, 40, 30):
        found.look(slip(total), None)
    assert [row["total"] for row in found.rows()] == [50, 40, 30]
    assert found.counts["first"] == 5


def test_of_few_any_difference_is_material_and_of_many_one_in_two_hundred() -> None:
    assert [is_material(*pair) for pair in ((3, 3), (3, 4), (0, 1), (199, 200))] == [
        False, True, True, True,
    ]  # fmt: skip
    assert [is_material(*pair) for pair in ((1000, 1005), (1000, 1006))] == [False, True]
    one = {"USD": {"invoices": 1, "amount": 4900}}
    assert not differs(one, {"USD": {"invoices": 1, "amount": 4900}})
    assert differs(one, {"USD": {"invoices": 1, "amount": 5900}})
    assert differs(one, {**one, "EUR": {"invoices": 1, "amount": 1}})


def test_a_dry_run_for_today_is_not_approved_tomorrow(db: Database[Row]) -> None:
    with now_is("2026-01-01"):
        create_subscription()
    with now_is("2026-02-01"):
        row = carry_out_dry_run(start_dry_run()["_id"])
    with now_is("2026-02-02"), pytest.raises(DryRunNotApprovable, match="2026-02-01"):
        approve_dry_run(row["_id"])
    with now_is("2026-02-01"):
        assert approve_dry_run(row["_id"]).approved_by == "Duebill"
