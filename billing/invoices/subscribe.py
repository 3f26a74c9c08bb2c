"""Subscribing a customer: the subscription and its first invoices, together or not at all."""

from datetime import date

from billing import clock
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.database import Row, database
from billing.foresight import as_stored, is_only_foreseen
from billing.invoices.commit_bills import commit_bills
from billing.invoices.errors import NothingDue, SubscriptionNotBillable
from billing.invoices.inputs import GenerateInvoice
from billing.invoices.models import Invoice
from billing.invoices.numbering import expect_numbers
from billing.invoices.prepare_bills import Prepared, next_day, prepare_bills
from billing.invoices.queries import get_invoice
from billing.periods import Schedule
from billing.plans.queries import get_terms
from billing.subscriptions.errors import StartTooLongAgo
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.start import start_subscription
from billing.transactions import operation

MAX_ELAPSED_PERIODS = 200


@operation
def create_subscription(data: SubscriptionInput) -> Subscription:
    """A new subscription, billed at once for each period that has begun, one invoice each.

    One that starts later waits for the billing run. Raises what start_subscription raises, and
    StartTooLongAgo and SubscriptionNotBillable.
    """
    expect_numbers()
    subscription = start_subscription(data)
    customer = get_customer(subscription.customer_id)
    if subscription.start_date <= _today(customer):
        _check_elapsed(subscription, _today(customer))
        _bill(as_stored(subscription.row()))
    return subscription if is_only_foreseen() else get_subscription(subscription.id)


@operation
def generate_invoice(data: GenerateInvoice) -> Invoice:
    """Bill what the subscription owes today; the newest of the invoices made.

    Raises SubscriptionNotFound, NothingDue and SubscriptionNotBillable.
    """
    expect_numbers()
    subscription = get_subscription(data.subscription_id)
    row = database().subscriptions.find_one({"_id": subscription.id})
    prepared = _bill(row) if row and subscription.next_billing_date else Prepared()
    if not prepared.invoices:
        raise NothingDue(
            "Nothing is due today; the next billing date is %(day)s.",
            day=next_day(subscription.next_billing_date),
        )
    newest = prepared.invoices[-1]
    if is_only_foreseen():
        foreseen: Invoice = Invoice._from_son(as_stored(newest))
        return foreseen
    return get_invoice(newest["_id"])


def _bill(row: Row) -> Prepared:
    prepared = prepare_bills([row], None)
    if prepared.skips:
        raise SubscriptionNotBillable(prepared.skips[0].message)
    commit_bills(prepared)
    return prepared


def _today(customer: Customer) -> date:
    return clock.today(customer.preferences.timezone)


def _check_elapsed(subscription: Subscription, today: date) -> None:
    terms = get_terms(subscription.plan_id, subscription.plan_version)
    start = subscription.start_date
    elapsed = Schedule(start, terms["billing_cycle"], terms["interval_count"]).index(today)
    if elapsed >= MAX_ELAPSED_PERIODS:
        raise StartTooLongAgo(
            "%(count)s periods have begun since; at most %(most)s are billed in one go. "
            "Choose a later start or a longer cycle.",
            count=str(elapsed + 1),
            most=MAX_ELAPSED_PERIODS,
            field="start_date",
        )
