"""A database to ask: customers as an installation has them, and an invoice for each."""

from datetime import date

from billing.customers.inputs import CustomerInput
from billing.customers.models import Customer
from billing.customers.rows import fill_customer
from billing.database import Row, database
from billing.ids import new_id
from billing.invoices.inputs import InvoiceInput
from billing.invoices.one_off import create_invoice
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.save_user import create_user

_BATCH = 1000
_ADDRESS = {"line1": "1 Example Street", "city": "Berlin", "postal_code": "10115", "country": "DE"}


def seed(customers: int) -> tuple[User, list[str]]:
    """A user who may do everything, and the ids of the customers."""
    user = create_user(
        UserInput(
            email="bench@example.com", name="Bench", role="admin", password="correct horse battery"
        )
    )
    ids = [new_id("cus") for _ in range(customers)]
    for start in range(0, customers, _BATCH):
        batch = ids[start : start + _BATCH]
        database().customers.insert_many([_customer(id_, start + n) for n, id_ in enumerate(batch)])
    template = _invoice(ids[0])
    for start in range(0, customers, _BATCH):
        database().invoices.insert_many(
            [
                {
                    **template,
                    "_id": new_id("inv"),
                    "number": f"INV-2026-{start + n + 2:06}",
                    "customer_id": id_,
                }
                for n, id_ in enumerate(ids[start : start + _BATCH])
            ]
        )
    return user, ids


def _customer(customer_id: str, n: int) -> Row:
    customer = Customer()
    data = {
        "name": f"Example Company {n}",
        "email": f"office{n}@example.com",
        "phone": "+49 30 901820",
        "billing_address": _ADDRESS,
        "external_id": f"crm-{n}",
        "metadata": {"segment": "smb"},
    }
    fill_customer(customer, CustomerInput.model_validate(data))
    return {**customer.row(), "_id": customer_id}


def _invoice(customer_id: str) -> Row:
    lines = [
        {"description": "Seats", "quantity": 12, "unit_amount": 990},
        {"description": "Setting up", "quantity": 1, "unit_amount": 4900},
    ]
    data = {"customer_id": customer_id, "line_items": lines, "due_date": date(2026, 12, 24)}
    return create_invoice(InvoiceInput.model_validate(data)).row()
