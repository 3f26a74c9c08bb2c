"""Pure: the invoices of one subscription's course, one after the other from the same credit."""

from dataclasses import dataclass, field
from datetime import date, datetime

from billing.database import Row
from billing.invoices.account import Account
from billing.invoices.compose import compose_invoice
from billing.invoices.parties import invoice_base
from billing.periods import Period


@dataclass(slots=True)
class Issuer:
    """Issues on `day`; what waits for the next invoice goes on each."""

    account: Account
    day: date
    now: datetime
    invoices: list[Row] = field(default_factory=list)
    _base: Row = field(default_factory=dict)

    def issue(
        self, lines: list[Row], reason: str, discounts: list[Row], period: Period | None = None
    ) -> None:
        """Add an invoice of `lines`, after those that wait, in the currency of the purse."""
        account, purse = self.account, self.account.purse
        base = {**self._shared(), "reason": reason}
        if period:
            base["period_start"] = period.start.isoformat()
            base["period_end"] = period.end.isoformat()
        lines = [*account.take_pending(), *lines] if account.pending else lines
        invoice = compose_invoice(
            base, lines, account.tax, discounts=discounts, credit=purse.balance
        )
        purse.balance -= invoice["credit_applied"]
        account.say_billed(invoice["_id"])
        self.invoices.append(invoice)

    def _shared(self) -> Row:
        if not self._base:
            account = self.account
            self._base = invoice_base(account.customer, account.seller, self.day, self.now)
            self._base["subscription_id"] = account.subscription["_id"]
            self._base["currency"] = account.purse.currency
        return self._base
