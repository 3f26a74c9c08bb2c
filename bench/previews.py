"""How long the server takes to foresee: previews of changes and invoices, estimates of plans.

In process and one request at a time, from the request to the last byte of its answer.
"""

from typing import Any

from flask.testing import FlaskClient

from bench.http_servers import JWT_SECRET, PUBLIC_URL
from bench.in_process import milliseconds, percentiles, portal_on
from bench.table import Row
from billing.users.tokens import Tokens
from tests.factories import (
    create_coupon,
    create_customer,
    create_plan,
    create_subscription,
    create_tax_rate,
    create_user,
)

TIMES = 100
TARGET_MS = 20.0
TIERS = [
    {"up_to": 10, "unit_amount": 1000, "flat_amount": 0},
    {"up_to": None, "unit_amount": "612.5", "flat_amount": 0},
]


def rows(uri: str) -> list[Row]:
    """Every figure, on a database of its own at this server."""
    with portal_on(uri, "bench_previews") as app:
        token = Tokens(JWT_SECRET, PUBLIC_URL).issue(create_user()).access_token
        asked = _asked()
        return [_row(app.test_client(), token, name, *asked[name]) for name in asked]


def _asked() -> dict[str, tuple[str, dict[str, Any]]]:
    """By name, the address and the body of each."""
    rates = [create_tax_rate(name=name).id for name in ("State", "City")]
    customer = create_customer(tax_rate_ids=rates)
    graduated = create_plan(name="Seats", price=0, pricing_model="graduated", tiers=TIERS)
    coupon = create_coupon()
    subscription = create_subscription(customer=customer, quantity=3, coupon=coupon.code)
    new = {"customer_id": customer.id, "plan_id": graduated.id, "quantity": 25}
    change = {"plan_id": graduated.id, "quantity": 25}
    lines = [{"description": "Work", "quantity": 2, "unit_amount": 5000} for _ in range(12)]
    own = f"/subscriptions/{subscription.id}"
    return {
        "preview a subscription": ("/subscriptions/preview", new),
        "preview a change of plan": (f"{own}/preview", change),
        "preview a cancellation": (f"{own}/preview_cancel", {"when": "now"}),
        "preview an invoice of 12 lines": (
            "/invoices/preview",
            {"customer_id": customer.id, "line_items": lines},
        ),
        "estimate a plan of 2 tiers": (f"/plans/{graduated.id}/estimate", {"quantity": 250}),
    }


def _row(client: FlaskClient, token: str, name: str, path: str, body: dict[str, Any]) -> Row:
    headers = {"Authorization": f"Bearer {token}"}

    def ask() -> None:
        answer = client.post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.data

    p50, p95, p99 = percentiles(milliseconds(ask, TIMES))
    print(f"  {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms", flush=True)
    return Row(name, p95, "ms", None, TARGET_MS, p50, p95, p99, is_at_most=True)
