"""Taking an invoice's next step of reminding before its day, and what that would do."""

from dataclasses import dataclass

from billing import clock
from billing.customers.queries import get_customer
from billing.database import Row, database
from billing.dunning.errors import DunningNotPossible
from billing.dunning.pause import next_step_date
from billing.dunning.take_step import Step, follow
from billing.idempotency.in_stages import note_begun
from billing.invoices.queries import get_invoice
from billing.phrases import Day
from billing.subscriptions.queries import find_subscription
from billing.transactions import operation, rehearse


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a step would do: `dunning` is the invoice's afterwards, `statuses` those of its
    subscription before and after it, `charge` what the customer's source would be asked for."""

    step: Step
    dunning: Row
    statuses: tuple[str, str] | None
    charge: int | None


@operation
def take_step_now(invoice_id: str, expected_revision: int | None = None) -> Step:
    """Take the next step of an overdue invoice today; a pause ends with it.

    A payment that the step begins is still to be asked for. Raises InvoiceNotFound,
    StaleRevision and DunningNotPossible.
    """
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    customer = get_customer(invoice.customer_id)
    today = clock.today(customer.preferences.timezone)
    next_step_date(invoice)
    if invoice.due_date > today:
        raise DunningNotPossible(
            "This invoice is due on %(day)s and not overdue yet.",
            day=Day(invoice.due_date.isoformat()),
        )
    step = follow(invoice, customer, today)
    if step is None:
        raise DunningNotPossible("A payment is under way; wait for what becomes of it.")
    note_begun(invoice_id)
    return step


def preview_step(invoice_id: str) -> Foreseen:
    """What take_step_now would do: it is done, looked at and rolled back. Raises what it raises."""

    def work() -> Foreseen:
        before = _status(invoice_id)
        step = take_step_now(invoice_id)
        row = database().invoices.find_one({"_id": invoice_id}) or {}
        after = _status(invoice_id)
        statuses = (before, after) if before and after else None
        charge = step.payment.amount if step.payment else None
        return Foreseen(step, row["dunning"], statuses, charge)

    return rehearse(work)


def _status(invoice_id: str) -> str | None:
    """Of the invoice's subscription."""
    subscription_id = get_invoice(invoice_id).subscription_id
    found = find_subscription(subscription_id) if subscription_id else None
    return str(found.status) if found else None
