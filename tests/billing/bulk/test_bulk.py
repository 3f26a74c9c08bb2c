"""Bulk actions: foreseen as they will be, done once each, whatever dies in between."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.bulk import kinds
from billing.bulk.carry_out import carry_out, start_bulk
from billing.bulk.choose import choose_rows
from billing.bulk.errors import BulkActionNotFound, NothingChosen, TooManyChosen
from billing.bulk.models import BulkAction
from billing.bulk.queries import counts_of, foreseen, get_bulk_action, rows_of, status_of
from billing.changes.cancel import cancel_subscription
from billing.changes.pause import pause_subscription
from billing.database import Database, Row
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.invoices.void import void_invoice
from billing.runs.check import check_books
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.queries import get_subscription
from tests.factories import (
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_subscription,
)

ADA = Actor(type="user", id="usr_ada", name="Ada", role="admin")


@pytest.fixture(autouse=True)
def as_ada(db: Database[Row]) -> Iterator[None]:
    with acting_as(ADA):
        yield


class Died(BaseException):
    """What a killed process leaves behind."""


def act_on(kind: str, *ids: str, reason: str | None = None) -> BulkAction:
    action = choose_rows(kind, ids)
    start_bulk(action.id, reason)
    return carry_out(action.id)


def states(action: BulkAction) -> list[str]:
    return [row["state"] for row in rows_of(action.id)]


def a_mixture() -> list[Invoice]:
    """An open invoice, a draft, one partly paid, a void one, one with a credit note."""
    partly = create_invoice()
    create_payment(invoice=partly, amount=1000)
    void = create_invoice()
    void_invoice(void.id)
    credited = create_invoice()
    create_credit_note(invoice=credited, amount=500)
    return [create_invoice(), create_invoice(draft=True), partly, void, credited]


@pytest.mark.parametrize("kind", ["invoices.void", "invoices.give_up", "invoices.send"])
def test_what_is_foreseen_of_invoices_is_what_happens(kind: str) -> None:
    action = choose_rows(kind, [invoice.id for invoice in a_mixture()])
    seen = foreseen(action)
    refused = [seen[row["object_id"]].refusal for row in rows_of(action.id)]
    start_bulk(action.id)
    carry_out(action.id)
    assert [row.get("message") for row in rows_of(action.id)] == refused
    assert {"done", "refused"} == set(states(action))
    assert check_books() == []


def test_what_is_foreseen_of_subscriptions_is_what_happens() -> None:
    over, ending, paused = (create_subscription().id for _ in range(3))
    cancel_subscription(over, CancelSubscription(when="now"))
    cancel_subscription(ending, CancelSubscription(when="period_end"))
    pause_subscription(paused)
    live = create_subscription()
    action = choose_rows("subscriptions.cancel", [live.id, over, ending, paused])
    seen = foreseen(action)
    assert seen[live.id].outcome == f"Ends on {live.current_period_end}"
    assert (seen[live.id].amount, seen[live.id].currency) == (4900, "USD")
    assert seen[paused].outcome.startswith("Ends today")
    refused = [seen[row["object_id"]].refusal for row in rows_of(action.id)]
    start_bulk(action.id, "Moving away")
    carry_out(action.id)
    assert [row.get("message") for row in rows_of(action.id)] == refused
    assert get_subscription(live.id).cancel_at_period_end
    assert get_subscription(live.id).cancellation_reason == "Moving away"
    assert get_subscription(paused).status == "cancelled"


def test_what_is_foreseen_of_customers_is_what_happens() -> None:
    free, owing = create_customer(name="Free"), create_invoice().customer_id
    served = create_subscription().customer_id
    action = choose_rows("customers.delete", [free.id, owing, served])
    seen = foreseen(action)
    assert seen[free.id].refusal is None
    refused = [seen[row["object_id"]].refusal for row in rows_of(action.id)]
    start_bulk(action.id)
    carry_out(action.id)
    assert [row.get("message") for row in rows_of(action.id)] == refused
    assert states(action) == ["done", "refused", "refused"]


def test_each_row_is_an_operation_of_its_own_in_the_audit_trail(db: Database[Row]) -> None:
    invoices = [create_invoice() for _ in range(3)]
    act_on("invoices.void", *(one.id for one in invoices), reason="Issued by mistake")
    rows = list(db.events.find({"type": "invoice.voided"}))
    assert {row["object_id"] for row in rows} == {one.id for one in invoices}
    assert {(row["actor"]["id"], row["reason"]) for row in rows} == {(ADA.id, "Issued by mistake")}


def test_a_row_is_done_once_by_however_many_who_work_on_it(db: Database[Row]) -> None:
    ids = [create_invoice().id for _ in range(12)]
    action = choose_rows("invoices.send", [*ids, *ids])
    assert action.count == 12
    start_bulk(action.id)

    def work(_: int) -> str:
        with acting_as(ADA):
            return str(carry_out(action.id).status)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == ["completed"] * 4
    start_bulk(action.id)
    carry_out(action.id)
    assert db.events.count_documents({"type": "invoice.sent"}) == 12
    assert counts_of(action.id) == {"done": 12}


@pytest.mark.parametrize("dies_after_the_act", [True, False])
def test_who_dies_leaves_each_row_done_or_untouched(
    monkeypatch: pytest.MonkeyPatch, dies_after_the_act: bool
) -> None:
    invoices = [create_invoice() for _ in range(4)]
    kind = kinds.KINDS["invoices.void"]
    acted: list[str] = []

    def deadly(invoice_id: str, reason: str | None) -> Any:
        if dies_after_the_act:
            kind.act(invoice_id, reason)
        acted.append(invoice_id)
        if len(acted) == 3:
            raise Died
        return None if dies_after_the_act else kind.act(invoice_id, reason)

    action = choose_rows("invoices.void", [one.id for one in invoices])
    start_bulk(action.id)
    with monkeypatch.context() as patch:
        patch.setitem(kinds.KINDS, kind.name, kinds.Kind(kind.name, deadly, kind.foresee))
        with pytest.raises(Died):
            carry_out(action.id)
    assert states(action) == ["done", "done", "waiting", "waiting"]
    assert [get_invoice(one.id).status for one in invoices] == ["void", "void", "open", "open"]
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert status_of(get_bulk_action(action.id)) == "interrupted"
    start_bulk(action.id)
    carry_out(action.id)
    assert states(action) == ["done"] * 4
    assert status_of(get_bulk_action(action.id)) == "completed"


def test_a_refused_row_changes_nothing_and_stops_no_other() -> None:
    paid = create_payment().invoice_id
    action = act_on("invoices.void", paid, create_invoice().id, "inv_" + "0" * 26)
    assert states(action) == ["refused", "done", "refused"]
    codes = [row.get("code") for row in rows_of(action.id)]
    assert codes == ["invoice_not_voidable", None, "invoice_not_found"]
    assert get_invoice(paid).status == "paid"


def test_a_bulk_action_is_its_actors_own() -> None:
    action = choose_rows("invoices.void", [create_invoice().id])
    with acting_as(Actor(type="user", id="usr_bea", name="Bea", role="admin")):
        for attempt in (get_bulk_action, start_bulk, carry_out):
            with pytest.raises(BulkActionNotFound):
                attempt(action.id)


def test_how_many_can_be_chosen_is_bounded() -> None:
    with pytest.raises(NothingChosen):
        choose_rows("invoices.void", [])
    with pytest.raises(TooManyChosen):
        choose_rows("invoices.void", [f"inv_{n:026d}" for n in range(1001)])
    with pytest.raises(KeyError):
        choose_rows("invoices.pay", ["inv_1"])
