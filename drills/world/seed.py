"""A business to work on: subscriptions that fall due, invoices that can be paid."""

from datetime import date
from typing import Any

from billing import clock
from billing.customers.inputs import CustomerInput
from billing.customers.models import Customer
from billing.customers.rows import fill_customer
from billing.database import Row, database
from billing.ids import new_id
from billing.invoices.inputs import InvoiceInput
from billing.invoices.models import Invoice
from billing.invoices.one_off import create_invoice
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import create_plan
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.start import new_subscription

_BATCH = 1000
BILLED = {"reason": "subscription_cycle"}
"""What finds the invoices of billing runs."""


def plan(**values: Any) -> Plan:
    """49.00 USD a month."""
    defaults = {"name": "Pro", "price": 4900, "currency": "USD", "billing_cycle": "monthly"}
    return create_plan(PlanInput.model_validate({**defaults, **values}))


def customer(**values: Any) -> Row:
    """A customer's row, not stored."""
    found = Customer()
    address = {"line1": "1 Example Street", "city": "Berlin", "country": "DE"}
    data = {"name": "Example GmbH", "email": "office@example.com", "address": address, **values}
    fill_customer(found, CustomerInput.model_validate(data))
    return found.row()


def stored_customer(**values: Any) -> str:
    """The id of a customer."""
    row = customer(**values)
    database().customers.insert_one(row)
    return str(row["_id"])


def subscriptions(count: int, *, start: date | None = None, plan_id: str | None = None) -> None:
    """So many subscriptions, each of a customer of its own, with what began since `start` due: the
    period of this month unless told otherwise."""
    start = start or clock.today().replace(day=1)
    document = Customer._from_son(customer())
    terms = Plan.objects(id=plan_id).first() if plan_id else plan()
    data = SubscriptionInput(customer_id=document.id, plan_id=terms.id, start_date=start)
    row = new_subscription(document, terms, data).row()
    for begin in range(0, count, _BATCH):
        size = min(_BATCH, count - begin)
        customers = [{**document.row(), "_id": new_id("cus")} for _ in range(size)]
        database().customers.insert_many(customers)
        rows = [{**row, "_id": new_id("sub"), "customer_id": c["_id"]} for c in customers]
        database().subscriptions.insert_many(rows)


def invoices(count: int, *, customer_id: str | None = None) -> list[Invoice]:
    """So many open invoices over 100.00 each."""
    customer_id = customer_id or stored_customer()
    lines = [{"description": "Consulting", "quantity": 2, "unit_amount": 5000}]
    data = InvoiceInput.model_validate({"customer_id": customer_id, "line_items": lines})
    return [create_invoice(data) for _ in range(count)]
