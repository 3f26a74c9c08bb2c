"""Objects to test with; keyword-only, and none needs an argument."""

from __future__ import annotations

from itertools import count
from typing import Any

from billing.customers.inputs import CustomerInput
from billing.customers.models import Customer
from billing.customers.save_customer import create_customer as _create_customer
from billing.inputs import parse
from billing.invoices.inputs import InvoiceInput
from billing.invoices.models import Invoice
from billing.invoices.one_off import create_invoice as _create_invoice
from billing.invoices.subscribe import create_subscription as _create_subscription
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import create_plan as _create_plan
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.models import Subscription
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.save_user import create_user as _create_user

PASSWORD = "correct horse battery"
_numbers = count(1)


def create_customer(**values: Any) -> Customer:
    n = next(_numbers)
    return _create_customer(
        parse(CustomerInput, {"name": f"Customer {n}", "email": f"c{n}@example.com", **values})
    )


def create_plan(**values: Any) -> Plan:
    usual = {"name": "Pro", "price": 4900, "currency": "USD", "billing_cycle": "monthly"}
    return _create_plan(parse(PlanInput, {**usual, **values}))


def create_subscription(**values: Any) -> Subscription:
    values.setdefault("customer_id", None)
    values.setdefault("plan_id", None)
    values["customer_id"] = values["customer_id"] or create_customer().id
    values["plan_id"] = values["plan_id"] or create_plan().id
    return _create_subscription(parse(SubscriptionInput, values))


def create_invoice(**values: Any) -> Invoice:
    lines = [{"description": "Setting up", "quantity": 2, "unit_amount": 5000}]
    customer_id = values.pop("customer_id", None) or create_customer().id
    usual = {"customer_id": customer_id, "line_items": lines}
    return _create_invoice(parse(InvoiceInput, {**usual, **values}))


def create_user(**values: Any) -> User:
    n = next(_numbers)
    usual = {"email": f"u{n}@example.com", "name": f"User {n}", "role": "admin"}
    return _create_user(parse(UserInput, {**usual, "password": PASSWORD, **values}))
