"""Finding invoices."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from billing import clock
from billing.database import Database, Row
from billing.invoices.queries import is_overdue, latest_invoice_ids, list_invoices
from billing.invoices.views import invoice_view
from billing.invoices.void import mark_uncollectible
from billing.pages import Page
from billing.payments.pay_invoice import pay_invoice
from tests.factories import create_customer, create_invoice, create_subscription

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ids(page: Page) -> list[str]:
    return [row["_id"] for row in page.items]


def test_overdue_is_open_and_past_its_due_date(db: Database[Row]) -> None:
    customer = create_customer(preferences={"payment_terms_days": 14})
    with clock.frozen(NOON - timedelta(days=20)):
        longest = create_invoice(customer=customer)
        paid, given_up = create_invoice(customer=customer), create_invoice(customer=customer)
        pay_invoice(paid.id)
        mark_uncollectible(given_up.id)
    with clock.frozen(NOON - timedelta(days=15)):
        late = create_invoice(customer=customer)
    with clock.frozen(NOON - timedelta(days=14)):
        due_today = create_invoice(customer=customer)
    draft = create_invoice(customer=customer, draft=True, due_date="2026-01-01")
    with clock.frozen(NOON):
        assert ids(list_invoices(overdue=True)) == [longest.id, late.id]
        others = {paid.id, given_up.id, due_today.id, draft.id}
        assert set(ids(list_invoices(overdue=False))) == others
        assert is_overdue(late.row())
        assert invoice_view(late.row())["overdue"]
        assert not is_overdue(due_today.row())
        first = list_invoices(overdue=True, limit=1)
        assert ids(list_invoices(overdue=True, limit=1, cursor=first.next_cursor)) == [late.id]


def test_lists_filter_and_sort(db: Database[Row]) -> None:
    customer = create_customer()
    with clock.frozen(NOON):
        one = create_invoice(customer=customer, due_date="2027-03-01")
        two = create_invoice(currency="EUR", due_date="2027-02-01")
    with clock.frozen(NOON + timedelta(days=2)):
        subscription = create_subscription()
    three = latest_invoice_ids([subscription.id])[subscription.id]
    draft = create_invoice(draft=True)
    assert ids(list_invoices()) == [draft.id, three, two.id, one.id] or set(
        ids(list_invoices())
    ) == {draft.id, three, two.id, one.id}
    assert ids(list_invoices(customer_id=customer.id)) == [one.id]
    assert ids(list_invoices(currency="EUR")) == [two.id]
    assert ids(list_invoices(subscription_id=subscription.id)) == [three]
    assert ids(list_invoices(number=two.number)) == [two.id]
    assert ids(list_invoices(status="draft")) == [draft.id]
    assert ids(list_invoices(status="open", sort="due_date")) == [three, two.id, one.id]
    assert ids(list_invoices(issued_from=date(2026, 11, 24))) == [three]
    assert set(ids(list_invoices(issued_before=date(2026, 11, 24)))) == {one.id, two.id}
    assert ids(list_invoices(sort="issue_date"))[0] == draft.id
    assert ids(list_invoices(sort="-issue_date"))[0] == three
    assert "explanation" in list_invoices().items[0]["line_items"][0]


def test_the_newest_invoice_of_each_subscription_is_found_in_one_go(db: Database[Row]) -> None:
    start = (clock.today() - timedelta(days=40)).isoformat()
    subscriptions = [create_subscription(start_date=start) for _ in range(3)]
    wanted = [subscription.id for subscription in subscriptions]
    found = latest_invoice_ids(wanted)
    for subscription_id in wanted:
        newest = max(r["_id"] for r in db.invoices.find({"subscription_id": subscription_id}))
        assert found[subscription_id] == newest
        assert latest_invoice_ids([subscription_id]) == {subscription_id: newest}
    assert latest_invoice_ids(["sub_none"]) == latest_invoice_ids([]) == {}
