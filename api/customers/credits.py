"""Customers' credit."""

from typing import Literal

from api import references
from api.answers import One, PageOf, Resource
from api.customers.endpoints import CUSTOMER, MISSING
from api.endpoint import Endpoints
from api.query import PageQuery
from api.shape import Id, Instant, Shape
from billing.customers import adjust_credit as adjusting
from billing.customers import errors
from billing.customers.credit import CreditInsufficient, list_credit_entries
from billing.customers.inputs import AdjustCredit
from billing.customers.models import Customer
from billing.customers.queries import get_customer_row
from billing.database import Row
from billing.inputs import Currency
from billing.pages import Page
from billing.shapes import instant


class CreditEntry(Shape):
    """Credit that was granted (positive) or used (negative), and the balance after it."""

    id: Id
    object: Literal["credit_entry"]
    customer_id: Id
    currency: str
    amount: int
    balance: int
    reason: str
    invoice_id: Id | None
    credit_note_id: Id | None
    payment_id: Id | None
    created_at: Instant


class CreditQuery(PageQuery):
    """Filters of the list."""

    currency: Currency | None = None


def _view(row: Row) -> Row:
    return {
        "id": row["_id"],
        "object": "credit_entry",
        "customer_id": row["customer_id"],
        "currency": row["currency"],
        "amount": row["amount"],
        "balance": row["balance"],
        "reason": row["reason"],
        "invoice_id": row.get("invoice_id"),
        "credit_note_id": row.get("credit_note_id"),
        "payment_id": row.get("payment_id"),
        "created_at": instant(row["created_at"]),
    }


ENTRY = Resource(
    CreditEntry, _view, revised=False, references=(references.CUSTOMER, references.INVOICE)
)
endpoints = Endpoints("Customers", "Who is billed.")


@endpoints.get(
    "/customers/<customer_id>/credits",
    "List a customer's credit entries",
    scope="read:customers",
    query=CreditQuery,
    answer=PageOf(ENTRY),
    refusals=(MISSING,),
)
def list_credits(customer_id: str, query: CreditQuery) -> Page:
    """Newest first; those of a currency sum to the balance in it."""
    get_customer_row(customer_id)
    return list_credit_entries(customer_id, **query.arguments())


@endpoints.post(
    "/customers/<customer_id>/credits",
    "Adjust a customer's credit",
    scope="write:invoices",
    body=(AdjustCredit,),
    answer=One(CUSTOMER),
    revised=True,
    staff_only=True,
    refusals=(MISSING, errors.CustomerDeleted, errors.NoCreditMoved, CreditInsufficient),
)
def adjust_credit(customer_id: str, body: AdjustCredit, revision: int | None) -> Customer:
    """Grants credit, or takes it back where the amount is negative; the customer afterwards."""
    return adjusting.adjust_credit(customer_id, body, revision)
