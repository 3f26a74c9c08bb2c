"""What a run would invoice beside what was invoiced last, by currency and plan, and why it differs.

Each invoice is laid beside the last one of its subscription. The parts of a group sum exactly to
the difference: after - before.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from billing.database import Row
from billing.invoices.bill import Bill
from billing.invoices.models import END
from billing.invoices.prepare_bills import Prepared
from billing.runs.outliers import Outliers
from billing.runs.slips import Slip, last_slips

PARTS = ("new", "ended", "skipped", "moved", "price", "usage", "once", "catch_up")
"""Why amounts differ: first invoices, subscriptions that ended or paused, skipped ones, those that
changed the plan, other prices or quantities, other usage, what comes up once (prorations, set-up
fees, waiting lines), and further periods of the same subscription."""


@dataclass(slots=True)
class Group:
    """One currency and plan: invoices and sums in smallest units, of last time and of this run."""

    before_invoices: int = 0
    before: int = 0
    invoices: int = 0
    after: int = 0
    amounts: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def say(self, part: str, amount: int) -> None:
        """That `amount` of the difference is due to `part`, by one more subscription."""
        if amount:
            self.amounts[part] += amount
            self.counts[part] += 1


@dataclass(slots=True)
class Comparison:
    """Takes what a run prepares, batch by batch; holds the last invoices of one batch only."""

    outliers: Outliers = field(default_factory=Outliers)
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    _last: dict[str, Slip] = field(default_factory=dict)
    _met: set[str] = field(default_factory=set)

    def begin(self, rows: list[Row]) -> None:
        """Look up what these subscriptions were invoiced last."""
        self._last, self._met = last_slips(rows), set()

    def add(self, prepared: Prepared, slips: Iterable[Slip]) -> None:
        """Compare a batch, which is a part of the rows that were begun with; `slips` are its
        invoices in short."""
        for slip in slips:
            self._compare(slip)
        for bill in prepared.bills:
            if not bill.invoices and _bills_no_more(bill):
                self._lose(bill.subscription["_id"], "ended")
        for skip in prepared.skips:
            self._lose(skip.subscription_id, "skipped")

    def lost(self, slip: Slip) -> None:
        """Count an invoice that has no successor, since its subscription has ended meanwhile."""
        group = self._group(slip)
        group.before_invoices += 1
        group.before += slip.total
        group.say("ended", -slip.total)

    def rows(self) -> list[Row]:
        """The groups as they are kept, the largest sums of each currency first."""
        order = sorted(self.groups.items(), key=lambda item: (item[0][0], -item[1].after, item[0]))
        return [_row(currency, plan_id, group) for (currency, plan_id), group in order]

    def _lose(self, subscription_id: str, part: str) -> None:
        last = self._last.pop(subscription_id, None)
        if last is None or subscription_id in self._met:
            return
        group = self._group(last)
        group.before_invoices += 1
        group.before += last.total
        group.say(part, -last.total)

    def _compare(self, slip: Slip) -> None:
        last, group = self._last.get(slip.subscription_id), self._group(slip)
        group.invoices += 1
        group.after += slip.total
        self.outliers.look(slip, last)
        if last is None:
            group.say("new", slip.total)
        elif slip.subscription_id in self._met:
            group.say("catch_up", slip.total)
        else:
            self._explain(last, slip)
        self._last[slip.subscription_id] = slip
        self._met.add(slip.subscription_id)

    def _explain(self, last: Slip, slip: Slip) -> None:
        before, group = self._group(last), self._group(slip)
        before.before_invoices += 1
        before.before += last.total
        if slip.reason == END:
            before.say("ended", -last.total)
            group.say("ended", slip.total)
        elif before is not group:
            before.say("moved", -last.total)
            group.say("moved", slip.total)
        else:
            group.say("price", slip.steady - last.steady)
            group.say("usage", slip.usage - last.usage)
            group.say("once", slip.once - last.once)

    def _group(self, slip: Slip) -> Group:
        return self.groups.setdefault((slip.currency, slip.plan_id), Group())


def _bills_no_more(bill: Bill) -> bool:
    return bill.ends or bill.reached["status"] == "paused"


def _row(currency: str, plan_id: str, group: Group) -> Row:
    parts = [
        {"part": part, "count": group.counts[part], "amount": group.amounts[part]}
        for part in PARTS
        if group.counts[part]
    ]
    return {
        "currency": currency,
        "plan_id": plan_id,
        "before_invoices": group.before_invoices,
        "before": group.before,
        "invoices": group.invoices,
        "after": group.after,
        "parts": parts,
    }
