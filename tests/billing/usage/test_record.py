"""Recording usage."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from bson.decimal128 import Decimal128
from pymongo.errors import PyMongoError

from billing import clock
from billing.actors import Actor, acting_as
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.customers.models import Customer
from billing.database import Row, database
from billing.errors import Invalid
from billing.inputs import parse
from billing.plans.pricing import Usage
from billing.subscriptions.inputs import CancelSubscription, as_input
from billing.subscriptions.models import Subscription
from billing.usage.aggregate import usage_in
from billing.usage.errors import UsageRefused
from billing.usage.inputs import UsageEventInput
from billing.usage.record_usage import record_usage
from billing.usage.save_meter import archive_meter
from tests.factories import (
    create_customer,
    create_meter,
    create_subscription,
    create_usage,
    usage_values,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def standing_time(db: object) -> Any:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def subscription() -> Subscription:
    """Billed for March, on a meter `calls` that sums."""
    create_meter(key="calls")
    return create_subscription(start_date="2026-02-01")


def event(subscription: Subscription, **values: Any) -> UsageEventInput:
    told = {"subscription_id": subscription.id, "meter": "calls", **usage_values(**values)}
    return parse(UsageEventInput, told)


def stored(**where: Any) -> list[Row]:
    return list(database().usage_events.find(where).sort("_id", 1))


def used(subscription: Subscription, start: str = "2026-03-01", end: str = "2026-04-01") -> Any:
    window = (datetime.fromisoformat(start).date(), datetime.fromisoformat(end).date())
    return usage_in({subscription.id: window})[subscription.id]


def refusals(*batch: UsageEventInput) -> list[tuple[str, str]]:
    with pytest.raises(UsageRefused) as refused:
        record_usage(batch)
    return [(error.field, error.message) for error in refused.value.errors]


def test_an_event_is_stored_with_all_it_was(subscription: Subscription) -> None:
    at = datetime(2026, 3, 9, 23, 30, 0, 123456, tzinfo=UTC)
    with acting_as(Actor(type="client", id="cli_1", name="Gateway")):
        row = record_usage([event(subscription, value="0.25", occurred_at=at)]).entries[0][0]
    assert row == stored()[0]
    assert row["value"] == Decimal128("0.25")
    assert row["occurred_at"] == at.replace(microsecond=123000)
    assert (row["day"], row["counts_on"], row["late"]) == ("2026-03-09", "2026-03-09", False)
    assert row["customer_id"] == subscription.customer_id
    assert row["actor"] == {"type": "client", "id": "cli_1", "name": "Gateway"}
    assert (row["_id"][:4], row["created_at"]) == ("use_", NOW)


def test_the_customers_calendar_decides_the_day() -> None:
    create_meter(key="calls")
    east = create_customer(preferences={"timezone": "Pacific/Kiritimati"})
    subscription = create_subscription(customer=east, start_date="2026-03-01")
    row = create_usage(subscription=subscription, meter=None, occurred_at=NOW)
    assert row["counts_on"] == "2026-03-11"


def test_a_key_counts_once_for_its_subscription(subscription: Subscription) -> None:
    other = create_subscription(start_date="2026-02-01")
    first = event(subscription, idempotency_key="a", value=3)
    changed = event(subscription, idempotency_key="a", value=99)
    once = record_usage([first, changed, event(other, idempotency_key="a", value=5)])
    assert [duplicate for _, duplicate in once.entries] == [False, True, False]
    again = record_usage([changed])
    assert (again.counted, again.entries) == (0, [(once.entries[0][0], True)])
    assert used(subscription) == {"calls": Usage(Decimal(3), 1)}
    assert used(other) == {"calls": Usage(Decimal(5), 1)}


def test_what_is_counted_raises_the_sequence_and_no_revision(subscription: Subscription) -> None:
    batch = [event(subscription), event(subscription)]
    record_usage(batch)
    record_usage(batch)
    row = database().subscriptions.find_one({"_id": subscription.id})
    assert row is not None
    assert (row["usage_seq"], row["revision"]) == (1, subscription.revision)


def test_a_change_of_the_subscription_does_not_speak_of_the_sequence(
    subscription: Subscription,
) -> None:
    record_usage([event(subscription)])
    data = as_input(subscription).model_copy(update={"quantity": 2})
    update_subscription(subscription.id, data)
    told = database().events.find_one({"type": "subscription.updated"})
    assert told is not None
    assert told["changes"]["quantity"] == [1, 2]
    assert "usage_seq" not in told["changes"]


def test_every_refusal_is_named_and_nothing_is_counted(subscription: Subscription) -> None:
    create_meter(key="users", aggregation="unique")
    archive_meter(create_meter(key="old").id)
    ending = create_subscription(start_date="2026-02-01")
    cancel_subscription(ending.id, CancelSubscription(when="now"))
    nowhere = event(subscription).model_copy(update={"subscription_id": "sub_" + "0" * 26})
    found = refusals(
        event(subscription),
        event(subscription, meter="words"),
        event(subscription, meter="old"),
        event(subscription, value="much"),
        event(subscription, value=None),
        event(subscription, meter="users", value=None),
        event(subscription, occurred_at=NOW + timedelta(minutes=6)),
        event(subscription, occurred_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC)),
        event(ending),
        nowhere,
    )
    assert found == [
        ("1.meter", "There is no meter with the key words."),
        ("2.meter", "The meter old is archived; it takes no more events."),
        ("3.value", "must be a number with at most 15 digits and 12 decimals"),
        ("4.value", "is required"),
        ("5.value", "is required"),
        ("6.occurred_at", "must not be in the future"),
        ("7.occurred_at", "is before the subscription began on 2026-02-01"),
        ("8.subscription_id", "This subscription is cancelled; it takes no more usage."),
        ("9.subscription_id", "There is no such subscription."),
    ]
    assert stored() == []
    assert database().subscriptions.count_documents({"usage_seq": {"$gt": 0}}) == 0


def test_one_that_ends_takes_usage_until_its_end(subscription: Subscription) -> None:
    cancel_subscription(subscription.id, CancelSubscription(when="period_end"))
    with clock.frozen(datetime(2026, 4, 2, tzinfo=UTC)):
        record_usage([event(subscription, occurred_at=datetime(2026, 3, 31, 23, tzinfo=UTC))])
        late = event(subscription, occurred_at=datetime(2026, 4, 1, tzinfo=UTC))
        assert refusals(late) == [
            ("0.occurred_at", "is after the subscription ended on 2026-04-01")
        ]


def test_a_sender_whose_answer_was_lost_is_answered_as_before_though_it_ended(
    subscription: Subscription,
) -> None:
    batch = [event(subscription)]
    first = record_usage(batch)
    cancel_subscription(subscription.id, CancelSubscription(when="now"))
    assert record_usage(batch).entries == [(first.entries[0][0], True)]


def test_a_late_event_counts_on_the_first_day_that_is_not_billed(
    subscription: Subscription,
) -> None:
    late = event(subscription, occurred_at=datetime(2026, 2, 27, tzinfo=UTC), value=4)
    row = record_usage([late]).entries[0][0]
    assert (row["day"], row["counts_on"], row["late"]) == ("2026-02-27", "2026-03-01", True)
    assert used(subscription) == {"calls": Usage(Decimal(4), 1)}
    assert used(subscription, "2026-02-01", "2026-03-01") == {}


def test_usage_in_a_trial_or_a_pause_is_stored_and_not_billed(subscription: Subscription) -> None:
    paused = {"pauses": [{"from": "2026-03-03", "to": "2026-03-05"}]}
    values = {"trial_end_date": "2026-02-10", "current_period_start": "2026-02-10", **paused}
    database().subscriptions.update_one({"_id": subscription.id}, {"$set": values})
    days = ("2026-02-09", "2026-02-10", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
    rows = [event(subscription, occurred_at=f"{day}T08:00:00Z") for day in days]
    counts = [row["counts_on"] for row, _ in record_usage(rows).entries]
    assert counts == [None, "2026-02-10", "2026-03-02", None, None, "2026-03-05"]


def test_a_pause_without_an_end_lasts(subscription: Subscription) -> None:
    pause = {"pause": {"from": "2026-03-08", "resumes_on": None}, "status": "paused"}
    database().subscriptions.update_one({"_id": subscription.id}, {"$set": pause})
    assert record_usage([event(subscription)]).entries[0][0]["counts_on"] is None


def test_customers_on_test_clocks_live_at_their_time() -> None:
    create_meter(key="calls")
    then = datetime(2030, 5, 5, tzinfo=UTC)
    database().test_clocks.insert_one({"_id": "clk_1", "now": then})
    on_clock = create_subscription(start_date="2026-03-01")
    database().subscriptions.update_one({"_id": on_clock.id}, {"$set": {"test_clock_id": "clk_1"}})
    row = record_usage([event(on_clock, occurred_at=None)]).entries[0][0]
    assert (row["occurred_at"], row["counts_on"]) == (then, "2030-05-05")
    real = create_subscription(start_date="2026-03-01")
    assert refusals(event(on_clock, occurred_at=then), event(real, occurred_at=then)) == [
        ("1.occurred_at", "must not be in the future")
    ]


def test_a_customer_records_for_nobody_else(subscription: Subscription) -> None:
    record_usage([event(subscription, idempotency_key="a")])
    stranger: Customer = create_customer()
    with acting_as(Actor(type="user", role="customer", customer_id=stranger.id)):
        known = event(subscription, idempotency_key="a")
        assert refusals(known) == [("0.subscription_id", "There is no such subscription.")]


def test_counting_meters_need_no_value_and_unique_ones_take_any_text(
    subscription: Subscription,
) -> None:
    create_meter(key="logins", aggregation="count")
    create_meter(key="users", aggregation="unique")
    record_usage(
        [
            event(subscription, meter="logins", value=None),
            event(subscription, meter="logins", value=17),
            event(subscription, meter="users", value="ann"),
            event(subscription, meter="users", value=7),
            event(subscription, meter="users", value="7"),
        ]
    )
    counts = {"logins": Usage(Decimal(2), 2), "users": Usage(Decimal(2), 3)}
    assert used(subscription) == counts


@pytest.mark.parametrize("value", ["", "x" * 201, 10**15, 1.5, True, [], {"$gt": 1}])
def test_values_that_are_none(subscription: Subscription, value: Any) -> None:
    told = {"subscription_id": subscription.id, "meter": "calls", **usage_values(value=value)}
    with pytest.raises(Invalid) as refused:
        parse(UsageEventInput, told, strict=True)
    assert {error.field for error in refused.value.errors} == {"value"}


def test_ten_who_send_the_same_batch_at_once_count_it_once(subscription: Subscription) -> None:
    other = create_subscription(start_date="2026-02-01")
    batch = [event(s, value=2) for s in (subscription, other) for _ in range(50)]
    at_once = Barrier(10)

    def send() -> int:
        at_once.wait()
        return record_usage(batch).counted

    with ThreadPoolExecutor(10) as pool:
        counted = [pool.submit(copy_context().run, send) for _ in range(10)]
    assert sorted(future.result() for future in counted) == [0] * 9 + [100]
    for each in (subscription, other):
        assert used(each) == {"calls": Usage(Decimal(100), 50)}
    rows = database().subscriptions.find({"usage_seq": {"$gt": 0}})
    assert [row["usage_seq"] for row in rows] == [1, 1]


def test_a_batch_that_dies_before_its_commit_leaves_nothing(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [event(subscription), event(subscription)]

    def dies(rows: list[Row]) -> None:
        write(rows)
        raise PyMongoError("the connection is gone")

    from billing.usage import record_usage as module

    write = module._write
    with monkeypatch.context() as patch:
        patch.setattr(module, "_write", dies)
        with pytest.raises(PyMongoError):
            record_usage(batch)
    assert stored() == []
    assert record_usage(batch).counted == 2
    assert database().subscriptions.find_one({"usage_seq": 1}) is not None
