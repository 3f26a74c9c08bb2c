"""Test data through the real operations: every factory works without arguments.

Each `create_*` fills what it is not told, makes what it hangs on, and returns the document.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from billing.customers.inputs import CustomerInput
from billing.customers.models import Customer
from billing.customers.save_customer import create_customer as save_customer
from billing.inputs import parse
from billing.invoices.inputs import InvoiceInput
from billing.invoices.models import Invoice
from billing.invoices.one_off import create_invoice as save_invoice
from billing.invoices.subscribe import create_subscription as save_subscription
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import create_plan as save_plan
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.models import Subscription
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.save_user import create_user as save_user

PASSWORD = "correct horse battery"
_serial = count(1)


def customer_values(**values: Any) -> dict[str, Any]:
    """What makes a valid customer; no two have the same email."""
    number = next(_serial)
    return {"name": f"Customer {number}", "email": f"customer{number}@example.com", **values}


def create_customer(**values: Any) -> Customer:
    """A customer; `preferences` may name some of them."""
    return save_customer(parse(CustomerInput, customer_values(**values)))


def plan_values(**values: Any) -> dict[str, Any]:
    """What makes a valid plan: 49.00 USD a month."""
    defaults = {"name": "Pro", "price": 4900, "currency": "USD", "billing_cycle": "monthly"}
    return {**defaults, **values}


def create_plan(**values: Any) -> Plan:
    """An active plan."""
    return save_plan(parse(PlanInput, plan_values(**values)))


def create_subscription(
    *, customer: Customer | None = None, plan: Plan | None = None, **values: Any
) -> Subscription:
    """A subscription, billed for each period that has begun."""
    customer_id = (customer or create_customer()).id
    plan_id = (plan or create_plan()).id
    data = {"customer_id": customer_id, "plan_id": plan_id, **values}
    return save_subscription(parse(SubscriptionInput, data))


def invoice_values(*, customer_id: str, **values: Any) -> dict[str, Any]:
    """What makes a valid one-off invoice over 100.00."""
    lines = [{"description": "Consulting", "quantity": 2, "unit_amount": 5000}]
    return {"customer_id": customer_id, "line_items": lines, **values}


def create_invoice(*, customer: Customer | None = None, **values: Any) -> Invoice:
    """A one-off invoice, issued unless `draft=True`."""
    customer_id = (customer or create_customer()).id
    return save_invoice(parse(InvoiceInput, invoice_values(customer_id=customer_id, **values)))


def create_user(**values: Any) -> User:
    """A member of staff, an admin unless told otherwise, with the password PASSWORD."""
    number = next(_serial)
    defaults = {
        "email": f"user{number}@example.com",
        "name": f"User {number}",
        "role": "admin",
        "password": PASSWORD,
    }
    return save_user(parse(UserInput, {**defaults, **values}))
