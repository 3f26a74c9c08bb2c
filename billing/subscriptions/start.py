"""Writing a new subscription. Billing it is `billing.invoices.subscribe`'s part."""

from datetime import date, timedelta

from billing import clock
from billing.coupons.redeem import redeem
from billing.customers.models import Customer
from billing.customers.queries import hold_live_customer
from billing.database import Row
from billing.events.journal import insert
from billing.foresight import is_only_foreseen
from billing.phrases import Code
from billing.plans.errors import PlanNotSubscribable
from billing.plans.lines import advance_lines
from billing.plans.models import Plan
from billing.plans.queries import get_plan
from billing.subscriptions.anchors import calendar_anchor
from billing.subscriptions.errors import AnchorNotPossible, EndBeforeStart, PriceNotWhole
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.models import Subscription
from billing.transactions import operation


@operation
def start_subscription(data: SubscriptionInput) -> Subscription:
    """A new subscription whose first period is still to be billed.

    Raises CustomerNotFound, CustomerDeleted, PlanNotFound, PlanNotSubscribable, what redeeming a
    coupon raises, and Invalid for a price or dates that the plan cannot have.
    """
    customer, plan = hold_live_customer(data.customer_id), get_subscribable_plan(data.plan_id)
    check_price(plan.terms(), data.price, data.quantity)
    subscription = new_subscription(customer, plan, data)
    if data.coupon:
        today = clock.today(customer.preferences.timezone)
        subscription.coupon = redeem(data.coupon, plan.id, plan.currency, on=today)
    if not is_only_foreseen(subscription):
        insert(subscription, "subscription.created")
    return subscription


def new_subscription(customer: Customer, plan: Plan, data: SubscriptionInput) -> Subscription:
    """The document, not stored. Its anchor is its start, its trial's end or the day wanted."""
    start: date = data.start_date or clock.today(customer.preferences.timezone)
    days = plan.trial_days if data.trial_days is None else data.trial_days
    first_paid = start + timedelta(days=days or 0)
    subscription = Subscription(
        customer_id=customer.id,
        plan_id=plan.id,
        plan_version=plan.version,
        quantity=data.quantity,
        price=data.price,
        start_date=start,
        end_date=data.end_date,
        planned_end_date=data.end_date,
        billing_anchor=_anchor(plan, data, first_paid),
        next_billing_date=first_paid,
        metadata=data.metadata,
        test_clock_id=customer.test_clock_id,
    )
    if first_paid > start:
        _begin_trial(subscription, start, first_paid)
    _check_end(subscription, start)
    return subscription


def _begin_trial(subscription: Subscription, start: date, end: date) -> None:
    subscription.status, subscription.trial_end_date = "trialing", end
    subscription.current_period_start, subscription.current_period_end = start, end


def _check_end(subscription: Subscription, start: date) -> None:
    end = subscription.end_date
    if end is None:
        return
    if end <= start:
        raise EndBeforeStart("must be after the start date", field="end_date")
    subscription.next_billing_date = min(subscription.next_billing_date, end)


def _anchor(plan: Plan, data: SubscriptionInput, first_paid: date) -> date:
    if data.billing_anchor is None:
        return first_paid
    day, cycle = data.billing_anchor.day, plan.billing_cycle
    if cycle == "daily" or (cycle == "weekly" and day > 7):
        raise AnchorNotPossible(
            "has no meaning for a daily plan" if cycle == "daily" else "must be 1 to 7",
            field="billing_anchor.day",
        )
    return calendar_anchor(first_paid, day, cycle, plan.interval_count)


def get_subscribable_plan(plan_id: str) -> Plan:
    """The plan. Raises PlanNotFound, and PlanNotSubscribable for drafts and archived plans."""
    plan = get_plan(plan_id)
    if not plan.is_subscribable:
        raise PlanNotSubscribable(
            "The plan is %(status)s; only an active plan takes subscriptions.",
            status=Code(plan.status),
            field="plan_id",
        )
    return plan


def check_price(terms: Row, price: int | str | None, quantity: int) -> None:
    """Raises Invalid for a negotiated price that the plan cannot have, or too large a bill."""
    model = terms["pricing_model"]
    if price is not None and model in {"graduated", "volume"}:
        raise PriceNotWhole(
            "a graduated plan is priced by its tiers"
            if model == "graduated"
            else "a volume plan is priced by its tiers",
            field="price",
        )
    charged = terms["price"] if price is None else price
    if model == "flat" and isinstance(charged, str):
        raise PriceNotWhole("must be a whole number for a flat plan", field="price")
    advance_lines(terms, quantity, price)
