"""What can be done to many rows at once, each by its own operation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from billing.bulk import foresight
from billing.bulk.foresight import Foreseen
from billing.changes.cancel import cancel_subscription
from billing.invoices.delete_customer import delete_customer
from billing.invoices.inputs import VoidInvoice
from billing.invoices.send_invoice import send_invoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.subscriptions.inputs import CancelSubscription


@dataclass(frozen=True, slots=True)
class Kind:
    """`act` takes an id and the reason that was given; `foresee` says what would come of it."""

    name: str
    act: Callable[[str, str | None], object]
    foresee: Callable[[Sequence[str]], dict[str, Foreseen]]
    takes_reason: bool = False


def _void(invoice_id: str, reason: str | None) -> object:
    return void_invoice(invoice_id, VoidInvoice(reason=reason))


def _cancel(subscription_id: str, reason: str | None) -> object:
    return cancel_subscription(
        subscription_id, CancelSubscription(when="period_end", reason=reason)
    )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("invoices.send", lambda id_, _: send_invoice(id_), foresight.sending),
        Kind("invoices.void", _void, foresight.voiding, takes_reason=True),
        Kind("invoices.give_up", lambda id_, _: mark_uncollectible(id_), foresight.giving_up),
        Kind("subscriptions.cancel", _cancel, foresight.cancelling, takes_reason=True),
        Kind("customers.delete", lambda id_, _: delete_customer(id_), foresight.deleting),
    )
}
