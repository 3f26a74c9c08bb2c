"""One-off invoices: drafts that can be changed, and claims that cannot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.errors import Invalid, StaleRevision
from billing.inputs import merge, parse
from billing.invoices.errors import (
    InvoiceNotEditable,
    InvoiceNotFinalizable,
    InvoiceNotFound,
    TotalTooLarge,
)
from billing.invoices.finalize import finalize_invoice
from billing.invoices.inputs import InvoiceInput, as_input
from billing.invoices.models import Invoice
from billing.invoices.one_off import update_invoice
from billing.invoices.queries import get_invoice, list_invoices
from billing.invoices.views import invoice_view
from billing.invoices.void import void_invoice
from billing.payments.pay_invoice import pay_invoice
from tests.factories import create_customer, create_invoice, create_subscription

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def line(**values: Any) -> dict[str, Any]:
    return {"description": "Work", "quantity": 1, "unit_amount": 1000, **values}


def change(invoice: Invoice, revision: int | None = None, **values: Any) -> Invoice:
    """Change some of a draft, as PATCH does."""
    patched = merge(InvoiceInput, as_input(get_invoice(invoice.id)), values)
    return update_invoice(invoice.id, patched, expected_revision=revision)


def test_a_stranger_finds_no_invoice(db: Database[Row]) -> None:
    unknown = "inv_01JD0000000000000000000000"
    for get in (get_invoice, finalize_invoice, void_invoice, pay_invoice):
        with pytest.raises(InvoiceNotFound):
            get(unknown)


def test_a_customers_own_user_sees_its_own_invoices_and_no_drafts(db: Database[Row]) -> None:
    customer = create_customer()
    own, draft = create_invoice(customer=customer), create_invoice(customer=customer, draft=True)
    other = create_invoice()
    with acting_as(Actor(type="user", role="customer", customer_id=customer.id)):
        assert get_invoice(own.id).id == own.id
        for hidden in (draft, other):
            with pytest.raises(InvoiceNotFound):
                get_invoice(hidden.id)
        assert [row["_id"] for row in list_invoices().items] == [own.id]
        assert list_invoices(status="draft").items == []
        assert list_invoices(customer_id=other.customer_id).items == []


def test_an_invoice_is_issued_today_and_due_by_the_customers_terms(db: Database[Row]) -> None:
    customer = create_customer(
        preferences={"payment_terms_days": 30, "timezone": "Pacific/Kiritimati"}
    )
    with clock.frozen(NOON):
        invoice = create_invoice(customer=customer)
    view = invoice_view(invoice.row())
    assert (view["issue_date"], view["due_date"]) == ("2026-11-24", "2026-12-24")
    assert (view["number"], view["status"]) == ("INV-2026-000001", "open")
    assert view["subtotal"] == view["total"] == view["amount"] == view["amount_due"] == 10000
    assert view["finalized_at"] == "2026-11-23T12:00:00.000Z"
    assert view["seller"] == {"name": "Your company", "address": None, "tax_id": None}
    assert view["customer"]["name"] == customer.name


def test_terms_of_no_days_are_due_at_once(db: Database[Row]) -> None:
    invoice = create_invoice(customer=create_customer(preferences={"payment_terms_days": 0}))
    assert invoice.due_date == invoice.issue_date


@pytest.mark.parametrize(
    ("asked", "due"), [("2027-01-31", date(2027, 1, 31)), ("2026-11-01", date(2026, 11, 23))]
)
def test_a_due_date_is_taken_but_never_before_the_issue(
    db: Database[Row], asked: str, due: date
) -> None:
    with clock.frozen(NOON):
        assert create_invoice(due_date=asked).due_date == due


def test_lines_are_rounded_once_each_and_summed(db: Database[Row]) -> None:
    lines = [
        line(quantity=3, unit_amount="33.5"),
        line(unit_amount="0.5"),
        line(unit_amount=-50),
        line(unit_amount="-0.5"),
    ]
    invoice = create_invoice(line_items=lines)
    view = invoice_view(invoice.row())
    assert [item["amount"] for item in view["line_items"]] == [101, 1, -50, -1]
    assert view["total"] == 51
    assert view["line_items"][0]["explanation"]["calculation"].startswith("3 × 33.5 = 100.5")  # noqa: RUF001
    assert view["line_items"][0]["explanation"]["unit_price"] == "$0.335"


def test_the_currency_is_the_customers_unless_named(db: Database[Row]) -> None:
    customer = create_customer(preferences={"currency": "JPY"})
    assert create_invoice(customer=customer).currency == "JPY"
    assert create_invoice(customer=customer, currency="EUR").currency == "EUR"


def test_more_than_can_be_billed_is_refused(db: Database[Row]) -> None:
    with pytest.raises(TotalTooLarge):
        create_invoice(line_items=[line(unit_amount=10**12), line(unit_amount=1)])
    with pytest.raises(Invalid) as refusal:
        create_invoice(line_items=[line(), line(unit_amount=10**12, quantity=2)])
    assert refusal.value.field == "line_items.1.quantity"
    assert db.invoices.count_documents({}) == 0


def test_an_invoice_over_nothing_is_paid_at_once(db: Database[Row]) -> None:
    invoice = create_invoice(line_items=[line(unit_amount=0)])
    assert (invoice.status, invoice.amount_due) == ("paid", 0)
    assert invoice.paid_date == invoice.issue_date
    assert invoice.number
    assert db.payments.count_documents({}) == 0


def test_a_draft_claims_nothing(db: Database[Row]) -> None:
    draft = create_invoice(draft=True)
    row = draft.row()
    assert draft.status == "draft"
    for name in ("number", "issue_date", "seller", "customer", "finalized_at"):
        assert not row.get(name)
    assert db.counters.count_documents({}) == 0
    assert invoice_view(row)["seller"] is None


def test_a_draft_is_changed_as_a_whole_and_in_part(db: Database[Row]) -> None:
    draft = create_invoice(draft=True, notes="Old", purchase_order="PO-1")
    changed = change(draft, 1, line_items=[line(unit_amount=1)], notes=None)
    assert (changed.total, changed.amount_due, changed.revision) == (1, 1, 2)
    assert (changed.notes, changed.purchase_order, changed.status) == (None, "PO-1", "draft")
    with pytest.raises(StaleRevision):
        change(draft, 1, notes="x")


def test_a_draft_read_as_input_is_the_draft(db: Database[Row]) -> None:
    values = {
        "line_items": [line(quantity=2, unit_amount="0.5")],
        "due_date": "2027-01-31",
        "notes": "Thank you",
        "purchase_order": "PO-7",
        "metadata": {"a.b": "c"},
        "draft": True,
        "currency": "EUR",
    }
    draft = create_invoice(**values)
    expected = parse(InvoiceInput, {**values, "customer_id": draft.customer_id})
    assert as_input(get_invoice(draft.id)) == expected


def test_a_draft_is_issued_by_saying_so_or_by_changing_it(db: Database[Row]) -> None:
    first = finalize_invoice(create_invoice(draft=True).id, expected_revision=1)
    second = change(create_invoice(draft=True), draft=False)
    assert [first.number[-6:], second.number[-6:]] == ["000001", "000002"]
    assert {first.status, second.status} == {"open"}
    with pytest.raises(InvoiceNotFinalizable, match="open"):
        finalize_invoice(first.id)


def test_what_was_issued_is_frozen(db: Database[Row]) -> None:
    issued = create_invoice()
    paid, void = pay_invoice(create_invoice().id), void_invoice(create_invoice().id)
    cycle = create_subscription()
    billed = db.invoices.find_one({"subscription_id": cycle.id})
    assert billed
    for invoice_id in (issued.id, paid.id, void.id, billed["_id"]):
        before = get_invoice(invoice_id)
        with pytest.raises(InvoiceNotEditable, match=before.status):
            update_invoice(invoice_id, as_input(issued))
        with pytest.raises(InvoiceNotFinalizable):
            finalize_invoice(invoice_id)
        assert get_invoice(invoice_id).row() == before.row()


def test_an_old_revision_issues_nothing(db: Database[Row]) -> None:
    draft = create_invoice(draft=True)
    with pytest.raises(StaleRevision):
        finalize_invoice(draft.id, expected_revision=2)
    assert get_invoice(draft.id).status == "draft"
    assert db.counters.count_documents({}) == 0


def test_the_sellers_particulars_and_prefix_are_the_saved_ones(db: Database[Row]) -> None:
    db.settings.insert_one({"_id": "seller", "name": "Duebill Ltd", "invoice_prefix": "DB"})
    with clock.frozen(NOON):
        invoice = create_invoice()
    assert invoice.number == "DB-2026-000001"
    assert invoice.seller["name"] == "Duebill Ltd"


def test_each_year_begins_a_series_of_its_own(db: Database[Row]) -> None:
    numbers = []
    for year in (2026, 2027, 2026):
        with clock.frozen(datetime(year, 12, 31, tzinfo=UTC)):
            numbers.append(create_invoice().number)
    assert numbers == ["INV-2026-000001", "INV-2027-000001", "INV-2026-000002"]
