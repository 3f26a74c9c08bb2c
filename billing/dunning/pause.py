"""Not reminding of an invoice until a day, and going on before it.

A pause moves the date of the next step, so that whoever reminds needs to know nothing of it; the
step itself ends the pause.
"""

from datetime import date, timedelta

from billing import clock
from billing.customers.queries import get_customer
from billing.dunning.errors import (
    DunningNotPaused,
    DunningNotPossible,
    DunningPauseNotPossible,
)
from billing.dunning.inputs import PauseDunning
from billing.dunning.schedule import first_date
from billing.events.journal import update
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.phrases import Code, Day
from billing.seller import current_seller
from billing.transactions import operation

LONGEST = timedelta(days=366)


@operation
def pause_dunning(
    invoice_id: str, data: PauseDunning, expected_revision: int | None = None
) -> Invoice:
    """Take no step of reminding before `data.until`; another pause replaces one that is there.

    Raises InvoiceNotFound, StaleRevision, DunningNotPossible and DunningPauseNotPossible.
    """
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    following = next_step_date(invoice)
    today = clock.today(get_customer(invoice.customer_id).preferences.timezone)
    if not today < data.until <= today + LONGEST:
        raise DunningPauseNotPossible(
            "must be after today and by %(day)s",
            day=Day((today + LONGEST).isoformat()),
            field="until",
        )
    paused = {"until": data.until.isoformat(), "next_date": following.isoformat()}
    invoice.dunning = {
        "step": 0,
        "ended": False,
        **invoice.dunning,
        "next_date": max(following, data.until).isoformat(),
        "paused": paused,
    }
    update(invoice, "invoice.dunning_paused", reason=data.reason)
    return invoice


@operation
def resume_dunning(invoice_id: str, expected_revision: int | None = None) -> Invoice:
    """End a pause: the next step is due when it would have been without it.

    Raises InvoiceNotFound, StaleRevision and DunningNotPaused.
    """
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    paused = invoice.dunning.get("paused")
    if not paused or invoice.dunning["ended"]:
        raise DunningNotPaused("Nobody paused the reminders of this invoice.")
    if invoice.dunning["step"]:
        rest = {name: value for name, value in invoice.dunning.items() if name != "paused"}
        invoice.dunning = {**rest, "next_date": paused["next_date"]}
    else:
        invoice.dunning = {}
    update(invoice, "invoice.dunning_resumed")
    return invoice


def next_step_date(invoice: Invoice) -> date:
    """When the next step would be due without a pause. Raises DunningNotPossible."""
    if invoice.status != "open" or invoice.due_date is None:
        raise DunningNotPossible(
            "This invoice is %(status)s; nobody is reminded of it.", status=Code(invoice.status)
        )
    known = (invoice.dunning.get("paused") or invoice.dunning).get("next_date")
    if invoice.dunning.get("ended"):
        raise DunningNotPossible("The last step was taken; nobody is reminded any more.")
    following = (
        date.fromisoformat(known)
        if known
        else first_date(invoice.due_date, current_seller()["dunning"]["days"])
    )
    if following is None:
        raise DunningNotPossible("The settings name no day on which to remind.")
    return following
