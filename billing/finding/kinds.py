"""The kinds of things that can be found, by what, and who may find them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from billing.database import Row
from billing.money import format_money


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind: its ids begin with `prefix`; `by` says by what it is found beside its id."""

    name: str
    prefix: str
    collection: str
    scope: str
    fields: tuple[str, ...]
    title: Callable[[Row], str]
    by: Literal["words", "number", "id"] = "words"
    note: Callable[[Row], str | None] = lambda _: None
    hidden: Row = field(default_factory=dict)
    """What its rows must be to be shown at all."""
    own: Row | None = None
    """What they must be beyond that for a customer's own user; None: they see none."""


def _amount(row: Row) -> str:
    return format_money(row["total"], row["currency"])


def _named(row: Row) -> str:
    return str(row["name"])


KINDS = (
    Kind(
        name="customer",
        prefix="cus",
        collection="customers",
        scope="read:customers",
        fields=("name", "email", "status"),
        title=_named,
        note=lambda row: row["email"],
        hidden={"deleted_at": None},
    ),
    Kind(
        name="invoice",
        prefix="inv",
        collection="invoices",
        scope="read:invoices",
        fields=("number", "customer_id", "total", "currency", "status"),
        title=lambda row: row.get("number") or "Draft",
        by="number",
        note=_amount,
        own={"status": {"$ne": "draft"}},
    ),
    Kind(
        name="credit_note",
        prefix="cn",
        collection="credit_notes",
        scope="read:invoices",
        fields=("number", "customer_id", "total", "currency", "status"),
        title=lambda row: str(row["number"]),
        by="number",
        note=_amount,
    ),
    Kind(
        name="subscription",
        prefix="sub",
        collection="subscriptions",
        scope="read:subscriptions",
        fields=("customer_id", "status"),
        title=lambda _: "Subscription",
        by="id",
        own={},
    ),
    Kind(
        name="payment",
        prefix="pay",
        collection="payments",
        scope="read:invoices",
        fields=("customer_id", "amount", "currency", "status"),
        title=lambda row: f"Payment of {format_money(row['amount'], row['currency'])}",
        by="id",
    ),
    Kind(
        name="plan",
        prefix="plan",
        collection="plans",
        scope="read:plans",
        fields=("name", "tier", "status"),
        title=_named,
        note=lambda row: row.get("tier"),
    ),
    Kind(
        name="coupon",
        prefix="cpn",
        collection="coupons",
        scope="read:plans",
        fields=("code", "name", "status"),
        title=lambda row: str(row["code"]),
        note=lambda row: row.get("name"),
    ),
    Kind(
        name="tax_rate",
        prefix="txr",
        collection="tax_rates",
        scope="read:plans",
        fields=("name", "percentage", "country", "status"),
        title=lambda row: f"{row['name']} {row['percentage']} %",
        note=lambda row: row.get("country"),
    ),
    Kind(
        name="meter",
        prefix="mtr",
        collection="meters",
        scope="read:plans",
        fields=("name", "key", "status"),
        title=_named,
        note=lambda row: row["key"],
    ),
    Kind(
        name="user",
        prefix="usr",
        collection="users",
        scope="read:users",
        fields=("name", "email", "status"),
        title=_named,
        note=lambda row: row["email"],
    ),
    Kind(
        name="oauth_client",
        prefix="cli",
        collection="oauth_clients",
        scope="read:oauth_clients",
        fields=("name", "status"),
        title=_named,
    ),
    Kind(
        name="webhook_endpoint",
        prefix="whk",
        collection="webhook_endpoints",
        scope="read:webhooks",
        fields=("url", "description", "status"),
        title=lambda row: row.get("description") or row["url"],
        by="id",
        note=lambda row: row["url"],
    ),
    Kind(
        name="run",
        prefix="run",
        collection="billing_runs",
        scope="read:invoices",
        fields=("as_of_date", "created_at"),
        title=lambda row: f"Billing run of {row.get('as_of_date') or row['created_at'].date()}",
        by="id",
    ),
    Kind(
        name="test_clock",
        prefix="clk",
        collection="test_clocks",
        scope="read:test_clocks",
        fields=("name",),
        title=_named,
        by="id",
        hidden={"deleted_at": None},
    ),
)
