"""Finding the truth about attempts whose answer never came.

Whoever asked may have died before asking, while waiting, or after the answer; the provider knows.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from pymongo.errors import PyMongoError

from billing import clock
from billing.database import Row, database
from billing.errors import BillingError
from billing.invoices.queries import get_invoice
from billing.payments.charge import ask_provider, settle_payment
from billing.payments.mails import NEVER_ASKED
from billing.payments.models import Payment, Refund
from billing.payments.providers import get_provider
from billing.payments.providers.base import Outcome, ProviderUnreachable
from billing.payments.queries import get_payment
from billing.payments.settle_refund import send_refund

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=5)
"""An attempt younger than this is left to whoever makes it."""

_NEVER_ASKED = Outcome("failed", failure_code=NEVER_ASKED)


def settle_pending(
    patience: timedelta = PATIENCE, customer_ids: Sequence[str] | None = None
) -> int:
    """Settle every payment and refund that has been pending for longer than `patience`.

    Only those of `customer_ids` where given. Safe to be done by several at once and again.
    Returns how many are settled now.
    """
    older: Row = {"status": "pending", "created_at": {"$lte": clock.now() - patience}}
    if customer_ids is not None:
        older["customer_id"] = {"$in": list(customer_ids)}
    payments = [row["_id"] for row in database().payments.find(older, {"_id": 1})]
    refunds = [row["_id"] for row in database().refunds.find(older, {"_id": 1})]
    settled = [_is_settled(partial(_find_out, each)) for each in payments]
    settled += [_is_settled(partial(send_refund, each)) for each in refunds]
    return sum(settled)


def _is_settled(find_out: Callable[[], Payment | Refund]) -> bool:
    """Whether it is settled now; one that cannot be asked for must not stop the others."""
    try:
        return bool(find_out().status != "pending")
    except PyMongoError:
        raise  # nobody could be settled now
    except BillingError as error:
        log.warning("attempt not settled", extra={"code": error.code})
    except Exception:
        log.exception("attempt not settled")
    return False


def _find_out(payment_id: str) -> Payment:
    """Ask what became of it; if it never got there, ask for it while the invoice is still owed."""
    payment = get_payment(payment_id)
    try:
        outcome = get_provider(payment.provider).confirm(payment.id)
    except ProviderUnreachable:
        return payment
    if outcome:
        return settle_payment(payment.id, outcome)
    invoice = get_invoice(payment.invoice_id)
    if invoice.is_payable and payment.amount <= invoice.amount_due:
        return ask_provider(payment)
    return settle_payment(payment.id, _NEVER_ASKED)
