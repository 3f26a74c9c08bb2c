"""Computing what a batch of subscriptions owes; nothing is written here."""

import logging
from dataclasses import dataclass, field
from datetime import date

from billing import clock
from billing.database import Row
from billing.errors import BillingError
from billing.invoices.bill import Bill
from billing.invoices.cycle import bill_for
from billing.invoices.lookups import Lookups, customer_of
from billing.invoices.ready import Ready
from billing.phrases import Day, Phrase, Told
from billing.subscriptions.pending import version_keys

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Skip:
    """A due subscription that could not be billed, and why."""

    subscription_id: str
    customer_id: str
    code: str
    message: Phrase


@dataclass(slots=True)
class Prepared:
    """A batch, computed and not written."""

    bills: list[Bill] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    """Subscriptions that have nothing due yet where their customer lives."""
    left: list[Row] = field(default_factory=list)
    """Rows beyond the budget, not looked at."""
    ready: Ready | None = None
    """What the bills are written as, where it was made before."""

    @property
    def invoices(self) -> list[Row]:
        return [invoice for bill in self.bills for invoice in bill.invoices]

    @property
    def ended(self) -> int:
        return sum(bill.ends for bill in self.bills)


def prepare_bills(rows: list[Row], as_of: date | None, *, budget: int = 1000) -> Prepared:
    """Compute what these subscription rows owe by `as_of`, or by each customer's own today.

    At most about `budget` invoices; the rows beyond that are returned as `left`.
    """
    lookups, prepared, invoices = Lookups.for_rows(rows), Prepared(), 0
    for position, row in enumerate(rows):
        if invoices >= budget:
            prepared.left = rows[position:]
            break
        outcome = _bill(lookups, row, as_of)
        if isinstance(outcome, Skip):
            prepared.skips.append(outcome)
        elif outcome.advance:
            prepared.bills.append(outcome)
            invoices += len(outcome.invoices)
        else:
            prepared.idle.append(row["_id"])
    return prepared


def _bill(lookups: Lookups, row: Row, as_of: date | None) -> Bill | Skip:
    customer = lookups.customers.get(customer_of(row))
    if customer is None or customer.get("deleted_at"):
        return skip_of(row, "customer_deleted", Phrase("The customer was deleted."))
    if customer.get("status") == "suspended":
        return skip_of(row, "customer_suspended", Phrase("The customer is suspended."))
    if not version_keys(row) <= lookups.terms.keys():
        return skip_of(row, "plan_version_missing", Phrase("The plan has no such version."))
    account = None
    try:
        account = lookups.account(row)
        credit = account.purse.balance
        day = as_of or clock.today(customer["preferences"]["timezone"])
        return bill_for(account, day, lookups.now, advance=lookups.advance)
    except Exception as error:  # one odd subscription must not stop the others
        if account:
            account.purse.balance = credit
        if isinstance(error, BillingError):
            return skip_of(row, error.code, error.message)
        log.exception("subscription not billed", extra={"subscription_id": row["_id"]})
        return skip_of(row, "unexpected_error", Phrase("It could not be computed; see the log."))


def next_day(day: str | None) -> Told:
    """When there is something to bill again, for who asked too early."""
    return Day(day) if day else Phrase("never")


def skip_of(row: Row, code: str, message: Phrase) -> Skip:
    """The refusal to bill a subscription row."""
    return Skip(row["_id"], customer_of(row), code, message)
