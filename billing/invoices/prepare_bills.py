"""Computing what a batch of subscriptions owes; nothing is written here."""

import logging
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from billing import clock
from billing.database import Row, database
from billing.errors import BillingError
from billing.invoices.cycle import Account, Bill, bill_for
from billing.plans.models import version_key
from billing.seller import Seller, current_seller

log = logging.getLogger(__name__)

_CUSTOMER_FIELDS = {"search_terms": 0, "name_key": 0, "metadata": 0, "phone": 0}


@dataclass(frozen=True, slots=True)
class Skip:
    """A due subscription that could not be billed, and why."""

    subscription_id: str
    customer_id: str
    code: str
    message: str


@dataclass(slots=True)
class Prepared:
    """A batch, computed and not written."""

    bills: list[Bill] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    """Subscriptions that have nothing due yet where their customer lives."""
    left: list[Row] = field(default_factory=list)
    """Rows beyond the budget, not looked at."""

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
    lookups, prepared, invoices = _Lookups.for_rows(rows), Prepared(), 0
    for position, row in enumerate(rows):
        if invoices >= budget:
            prepared.left = rows[position:]
            break
        outcome = lookups.bill(row, as_of)
        if isinstance(outcome, Skip):
            prepared.skips.append(outcome)
        elif outcome.advance:
            prepared.bills.append(outcome)
            invoices += len(outcome.invoices)
        else:
            prepared.idle.append(row["_id"])
    return prepared


@dataclass(frozen=True, slots=True)
class _Lookups:
    """What the rows of one batch refer to, read once."""

    customers: dict[str, Row]
    terms: dict[str, Row]
    seller: Seller
    now: datetime

    @classmethod
    def for_rows(cls, rows: list[Row]) -> Self:
        versions = {_version_of(row) for row in rows}
        return cls(
            _by_id("customers", {_customer_of(row) for row in rows}, _CUSTOMER_FIELDS),
            _by_id("plan_versions", versions),
            current_seller(),
            clock.now(),
        )

    def bill(self, row: Row, as_of: date | None) -> Bill | Skip:
        customer = self.customers.get(_customer_of(row))
        version = self.terms.get(_version_of(row))
        if customer is None or customer.get("deleted_at"):
            return skip_of(row, "customer_deleted", "The customer was deleted.")
        if customer.get("status") == "suspended":
            return skip_of(row, "customer_suspended", "The customer is suspended.")
        if version is None:
            return skip_of(row, "plan_version_missing", "The plan has no such version.")
        try:
            day = as_of or clock.today(customer["preferences"]["timezone"])
            return bill_for(Account(row, version, customer, self.seller), day, self.now)
        except BillingError as error:
            return skip_of(row, error.code, error.message)
        except Exception:  # one odd subscription must not stop the others
            log.exception("subscription not billed", extra={"subscription_id": row["_id"]})
            return skip_of(row, "unexpected_error", "It could not be computed; see the log.")


def skip_of(row: Row, code: str, message: str) -> Skip:
    """The refusal to bill a subscription row."""
    return Skip(row["_id"], _customer_of(row), code, message)


# A row may be damaged: what it lacks must not stop those who are billed with it.
def _customer_of(row: Row) -> str:
    return str(row.get("customer_id", ""))


def _version_of(row: Row) -> str:
    return version_key(str(row.get("plan_id", "")), row.get("plan_version", 0))


def _by_id(name: str, ids: set[str], fields: Row | None = None) -> dict[str, Row]:
    found = database()[name].find({"_id": {"$in": list(ids)}}, fields)
    return {row["_id"]: row for row in found}
