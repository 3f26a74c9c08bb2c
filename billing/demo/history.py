"""The demo's past: who came when, on which plan, and what they did then."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from billing.actors import acting_as
from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.customers.inputs import CustomerInput
from billing.customers.inputs import as_input as customer_input
from billing.customers.queries import get_customer
from billing.customers.save_customer import create_customer, update_customer
from billing.database import database
from billing.demo.agenda import Agenda
from billing.demo.catalogue import CHOICES, COUPONS, DISCONTINUED
from billing.demo.growth import Growth
from billing.demo.people import make_customers
from billing.demo.staff import Staff
from billing.inputs import merge, parse
from billing.invoices.inputs import InvoiceInput
from billing.invoices.one_off import create_invoice
from billing.invoices.subscribe import create_subscription
from billing.plans.models import Plan
from billing.plans.save_plan import archive_plan
from billing.subscriptions.inputs import CancelSubscription, SubscriptionInput
from billing.subscriptions.queries import get_subscription

_REASONS = ("Too expensive", "Project ended", "Moved to another product", None)
_SERVICES = (("Onboarding workshop", 45000), ("Data migration", 60000), ("Custom report", 18000))


@dataclass(slots=True)
class History:
    """Puts the past on the agenda; `customer_ids` grows as it is lived."""

    agenda: Agenda
    staff: Staff
    plans: dict[str, Plan]
    random: Random
    taxes: dict[str, str]
    """By currency: the id of the tax rate for customers who are billed in it."""
    customer_ids: list[str] = field(default_factory=list)

    def plan_all(self, customers: int) -> None:
        """Spread everything over the days, more customers towards the end."""
        length = (self.agenda.last - self.agenda.day).days
        inputs = make_customers(self.random, customers)
        for number, data in enumerate(inputs):
            day = self._after(round(length * (number / customers) ** 0.7))
            self._put("support", day, partial(self._sign_up, data))
        self._put("admin", self._after(length // 3), self._discontinue)
        for days in range(30, length, 24):
            self._put("billing", self._after(days), self._bill_service)
        self._put("support", self._after(length - 20), self._suspend)
        self._put("support", self.agenda.last, self._give_notice)
        for _ in range(2):
            self._put("billing", self.agenda.last, self._draft)

    def _sign_up(self, data: CustomerInput) -> None:
        if tax := self.taxes.get(data.preferences.currency):
            data = data.model_copy(update={"tax_rate_ids": [tax]})
        customer = create_customer(data)
        self.customer_ids.append(customer.id)
        for _ in range(2 if self.random.random() < 0.25 else 1):
            self._subscribe(customer.id, data.preferences.currency)

    def _subscribe(self, customer_id: str, currency: str) -> None:
        choices = {k: n for k, n in CHOICES[currency].items() if self.plans[k].status == "active"}
        key = self.random.choices(list(choices), list(choices.values()))[0]
        plan = self.plans[key]
        values: dict[str, Any] = {"customer_id": customer_id, "plan_id": plan.id}
        if plan.pricing_model == "per_unit":
            values["quantity"] = self.random.randint(5, 60) * 1000
        elif plan.pricing_model == "volume":
            values["quantity"] = self.random.randint(3, 40)
        elif self.random.random() < 0.15:
            values["price"] = plan.price * self.random.choice((80, 85, 90)) // 100
        if self.random.random() < 0.2:
            fitting = [c for c in COUPONS if c.get("currency", currency) == currency]
            values["coupon"] = self.random.choice(fitting)["code"]
        subscription = create_subscription(parse(SubscriptionInput, values))
        habits = Growth(self.agenda, self.staff, self.plans, self.random)
        habits.begin(subscription.id, key)
        if self.random.random() < 0.27:
            self._plan_leaving(subscription.id)

    def _plan_leaving(self, subscription_id: str) -> None:
        day = self.agenda.day + timedelta(days=self.random.randint(35, 500))
        when = self.random.choice(("now", "period_end", "period_end"))
        values = {"when": when, "reason": self.random.choice(_REASONS)}
        data = parse(CancelSubscription, values)
        self._put("support", day, lambda: self._leave(subscription_id, data))
        if when == "period_end" and self.random.random() < 0.25:
            self._put("support", day + timedelta(days=3), lambda: self._stay(subscription_id))

    def _leave(self, subscription_id: str, data: CancelSubscription) -> None:
        if get_subscription(subscription_id).is_live:
            cancel_subscription(subscription_id, data)

    def _give_notice(self) -> None:
        """So that there is somebody who leaves soon."""
        staying = {"status": "active", "cancel_at_period_end": {"$ne": True}}
        if row := database().subscriptions.find_one(staying, {"_id": 1}, sort=[("_id", -1)]):
            values = {"when": "period_end", "reason": _REASONS[0]}
            self._leave(row["_id"], parse(CancelSubscription, values))

    def _stay(self, subscription_id: str) -> None:
        """Taken back, unless the period has ended meanwhile."""
        subscription = get_subscription(subscription_id)
        ends = subscription.end_date if subscription.is_live else None
        if ends and ends > self.agenda.day:
            keep_subscription(subscription_id)

    def _discontinue(self) -> None:
        self.plans[DISCONTINUED] = archive_plan(self.plans[DISCONTINUED].id)

    def _bill_service(self) -> None:
        create_invoice(self._service())

    def _draft(self) -> None:
        create_invoice(self._service().model_copy(update={"draft": True}))

    def _service(self) -> InvoiceInput:
        description, amount = self.random.choice(_SERVICES)
        lines = [{"description": description, "quantity": 1, "unit_amount": amount}]
        customer_id = self.random.choice(self.customer_ids)
        return parse(InvoiceInput, {"customer_id": customer_id, "line_items": lines})

    def _suspend(self) -> None:
        customer = get_customer(self.customer_ids[-1])
        suspended = merge(CustomerInput, customer_input(customer), {"status": "suspended"})
        update_customer(customer.id, suspended)

    def _after(self, days: int) -> date:
        return self.agenda.day + timedelta(days=days)

    def _put(self, role: str, day: date, action: Callable[[], object]) -> None:
        def act() -> None:
            with acting_as(self.staff.actor(role)):
                action()

        self.agenda.put(day, act)
