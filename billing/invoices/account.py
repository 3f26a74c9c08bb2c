"""All that decides what a subscription owes, read before anything is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from billing.database import Row
from billing.invoices.compose import UNTAXED, TaxRules
from billing.invoices.period_lines import UsageOf
from billing.plans.pricing import Usage
from billing.seller import Seller


@dataclass(slots=True)
class Purse:
    """A customer's credit in one currency while bills use it up or add to it."""

    customer_id: str
    currency: str
    balance: int = 0


def no_usage(_start: date, _end: date) -> tuple[Mapping[str, Usage], Mapping[str, int]]:
    """For terms that charge for none."""
    return {}, {}


@dataclass(slots=True)
class Account:
    """A subscription's row with its terms by version key, its customer, and what is in hand.

    `pending` are the lines that wait for the next invoice (rows of pending_items; those made
    while billing have no `_id`). `billed` gathers which of them went into which invoice.
    """

    subscription: Row
    terms: Mapping[str, Row]
    customer: Row
    seller: Seller
    purse: Purse
    tax: TaxRules = UNTAXED
    pending: list[Row] = field(default_factory=list)
    usage_of: UsageOf = no_usage
    billed: list[tuple[str, str]] = field(default_factory=list)
    _taken: list[str] = field(default_factory=list)

    def take_pending(self) -> list[Row]:
        """The waiting lines, which then wait no more."""
        self._taken = [item["_id"] for item in self.pending if "_id" in item]
        lines = [item["line"] for item in self.pending]
        self.pending.clear()
        return lines

    def say_billed(self, invoice_id: str) -> None:
        """The lines that were taken are on this invoice."""
        self.billed.extend((item_id, invoice_id) for item_id in self._taken)
        self._taken = []
