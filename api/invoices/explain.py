"""How an invoice came about."""

from typing import Any, Literal

from api.answers import Plain
from api.endpoint import Endpoints
from api.invoices.endpoints import MISSING, READ
from api.shape import DateText, Id, Price, Shape
from billing.invoices.explain import explain_invoice
from billing.invoices.queries import get_invoice_row

Number = int | str  # decimal text where finer than whole


class ExplainedStep(Shape):
    """One product, exact, in smallest units: quantity times unit_amount, plus flat_amount."""

    description: str
    quantity: Number
    unit_amount: Price
    flat_amount: int
    amount: Number


class ExplainedLine(Shape):
    """One line: what it was computed from, step by step."""

    position: int
    kind: str
    description: str
    quantity: Number
    unit_amount: Price | None
    amount: int
    period_start: DateText | None
    period_end: DateText | None
    price_source: str | None
    """`plan`, `subscription` (negotiated), `one_off` or `imported`."""
    plan_version: int | None
    pricing_model: str | None
    unit_price: str | None
    """For people."""
    charge: str | None
    """The key of the plan's charge."""
    meter: str | None
    events: int | None
    late_events: int | None
    """How many came after the period they belong to was billed, or the part of it that ended with
    a change of prices."""
    plan_name: str | None
    """The plan whose prices count for usage, where these changed within the period."""
    used_from: DateText | None
    """There, the first day of the usage on these prices; the line counts no other."""
    used_through: DateText | None
    """And the last one."""
    calculation: str | None
    steps: list[ExplainedStep]
    """Their sum, rounded once, is the price. Without any it is quantity times unit_amount,
    or unit_amount alone where `pricing_model` is flat."""
    days: int | None
    days_in_period: int | None
    full_amount: int | None
    """The price of a whole period where only a part of it was charged or given back."""
    after_coupon: str | None
    """`full_amount` less the period's coupon, an exact fraction such as `100/3`."""
    fraction: str | None
    """The part, `10/31`: amount is that much of after_coupon or full_amount, rounded once."""
    discountable: bool
    discount_amount: int
    tax_amount: int
    tax_rate_ids: list[Id]
    sentence: str


class ExplainedTotal(Shape):
    """One sum on the way from the lines to what is due."""

    name: Literal[
        "subtotal",
        "discount",
        "tax",
        "legal_note",
        "total",
        "credit_applied",
        "amount_paid",
        "credit_note_total",
        "amount_due",
    ]
    amount: int
    sentence: str
    coupon_id: Id | None
    code: str | None
    percent_off: str | None
    amount_off: int | None
    discountable_amount: int | None
    """What the coupon was taken off: all lines it counts for, less the coupons before it."""
    tax_rate_id: Id | None
    percentage: str | None
    inclusive: bool | None
    taxable_amount: int | None


class InvoiceExplanation(Shape):
    """How every amount of an invoice came about, enough to recompute it by hand."""

    object: Literal["invoice_explanation"]
    invoice_id: Id
    number: str | None
    currency: str
    lines: list[ExplainedLine]
    totals: list[ExplainedTotal]


endpoints = Endpoints("Invoice explanations", "How every amount came about.")


@endpoints.get(
    "/invoices/<invoice_id>/explain",
    "Explain an invoice",
    scope=READ,
    answer=Plain(InvoiceExplanation),
    refusals=(MISSING,),
)
def get_invoice_explanation(invoice_id: str) -> dict[str, Any]:
    """Line by line, then discounts, taxes and what is due; each with a sentence to read."""
    return explain_invoice(get_invoice_row(invoice_id))
