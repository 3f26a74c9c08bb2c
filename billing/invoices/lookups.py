"""What the subscriptions of one batch refer to, read once for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from billing import clock
from billing.customers.credit import credit_of
from billing.database import Row, database
from billing.invoices.account import Account, Purse, no_usage
from billing.invoices.compose import TaxRules
from billing.invoices.period_lines import AdvanceLines, UsageOf, is_metered
from billing.plans.pricing import Usage
from billing.seller import Seller, current_seller
from billing.subscriptions.pending import version_keys
from billing.usage.aggregate import late_in, usage_in
from billing.usage.counting import usage_start

_CUSTOMER_FIELDS = {"search_terms": 0, "name_key": 0, "metadata": 0, "phone": 0}

Window = tuple[date, date]


@dataclass(slots=True)
class Lookups:
    """Rows by id. The purses are shared: one customer's subscriptions use up the same credit."""

    customers: dict[str, Row]
    terms: dict[str, Row]
    pending: dict[str, list[Row]]
    usage: "UsageOfBatch"
    seller: Seller
    rates: dict[str, Row]
    now: datetime
    advance: AdvanceLines = field(default_factory=AdvanceLines)
    purses: dict[tuple[str, str], Purse] = field(default_factory=dict)

    @classmethod
    def for_rows(cls, rows: list[Row]) -> Self:
        """What these subscription rows refer to."""
        seller = current_seller()
        customers = rows_by_id("customers", map(customer_of, rows), _CUSTOMER_FIELDS)
        terms = rows_by_id("plan_versions", (key for row in rows for key in version_keys(row)))
        pending = _waiting([row["_id"] for row in rows])
        rates = rows_by_id("tax_rates", _rate_ids(customers.values(), pending, seller))
        usage = UsageOfBatch(rows, terms)
        return cls(customers, terms, pending, usage, seller, rates, clock.now())

    def account(self, row: Row) -> Account:
        """All that decides what the subscription owes; its customer and terms must be there."""
        customer = self.customers[customer_of(row)]
        return Account(
            row,
            self.terms,
            customer,
            self.seller,
            self._purse(customer, row),
            self._tax(customer),
            list(self.pending.get(row["_id"], [])),
            self.usage.of(row["_id"]) if _is_metered(row, self.terms) else no_usage,
        )

    def _purse(self, customer: Row, row: Row) -> Purse:
        key = version_keys(row).pop()
        currency = self.terms[key]["currency"]
        purse = self.purses.get((customer["_id"], currency))
        if purse is None:
            balance = credit_of(customer, currency)
            purse = self.purses[customer["_id"], currency] = Purse(
                customer["_id"], currency, balance
            )
        return purse

    def _tax(self, customer: Row) -> TaxRules:
        default = customer.get("tax_rate_ids") or self.seller["default_tax_rate_ids"]
        return TaxRules(self.rates, tuple(default), customer.get("tax_exempt", "none"))


def usage_reader(row: Row, terms: Mapping[str, Row]) -> UsageOf:
    """The reader of one subscription's usage on these terms."""
    return UsageOfBatch([row], terms).of(row["_id"]) if _is_metered(row, terms) else no_usage


def _is_metered(row: Row, terms: Mapping[str, Row]) -> bool:
    return any(is_metered(terms[key]) for key in version_keys(row))


class UsageOfBatch:
    """The usage of metered subscriptions: their last billed periods at once, others when asked."""

    def __init__(self, rows: list[Row], terms: Mapping[str, Row]) -> None:
        self._windows = {
            row["_id"]: _counted(row)
            for row in rows
            if row.get("current_period_start")
            and any(is_metered(terms.get(key, {})) for key in version_keys(row))
        }
        self._used = usage_in(self._windows) if self._windows else {}
        self._late = late_in(self._windows) if self._windows else {}

    def of(self, subscription_id: str) -> UsageOf:
        """The reader of one subscription's usage."""

        def read(start: date, end: date) -> tuple[Mapping[str, Usage], Mapping[str, int]]:
            used, late = self._used, self._late
            if self._windows.get(subscription_id) != (start, end):
                window = {subscription_id: (start, end)}
                used, late = usage_in(window), late_in(window)
            return used.get(subscription_id, {}), late.get(subscription_id, {})

        return read


# A row may be damaged: what it lacks must not stop those who are billed with it.
def customer_of(row: Row) -> str:
    """Whose subscription it is; empty in a damaged row."""
    return str(row.get("customer_id", ""))


def rows_by_id(name: str, ids: Iterable[str], fields: Row | None = None) -> dict[str, Row]:
    """Rows of a collection by their id, in one query; in none where nothing is asked for."""
    wanted = list(set(ids))
    found = database()[name].find({"_id": {"$in": wanted}}, fields) if wanted else ()
    return {row["_id"]: row for row in found}


def _waiting(subscription_ids: list[str]) -> dict[str, list[Row]]:
    """Lines that wait for each subscription's next invoice, oldest first."""
    where = {"subscription_id": {"$in": subscription_ids}, "waiting": True}
    found: dict[str, list[Row]] = defaultdict(list)
    for item in database().pending_items.find(where).sort("_id", 1):
        found[item["subscription_id"]].append(item)
    return found


def _rate_ids(
    customers: Iterable[Row], pending: Mapping[str, list[Row]], seller: Seller
) -> set[str]:
    wanted = set(seller["default_tax_rate_ids"])
    for customer in customers:
        wanted.update(customer.get("tax_rate_ids") or ())
    for items in pending.values():
        for item in items:
            wanted.update(item["line"]["tax_rate_ids"])
    return wanted


def _counted(row: Row) -> Window:
    """What of the last billed period is counted with its end."""
    start, end = usage_start(row) or "", row["current_period_end"]
    return date.fromisoformat(start), date.fromisoformat(end)
