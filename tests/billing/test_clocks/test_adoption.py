"""An operation lives at the time of the clock of what it loads; nothing of that leaks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from billing import clock
from billing.adoption import ClockNotFound
from billing.customers.inputs import CustomerInput
from billing.customers.queries import find_customer, get_customer, get_customer_row
from billing.customers.save_customer import update_customer
from billing.database import Database, Row
from billing.inputs import parse
from billing.invoices.delete_customer import delete_customer
from billing.payments.pay_invoice import pay_invoice
from billing.subscriptions.queries import get_subscription
from billing.test_clocks.save_clock import delete_clock
from billing.transactions import in_transaction
from tests.factories import (
    create_customer,
    create_invoice,
    create_subscription,
    create_test_clock,
    customer_values,
)

FUTURE = datetime(2031, 2, 28, 9, 30, tzinfo=UTC)


def is_real() -> bool:
    return abs((datetime.now(UTC) - clock.now()).total_seconds()) < 5


def test_a_customer_is_created_at_the_clocks_time(db: Database[Row]) -> None:
    test_clock = create_test_clock(now="2031-02-28T09:30:00Z")
    customer = create_customer(test_clock_id=test_clock.id)
    assert customer.created_at == FUTURE
    assert db.events.find_one({"type": "customer.created"})["created_at"] == FUTURE  # type: ignore[index]
    assert is_real()


def test_an_operation_lives_at_the_time_of_the_customer_it_loads(db: Database[Row]) -> None:
    test_clock = create_test_clock(now="2031-02-28T09:30:00Z")
    customer = create_customer(test_clock_id=test_clock.id)

    def work() -> tuple[bool, datetime]:
        before = is_real()
        get_customer(customer.id)
        return before, clock.now()

    assert in_transaction(work) == (True, FUTURE)
    assert is_real()


def test_so_does_one_that_loads_the_row_or_a_subscription(db: Database[Row]) -> None:
    test_clock = create_test_clock(now="2031-02-28T09:30:00Z")
    customer = create_customer(test_clock_id=test_clock.id)
    subscription = create_subscription(customer=customer)
    assert subscription.start_date.isoformat() == "2031-02-28"
    assert subscription.test_clock_id == test_clock.id
    for load in (
        lambda: get_customer_row(customer.id),
        lambda: get_subscription(subscription.id),
    ):
        assert in_transaction(lambda load=load: (load(), clock.now())[1]) == FUTURE  # type: ignore[misc]


def test_a_read_outside_of_an_operation_never_adopts(db: Database[Row]) -> None:
    customer = create_customer(test_clock_id=create_test_clock(now="2031-02-28").id)
    assert find_customer(customer.id) is not None
    assert get_customer_row(customer.id)["_id"] == customer.id
    assert is_real()
    clock.adopt(FUTURE)
    assert is_real()


def test_a_customer_on_no_clock_lives_in_real_time(db: Database[Row]) -> None:
    customer = create_customer()
    assert customer.test_clock_id is None

    def work() -> bool:
        get_customer(customer.id)
        return is_real()

    assert in_transaction(work)


def test_the_first_clock_stays_until_the_operation_ends(db: Database[Row]) -> None:
    early, late = (create_test_clock(now=day) for day in ("2030-01-01", "2040-01-01"))
    first, second = (create_customer(test_clock_id=each.id) for each in (early, late))

    def work() -> int:
        get_customer(first.id)
        in_transaction(lambda: get_customer(second.id))
        return clock.now().year

    assert in_transaction(work) == 2030


def test_the_adopted_time_comes_before_a_frozen_one(db: Database[Row]) -> None:
    customer = create_customer(test_clock_id=create_test_clock(now="2031-02-28").id)
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)):
        years = in_transaction(lambda: (clock.today(), get_customer(customer.id), clock.today()))
        assert (years[0].year, years[2].year, clock.today().year) == (2026, 2031, 2026)


def test_a_failed_operation_leaves_nothing_behind(db: Database[Row]) -> None:
    customer = create_customer(test_clock_id=create_test_clock(now="2031-02-28").id)

    def work() -> None:
        get_customer(customer.id)
        raise LookupError(str(clock.today().year))

    with pytest.raises(LookupError, match="2031"):
        in_transaction(work)
    assert is_real()


def test_each_thread_has_its_own_time(db: Database[Row]) -> None:
    years = [2030 + n for n in range(6)]
    customers = [
        create_customer(test_clock_id=create_test_clock(now=f"{year}-01-01").id) for year in years
    ]
    together = Barrier(len(years))

    def live(customer_id: str) -> int:
        def work() -> int:
            get_customer(customer_id)
            together.wait(30)
            return clock.today().year

        return in_transaction(work)

    with ThreadPoolExecutor(len(years)) as pool:
        assert list(pool.map(live, [customer.id for customer in customers])) == years


def test_changes_are_stamped_with_the_clocks_time_and_keep_the_clock(db: Database[Row]) -> None:
    customer = create_customer(test_clock_id=create_test_clock(now="2031-02-28T09:30:00Z").id)
    changed = update_customer(customer.id, parse(CustomerInput, customer_values(name="New")))
    assert (changed.updated_at, changed.test_clock_id) == (FUTURE, customer.test_clock_id)


def test_all_that_belongs_to_them_is_of_the_clocks_time(db: Database[Row]) -> None:
    test_clock = create_test_clock(now="2031-02-28T09:30:00Z")
    customer = create_customer(test_clock_id=test_clock.id)
    create_subscription(customer=customer)
    pay_invoice(create_invoice(customer=customer).id)
    delete_customer(create_customer(test_clock_id=test_clock.id).id)
    for name in ("customers", "subscriptions", "invoices", "payments"):
        for row in db[name].find():
            assert row["created_at"] == row["updated_at"] == FUTURE, name
            assert row["test_clock_id"] == test_clock.id, name
    assert {row["issue_date"] for row in db.invoices.find()} == {"2031-02-28"}
    assert {row["paid_date"] for row in db.payments.find()} == {"2031-02-28"}
    events = db.events.find({"customer_id": {"$gt": ""}})
    assert {row["created_at"] for row in events} == {FUTURE}


def test_nobody_is_put_on_a_clock_that_is_not_there(db: Database[Row]) -> None:
    gone = create_test_clock()
    delete_clock(gone.id)
    for clock_id in (gone.id, "clk_" + "0" * 26):
        with pytest.raises(ClockNotFound) as refused:
            create_customer(test_clock_id=clock_id)
        assert refused.value.errors[0].field == "test_clock_id"
    assert db.customers.count_documents({}) == 0
