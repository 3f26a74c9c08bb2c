"""What the rows of lists are called, one and many, in the reader's language."""

from flask_babel import lazy_gettext as lazy
from flask_babel.speaklater import LazyString

_NOUNS: dict[str, tuple[LazyString, LazyString]] = {
    "API clients": (lazy("API client"), lazy("API clients")),
    "calls": (lazy("call"), lazy("calls")),
    "checks": (lazy("check"), lazy("checks")),
    "coupons": (lazy("coupon"), lazy("coupons")),
    "credit notes": (lazy("credit note"), lazy("credit notes")),
    "customers": (lazy("customer"), lazy("customers")),
    "deliveries": (lazy("delivery"), lazy("deliveries")),
    "endpoints": (lazy("endpoint"), lazy("endpoints")),
    "events": (lazy("event"), lazy("events")),
    "invoices": (lazy("invoice"), lazy("invoices")),
    "mails": (lazy("mail"), lazy("mails")),
    "meters": (lazy("meter"), lazy("meters")),
    "movements": (lazy("movement"), lazy("movements")),
    "payments": (lazy("payment"), lazy("payments")),
    "plans": (lazy("plan"), lazy("plans")),
    "rows": (lazy("row"), lazy("rows")),
    "runs": (lazy("run"), lazy("runs")),
    "subscriptions": (lazy("subscription"), lazy("subscriptions")),
    "tax rates": (lazy("tax rate"), lazy("tax rates")),
    "test clocks": (lazy("test clock"), lazy("test clocks")),
    "users": (lazy("user"), lazy("users")),
}


def one(rows: str) -> str:
    """`invoices` → `invoice`."""
    return str(_NOUNS[rows][0])


def many(rows: str) -> str:
    """`invoices`."""
    return str(_NOUNS[rows][1])
