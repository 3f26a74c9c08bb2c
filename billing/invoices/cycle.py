"""Pure: all that happens to one subscription up to a date. Rows in, rows out, no database.

Something happens on the subscription's next_billing_date: a period begins and is billed, a trial
ends, a pause begins or is over, a pending change is due, the end is reached. Each step says when
the next one is, until that lies beyond the date.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from billing.database import Row
from billing.invoices.account import Account
from billing.invoices.arrears import arrears_lines, part_usage
from billing.invoices.bill import Bill
from billing.invoices.issuing import Issuer
from billing.invoices.models import CYCLE, END
from billing.invoices.period_lines import (
    AdvanceLines,
    commitment_of,
    cut_commitment,
    first_lines,
)
from billing.periods import Period, PeriodWalk, Schedule
from billing.plans.models import version_key
from billing.subscriptions.coupon_cycles import coupon_ahead, take_coupon
from billing.subscriptions.movements import Movement
from billing.subscriptions.mrr import mrr_of, what_counts
from billing.subscriptions.pausing import begin_pause, end_pause, next_date
from billing.subscriptions.pending import take_up_change
from billing.subscriptions.proration import coupon_of_period, credit_lines, rest_of_period
from billing.subscriptions.states import LIVE


def bill_for(
    account: Account,
    as_of: date,
    now: datetime,
    most: int = 1000,
    advance: AdvanceLines | None = None,
) -> Bill:
    """Let everything happen to the subscription that was due by `as_of`; at most `most` invoices.

    Invoices are issued on `as_of` and carry no number yet. `advance` remembers prices for others
    on the same terms. Raises BillingError when the terms cannot be charged.
    """
    course = Course(account, as_of, now, advance or AdvanceLines())
    while course.is_due and len(course.issuer.invoices) < most:
        course.step()
    return course.bill()


@dataclass(slots=True)
class Course:
    """A subscription on its way: `row` is where it has got to."""

    account: Account
    as_of: date
    now: datetime
    advance: AdvanceLines = field(default_factory=AdvanceLines)
    row: Row = field(init=False)
    issuer: Issuer = field(init=False)
    movements: list[Movement] = field(default_factory=list)
    """How its monthly recurring revenue moved on the way."""
    _counted: tuple[object, ...] = ()
    _walk: PeriodWalk = field(default_factory=PeriodWalk)

    def __post_init__(self) -> None:
        self.row = dict(self.account.subscription)
        self.issuer = Issuer(self.account, self.as_of, self.now)

    @property
    def is_due(self) -> bool:
        """Whether something happens by the date."""
        following = self.row.get("next_billing_date")
        return following is not None and following <= self.as_of.isoformat()

    @property
    def terms(self) -> Row:
        """The version of the plan that the subscription is on."""
        return self.account.terms[version_key(self.row["plan_id"], self.row["plan_version"])]

    def step(self) -> None:
        """The next thing that happens."""
        row = self.row
        day = date.fromisoformat(row["next_billing_date"])
        end, pause = row.get("end_date"), row.get("pause")
        if end and end <= row["next_billing_date"]:
            self.end(date.fromisoformat(end))
        elif row["status"] == "paused":
            end_pause(row, day)
            if row["next_billing_date"] == day.isoformat():  # not a day that is paid for already
                self.begin_period(day)
        elif pause and pause["from"] <= row["next_billing_date"]:
            self.pause(day)
        else:
            self.begin_period(day)
        self._note_mrr(day)

    def pause(self, day: date) -> None:
        """Begin the pause that is agreed, and give back what is paid for unless told otherwise."""
        if self.row["pause"].get("proration") != "none":
            self.cut_period(day)
        begin_pause(self.row, day)

    def cut_period(self, day: date, *, credit: bool = True) -> None:
        """End the billed period on `day`; its rest is given back with the next invoice."""
        row = self.row
        rest = rest_of_period(row, self.terms, day)
        lines: list[Row] = []
        if credit:
            lines = credit_lines(self.full_lines(), rest, coupon_of_period(row))
        if commitment := row.get("commitment"):
            row["commitment"] = cut_commitment(commitment, lines, rest)
        self.wait(lines)
        row["current_period_end"] = day.isoformat()

    def part_usage(self, day: date, after: Row) -> None:
        """Let usage from `day` on count on the terms `after`; what it comes to until then, where
        these charge otherwise, waits for the next invoice."""
        self.wait(part_usage(self.row, self.terms, after, self.account.usage_of, day))

    def wait(self, lines: list[Row]) -> None:
        """Let lines wait for the next invoice; usage is told there even where it costs nothing."""
        told = (line for line in lines if line["amount"] or line["kind"] == "usage")
        self.account.pending.extend({"line": line} for line in told)

    def full_lines(self) -> list[Row]:
        """What a full period costs in advance on the present terms; not to be changed."""
        return self.advance.full(self.terms, self.row)

    def begin_period(self, day: date, reason: str = CYCLE) -> None:
        """Bill what the period before used, and the period that begins on `day`."""
        row = self.row
        is_first = row.get("current_period_end") is None or row["status"] == "trialing"
        lines = [] if is_first else self._arrears(row["current_period_end"])
        if row.get("usage_from"):
            row["usage_from"] = None
        take_up_change(row, day, self.account.terms)
        terms, full = self.terms, self._full_period(day)
        period = Period(day, self._cut(full.end))
        billed = self.advance.of_period(terms, row, period, full)
        if commitment := commitment_of(terms, billed, period, full):
            row["commitment"] = commitment
        elif row.get("commitment"):
            row["commitment"] = None
        lines += first_lines(terms, day) if is_first else []
        self.issuer.issue([*lines, *billed], reason, take_coupon(row, day), period)
        if row["status"] == "trialing":
            row["status"] = "active"
        row["current_period_start"] = period.start.isoformat()
        row["current_period_end"] = period.end.isoformat()
        row["next_billing_date"] = next_date(row)

    def end(self, day: date) -> None:
        """Bill what is left to bill when the subscription ends on `day`."""
        row = self.row
        lines = []
        if row.get("current_period_end") is not None:
            # What was used on its last day, before it was ended, counts too.
            lines = self._arrears(day.isoformat(), timedelta(days=1))
        if lines or self.account.pending:
            coupon = row.get("coupon")
            self.issuer.issue(lines, END, [coupon] if coupon and coupon.get("since") else [])
        row["next_billing_date"] = None
        if row["status"] in LIVE:
            row["status"] = "cancelled" if row["cancel_at_period_end"] else "expired"
            row["cancelled_at"] = self.now
            row["cancel_at_period_end"] = False

    def bill_pending(self, reason: str) -> None:
        """Bill what waits for the next invoice now; usage as it would be there."""
        if waiting := self.account.pending:
            is_used = any(item["line"]["kind"] == "usage" for item in waiting)
            self.issuer.issue([], reason, coupon_ahead(self.row) if is_used else [])

    def bill(self) -> Bill:
        """What has come of it."""
        self._note_mrr(self.as_of)
        account = self.account
        waiting = [item["line"] for item in account.pending if "_id" not in item]
        return Bill(
            account,
            account.subscription,
            self.issuer.invoices,
            self.row,
            account.purse,
            account.billed,
            waiting,
            self.movements,
        )

    def _note_mrr(self, day: date) -> None:
        """Remember how the MRR moved on `day`; a run asks of every invoice (see what_counts)."""
        row = self.row
        if (counted := what_counts(row)) == self._counted or row.get("test_clock_id"):
            return
        self._counted = counted
        before, after = row.get("mrr"), mrr_of(row, self.terms, self.full_lines())
        if after != (before or 0):
            self.movements.append(Movement(day, before, after))
            row["mrr"], row["currency"] = after, self.account.purse.currency

    def _arrears(self, until: str, through: timedelta = timedelta()) -> list[Row]:
        """What the period up to `until` owes afterwards; its usage counts `through` longer."""
        return arrears_lines(self.row, self.terms, self.account.usage_of, until, through)

    def _full_period(self, day: date) -> Period:
        """The period of the schedule that `day` lies in; `day` is its start unless it is a stub."""
        anchor, terms = date.fromisoformat(self.row["billing_anchor"]), self.terms
        schedule = Schedule(anchor, terms["billing_cycle"], terms["interval_count"])
        return self._walk.at(schedule, day)

    def _cut(self, end: date) -> date:
        last = self.row.get("end_date")
        return min(end, date.fromisoformat(last)) if last else end
