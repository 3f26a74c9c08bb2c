"""A subscription that is about to change: brought up to date, changed, and written as one bill."""

from billing import clock
from billing.database import Row
from billing.documents import refuse_stale
from billing.errors import Conflict
from billing.foresight import as_stored, is_only_foreseen
from billing.invoices.bill import Bill
from billing.invoices.commit_bills import commit_bills
from billing.invoices.cycle import Course
from billing.invoices.errors import SubscriptionNotBillable
from billing.invoices.lookups import Lookups
from billing.invoices.prepare_bills import Prepared
from billing.phrases import Code, Day, Phrase
from billing.subscriptions.errors import SubscriptionNotChangeable
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription, get_subscription_row
from billing.subscriptions.states import LIVE


def course_of(
    subscription_id: str,
    expected_revision: int | None = None,
    refusal: type[Conflict] = SubscriptionNotChangeable,
    *,
    ending: bool = False,
) -> Course:
    """The live subscription's course with all behind it that is due by the customer's today.

    Where it is `ending` today, no period begins today any more.
    To be called inside the operation's transaction, which then calls `finish`. Raises
    SubscriptionNotFound, StaleRevision, SubscriptionNotBillable, and `refusal` for one that has
    ended.
    """
    row = get_subscription_row(subscription_id)
    refuse_stale(row.get("revision", 1), expected_revision)
    _check_live(row, refusal)
    lookups = Lookups.for_rows([row])
    account = lookups.account(row)
    today = clock.today(account.customer["preferences"]["timezone"])
    course = Course(account, today, clock.now(), lookups.advance)
    if course.is_due and account.customer.get("status") == "suspended":
        raise SubscriptionNotBillable("The customer is suspended; what is due cannot be billed.")
    while course.is_due and not (ending and course.row["next_billing_date"] == today.isoformat()):
        course.step()
    _check_live(course.row, refusal)
    return course


def _check_live(row: Row, refusal: type[Conflict]) -> None:
    if row["status"] not in LIVE:
        raise refusal(over(row))


def over(row: Row) -> Phrase:
    """What is said of a subscription that has ended."""
    status = Code(row["status"])
    if not (end := row.get("end_date")):
        return Phrase("This subscription is %(status)s already.", status=status)
    return Phrase(
        "This subscription is %(status)s already; it ended on %(day)s.", status=status, day=Day(end)
    )


def finish(course: Course, event: str, reason: str | None = None) -> Subscription:
    """Write what has come of it, with `event` for the audit trail; the subscription as it is now.

    Raises ChangedMeanwhile. Who looks ahead is given it as it would be.
    """
    bill: Bill = course.bill()
    bill.event, bill.reason = event, reason
    commit_bills(Prepared([bill]))
    if is_only_foreseen():
        changed: Subscription = Subscription._from_son(as_stored(bill.advanced(clock.now())))
        return changed
    return get_subscription(bill.subscription["_id"])
