"""Writing a new subscription. Billing it is `billing.invoices.subscribe`'s part."""

from datetime import date

from billing import clock
from billing.customers.models import Customer
from billing.customers.queries import hold_live_customer
from billing.database import Row, operation
from billing.events.journal import insert
from billing.plans.errors import PlanNotSubscribable
from billing.plans.models import Plan
from billing.plans.pricing import price_quantity
from billing.plans.queries import get_plan
from billing.subscriptions.errors import PriceNotWhole
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.models import Subscription


@operation
def start_subscription(data: SubscriptionInput) -> Subscription:
    """A new subscription whose first period is still to be billed.

    Raises CustomerNotFound, CustomerDeleted, PlanNotFound, PlanNotSubscribable and Invalid for a
    price that the plan cannot have.
    """
    customer, plan = hold_live_customer(data.customer_id), get_subscribable_plan(data.plan_id)
    check_price(plan.terms(), data.price, data.quantity)
    subscription = new_subscription(customer, plan, data)
    insert(subscription, "subscription.created")
    return subscription


def new_subscription(customer: Customer, plan: Plan, data: SubscriptionInput) -> Subscription:
    """The document, not stored; its anchor is its start."""
    start: date = data.start_date or clock.today(customer.preferences.timezone)
    return Subscription(
        customer_id=customer.id,
        plan_id=plan.id,
        plan_version=plan.version,
        quantity=data.quantity,
        price=data.price,
        start_date=start,
        billing_anchor=start,
        next_billing_date=start,
        metadata=data.metadata,
        test_clock_id=customer.test_clock_id,
    )


def get_subscribable_plan(plan_id: str) -> Plan:
    """The plan. Raises PlanNotFound, and PlanNotSubscribable for drafts and archived plans."""
    plan = get_plan(plan_id)
    if not plan.is_subscribable:
        raise PlanNotSubscribable(
            f"The plan is {plan.status}; only an active plan takes subscriptions.", field="plan_id"
        )
    return plan


def check_price(terms: Row, price: int | str | None, quantity: int) -> None:
    """Raises Invalid for a fraction of the smallest unit on a flat plan, or too large a bill."""
    charged = terms["price"] if price is None else price
    if terms["pricing_model"] == "flat" and isinstance(charged, str):
        raise PriceNotWhole("must be a whole number for a flat plan", field="price")
    price_quantity(terms["pricing_model"], charged, quantity)
