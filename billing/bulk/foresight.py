"""What would come of an act on each of many rows, in a few queries. Decides nothing: the operation
does, by the same refusals, when it is its turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from billing import clock
from billing.changes.cancel import refusal_to_end
from billing.customers.queries import customer_names, customers_of_ids
from billing.errors import BillingError
from billing.invoices.delete_customer import refusals_to_delete
from billing.invoices.models import Invoice
from billing.invoices.send_invoice import refusal_to_send
from billing.invoices.void import refusal_to_give_up, refusal_to_void
from billing.phrases import Day, Phrase
from billing.subscriptions.queries import subscriptions_of_ids


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One row: `outcome` says what will happen, `refusal` why it will not.

    `amount` in smallest units of `currency`; None where no money is concerned.
    """

    title: str
    under: str
    outcome: str
    refusal: str | None
    amount: int | None = None
    currency: str | None = None


_JUDGED = (
    "number", "status", "customer_id", "currency", "total", "amount_due", "amount_paid",
    "credited_total", "due_date",
)  # fmt: skip


def voiding(ids: Sequence[str]) -> dict[str, Foreseen]:
    """What is due on each is due no more."""
    return _of_invoices(ids, refusal_to_void, Phrase("Nothing will be due on it"))


def giving_up(ids: Sequence[str]) -> dict[str, Foreseen]:
    """What is due is no longer expected."""
    return _of_invoices(ids, refusal_to_give_up, Phrase("Marked uncollectible"))


def sending(ids: Sequence[str]) -> dict[str, Foreseen]:
    """Each is mailed to its customer."""
    invoices = _invoices(ids)
    customers = {
        row["_id"]: row for row in customers_of_ids({found.customer_id for found in invoices})
    }
    found = {}
    for invoice in invoices:
        customer = customers.get(invoice.customer_id, {})
        refusal = refusal_to_send(invoice, customer.get("email"), customer.get("name", ""))
        told = Phrase("Mailed to %(email)s", email=str(customer.get("email")))
        found[invoice.id] = _invoice(invoice, customer.get("name", ""), told, refusal)
    return found


def cancelling(ids: Sequence[str]) -> dict[str, Foreseen]:
    """Each ends with its paid period; the amount is the MRR that ends with it."""
    rows = subscriptions_of_ids(ids)
    names = customer_names([row["customer_id"] for row in rows])
    found = {}
    for row in rows:
        refusal, mrr = refusal_to_end(row), row.get("mrr")
        found[row["_id"]] = Foreseen(
            title=names.get(row["customer_id"]) or str(row["customer_id"]),
            under=row["_id"],
            outcome=_ending(row.get("current_period_end"), row["status"]),
            refusal=_said(refusal),
            amount=mrr,
            currency=row.get("currency") if mrr is not None else None,
        )
    return found


def deleting(ids: Sequence[str]) -> dict[str, Foreseen]:
    """Each leaves all lists."""
    refusals = refusals_to_delete(ids)
    return {
        row["_id"]: Foreseen(
            title=row["name"],
            under=row["email"],
            outcome=Phrase("Leaves all lists; invoices stay"),
            refusal=refusals[row["_id"]].message if row["_id"] in refusals else None,
        )
        for row in customers_of_ids(ids)
    }


def _of_invoices(
    ids: Sequence[str], judge: Callable[[Invoice], BillingError | None], outcome: Phrase
) -> dict[str, Foreseen]:
    invoices = _invoices(ids)
    names = customer_names([found.customer_id for found in invoices])
    return {
        found.id: _invoice(found, names.get(found.customer_id, ""), outcome, judge(found))
        for found in invoices
    }


def _invoice(
    invoice: Invoice, customer: str, outcome: Phrase, refusal: BillingError | None
) -> Foreseen:
    return Foreseen(
        title=invoice.number or Phrase("Draft"),
        under=customer,
        outcome=outcome,
        refusal=_said(refusal),
        amount=invoice.amount_due,
        currency=invoice.currency,
    )


def _invoices(ids: Sequence[str]) -> list[Invoice]:
    return list(Invoice.objects(id__in=list(ids)).only(*_JUDGED))


def _said(refusal: BillingError | None) -> str | None:
    return refusal.message if refusal else None


def _ending(period_end: str | None, status: str) -> Phrase:
    if period_end is None or status == "paused":
        return Phrase("Ends today: it has no paid period that goes on")
    if period_end <= clock.today().isoformat():
        return Phrase("What is due is billed; then it ends with that period")
    return Phrase("Ends on %(day)s", day=Day(period_end))
