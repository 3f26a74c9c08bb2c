"""The proof sheet of a run: due = invoiced + skipped, sums per currency, who was skipped."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from billing.invoices.prepare_bills import Prepared, Skip


@dataclass(slots=True)
class Tally:
    """Counts of invoices, ended subscriptions and sums, raised batch by batch.

    All skips are counted; of many, only the first `most_skips` are kept where that is given.
    """

    most_skips: int | None = None
    invoiced: int = 0
    skipped: int = 0
    ended: int = 0
    invoices: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)
    skips: list[Skip] = field(default_factory=list)

    def add(self, prepared: Prepared) -> None:
        """Count a batch."""
        for invoice in prepared.invoices:
            self.invoices[invoice["currency"]] += 1
            self.amounts[invoice["currency"]] += invoice["total"]
        self.invoiced += len(prepared.invoices)
        self.ended += prepared.ended
        self.skipped += len(prepared.skips)
        left = None if self.most_skips is None else max(self.most_skips - len(self.skips), 0)
        self.skips.extend(prepared.skips[:left])


@dataclass(frozen=True, slots=True)
class ProofSheet:
    """What a run did, or would do. Amounts in smallest units.

    `due` are periods: each was invoiced or its subscription skipped. `ended` are subscriptions
    whose end was reached. `still_due`, counted afterwards from the subscriptions themselves, is
    no more than the skipped unless something new fell due.
    """

    as_of_date: date | None
    invoiced: int
    ended: int
    skipped: int
    sums: list[dict[str, Any]]
    skips: list[Skip]
    still_due: int | None = None

    @property
    def due(self) -> int:
        return self.invoiced + self.skipped


def sheet_of(tally: Tally, as_of: date | None) -> ProofSheet:
    """The sheet of what was tallied."""
    sums = [
        {"currency": currency, "invoices": count, "amount": tally.amounts[currency]}
        for currency, count in sorted(tally.invoices.items())
    ]
    return ProofSheet(as_of, tally.invoiced, tally.ended, tally.skipped, sums, tally.skips)
