"""Sums that take long are right after every write, whichever of the three ways led to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from bson import Timestamp
from pymongo.database import Database

from billing import clock, copies
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.copies import OwnCopies
from billing.database import Row
from billing.dunning.sums import BOARD
from billing.dunning.take_step import take_step
from billing.events import standing
from billing.events.sequence import sequence_batch
from billing.invoices.inputs import PayInvoice
from billing.invoices.void import void_invoice
from billing.payments.pay_invoice import pay_invoice
from billing.reports import kept as module
from billing.reports.figures import OVERVIEW, figures
from billing.reports.kept import KeptSums, KeptSumsJob
from billing.reports.sums import Sums
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange
from tests.factories import (
    create_customer,
    create_invoice,
    create_plan,
    create_subscription,
    create_test_clock,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def one_day() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> OwnCopies:
    """Copies of this test's own."""
    found = OwnCopies()
    monkeypatch.setitem(copies._chosen, "copies", found)
    return found


@pytest.fixture
def no_copies(own: OwnCopies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "find", lambda name: None)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is added up takes longer than it may."""
    monkeypatch.setattr(module, "QUICK_MS", -1)
    monkeypatch.setattr(module, "MOST_FOR_MS", 1000)


class Watched:
    """Sums, and of whom they were added up: None is everybody."""

    def __init__(self, of: KeptSums) -> None:
        self._of = of
        self.asked: list[Collection[str] | None] = []
        self.sums = KeptSums(of.name, self._add_up)

    def _add_up(self, today: date, of: Collection[str] | None) -> Sums:
        self.asked.append(of)
        return self._of.add_up(today, of)

    def read(self) -> Sums:
        return plain(self.sums.read(clock.today()))

    def in_full(self) -> Sums:
        return plain(self._of.add_up(clock.today(), None))


def plain(sums: Sums) -> Sums:
    return {name: list(pair) for name, pair in sums.items() if any(pair)}


@pytest.fixture
def overview(db: Database[Row]) -> Watched:
    return Watched(OVERVIEW)


def story() -> Iterator[str]:
    """A business that changes in many ways; what was done last."""
    plan = create_plan(pricing_model="per_unit", price=1000)
    first = create_subscription(plan=plan)
    yield "subscribed"
    update_subscription(first.id, SubscriptionChange(plan_id=plan.id, quantity=3))
    yield "changed"
    create_subscription(plan=create_plan(currency="EUR"), trial_days=14)
    yield "another currency, in trial"
    made_up = create_customer(test_clock_id=create_test_clock(now="2026-11-01").id)
    create_subscription(customer=made_up, plan=plan)
    create_invoice(customer=made_up)
    yield "on a test clock"
    with clock.frozen(NOW - timedelta(days=70)):
        late, later = create_invoice(), create_invoice()
    yield "overdue"
    pay_invoice(late.id, PayInvoice(amount=1000))
    yield "paid in part"
    take_step(late.id)
    yield "reminded"
    pay_invoice(late.id)
    yield "paid"
    void_invoice(later.id)
    yield "voided"
    cancel_subscription(first.id, CancelSubscription(when="now"))
    yield "cancelled"


@pytest.mark.usefixtures("slow", "no_copies")
@pytest.mark.parametrize("of", [OVERVIEW, BOARD], ids=lambda sums: sums.name)
def test_what_few_changed_is_all_that_is_added_up_after_every_write(
    db: Database[Row], of: KeptSums
) -> None:
    watched = Watched(of)
    create_invoice()
    watched.read()
    for number, deed in enumerate(story()):
        assert watched.read() == watched.in_full(), deed
        if number % 2:
            sequence_batch(lambda rows: None)
    assert watched.asked.count(None) == 1
    assert len(watched.asked) == 1 + 2 * 10


def test_a_copy_of_the_same_books_is_taken_as_it_is(overview: Watched) -> None:
    create_invoice()
    found = overview.read()
    assert overview.read() == found
    sequence_batch(lambda rows: None)  # the books are the same
    assert overview.read() == found
    assert overview.asked == [None]


def test_whatever_is_written_is_in_them_at_once(overview: Watched) -> None:
    for deed in story():
        assert overview.read() == overview.in_full(), deed


@pytest.mark.usefixtures("slow")
def test_nobody_who_looks_while_others_write_misses_what_was_acknowledged(
    overview: Watched,
) -> None:
    acknowledged = [0, 0]

    def write(place: int) -> None:
        with clock.frozen(NOW):
            for _ in range(6):
                create_invoice()
                acknowledged[place] += 1

    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(write, place) for place in (0, 1)]
        while not all(each.done() for each in writing):
            before = sum(acknowledged)
            assert overview.read().get("due USD not_due", [0, 0])[1] >= before
            sequence_batch(lambda rows: None)
        for each in writing:
            each.result()
    assert overview.read() == overview.in_full()
    assert any(overview.asked)


def test_quick_sums_are_not_kept(db: Database[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUICK_MS", 10_000)
    assert figures().due == {}
    owed = create_invoice()
    assert figures().due["USD"].open == owed.amount
    assert db.figures.find_one() is None


@pytest.fixture
def kept(overview: Watched, slow: None, no_copies: None) -> Watched:
    """The sums of one invoice are kept, and another one is made since."""
    create_invoice()
    overview.read()
    create_invoice()
    overview.asked.clear()
    return overview


def forget_the_instant(db: Database[Row]) -> None:
    long_ago = Timestamp(int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()), 1)
    db.figures.update_many({}, {"$set": {"at": long_ago}})


def of_other_books(db: Database[Row]) -> None:
    db.figures.update_many({}, {"$set": {"newest": "evt_of_before_a_restore"}})


def of_yesterday(db: Database[Row]) -> None:
    db.figures.update_many({}, {"$set": {"day": "2026-11-22"}})


def of_long_ago(db: Database[Row]) -> None:
    db.figures.update_many({}, {"$set": {"full_at": NOW - timedelta(minutes=10)}})


@pytest.mark.parametrize(
    "spoil",
    [forget_the_instant, of_other_books, of_yesterday, of_long_ago],
    ids=lambda spoil: spoil.__name__,
)
def test_what_cannot_be_brought_up_to_date_is_added_up_anew(
    db: Database[Row], kept: Watched, spoil: Callable[[Database[Row]], None]
) -> None:
    db.figures.update_many({}, {"$set": {"sums.due USD not_due": [1, 1]}})
    spoil(db)
    assert kept.read() == kept.in_full()
    assert None in kept.asked


def test_where_very_many_changed_everything_is_added_up(
    kept: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_FOR_MS", 0)
    assert kept.read() == kept.in_full()
    assert kept.asked == [None]


def test_while_very_many_events_wait_nothing_is_kept(
    db: Database[Row], overview: Watched, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_MOST_WAITING", 2)
    for _ in range(3):
        create_invoice()
        assert overview.read() == overview.in_full()
    assert db.figures.find_one() is None


def test_the_worker_keeps_up_to_date_what_is_kept(db: Database[Row], kept: Watched) -> None:
    before = db.figures.find_one({"_id": "overview:1"}) or {}
    KeptSumsJob(kept.sums).work()
    after = db.figures.find_one({"_id": "overview:1"}) or {}
    assert after["at"] > before["at"]
    assert plain(after["sums"]) == kept.in_full()
    assert None not in kept.asked
    of_long_ago(db)
    KeptSumsJob(kept.sums).work()
    assert None in kept.asked


def test_the_worker_adds_up_nothing_that_is_quick(overview: Watched) -> None:
    KeptSumsJob(overview.sums).work()
    assert overview.asked == []


def test_it_is_not_kept_any_more_once_it_is_quick(
    db: Database[Row], kept: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUICK_MS", 10_000)
    of_long_ago(db)
    kept.read()
    assert db.figures.find_one() is None
