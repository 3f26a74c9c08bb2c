"""A customer's statement."""

from typing import Annotated, Literal

from pydantic import Field

from api.answers import Plain
from api.customers.endpoints import MISSING
from api.endpoint import Endpoints
from api.query import DateParameter, Query
from api.shape import DateText, Id, Shape
from billing.database import Row
from billing.inputs import Currency
from billing.reports.statement import customer_statement
from billing.reports.statement_balances import StatementTooLong
from billing.reports.statement_moves import Kind
from billing.reports.views import statement_view


class StatementLine(Shape):
    """A document, or its voiding, and what it does to the balance."""

    date: DateText
    type: Kind
    id: Id
    """Of the invoice, payment, credit note, refund or credit entry."""
    number: str | None
    invoice_id: Id | None
    amount: int
    """The document's own; of a credit adjustment below zero where credit was taken back."""
    change: int
    """What it adds to the balance. 0 for money that was paid back without a credit note: the
    invoice stays paid, so nothing is owed again."""
    balance: int
    """After it."""


class StatementBalance(Shape):
    """What happened in one currency, in its smallest unit."""

    currency: str
    opening_balance: int
    """What was owed before `from`; below zero what the customer had in hand."""
    charged: int
    credited: int
    """Paid, credited and voided."""
    closing_balance: int
    """opening_balance + charged - credited: due on invoices, less the customer's credit."""
    lines: list[StatementLine]
    """In the order of their days."""


class Statement(Shape):
    """What was charged, paid and credited from one day to another, and what is owed then."""

    object: Literal["statement"]
    customer_id: Id
    from_: Annotated[DateText | None, Field(alias="from")]
    """null: since the beginning."""
    to: DateText
    balances: list[StatementBalance]
    """One for each currency in which something happened or is owed."""


class StatementQuery(Query):
    """Of which days, and in which currency."""

    first: Annotated[DateParameter | None, Field(alias="from")] = None
    """The first day; the beginning where left out."""
    last: Annotated[DateParameter | None, Field(alias="to")] = None
    """The last day, included; the customer's today where left out."""
    currency: Currency | None = None


endpoints = Endpoints("Customers", "Who is billed.")


@endpoints.get(
    "/customers/<customer_id>/statement",
    "Show a customer's statement",
    scope="read:invoices",
    query=StatementQuery,
    answer=Plain(Statement),
    refusals=(MISSING, StatementTooLong),
)
def get_statement(customer_id: str, query: StatementQuery) -> Row:
    """Invoices, payments, credit notes, refunds and adjustments of credit, with a running balance
    for each currency; at most 5,000 lines."""
    return statement_view(customer_statement(customer_id, **query.arguments()))
