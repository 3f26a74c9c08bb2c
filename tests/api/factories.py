"""Objects to test with; keyword-only, and none needs an argument."""

from __future__ import annotations

from itertools import count
from typing import Any

from billing.coupons.inputs import CouponInput
from billing.coupons.models import Coupon
from billing.coupons.save_coupon import create_coupon as _create_coupon
from billing.credit_notes.inputs import CreditNoteInput
from billing.credit_notes.models import CreditNote
from billing.customers.inputs import NewCustomer
from billing.customers.models import Customer
from billing.customers.save_customer import create_customer as _create_customer
from billing.inputs import parse
from billing.invoices.inputs import InvoiceInput
from billing.invoices.models import Invoice
from billing.invoices.one_off import create_invoice as _create_invoice
from billing.invoices.subscribe import create_subscription as _create_subscription
from billing.oauth.create_client import Told
from billing.oauth.create_client import create_client as _create_client
from billing.oauth.inputs import ClientInput
from billing.oauth.models import Client
from billing.payments.charge import create_payment as _create_payment
from billing.payments.credit_invoice import create_credit_note as _create_credit_note
from billing.payments.inputs import PaymentInput
from billing.payments.models import Payment
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import create_plan as _create_plan
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.models import Subscription
from billing.taxes.inputs import TaxRateInput
from billing.taxes.models import TaxRate
from billing.taxes.save_tax_rate import create_tax_rate as _create_tax_rate
from billing.test_clocks.inputs import CreateClock
from billing.test_clocks.models import Clock
from billing.test_clocks.save_clock import create_clock as _create_clock
from billing.usage.inputs import MeterInput
from billing.usage.models import Meter
from billing.usage.save_meter import create_meter as _create_meter
from billing.users.inputs import UserInput
from billing.users.models import User
from billing.users.save_user import create_user as _create_user
from billing.webhooks.inputs import WebhookEndpointInput
from billing.webhooks.models import WebhookEndpoint
from billing.webhooks.save_endpoint import create_endpoint as _create_endpoint

PASSWORD = "correct horse battery"
_numbers = count(1)


def create_customer(**values: Any) -> Customer:
    n = next(_numbers)
    return _create_customer(
        parse(NewCustomer, {"name": f"Customer {n}", "email": f"c{n}@example.com", **values})
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


def create_test_clock(**values: Any) -> Clock:
    return _create_clock(parse(CreateClock, {"name": "Trial", "now": "2026-01-01", **values}))


def create_tax_rate(**values: Any) -> TaxRate:
    return _create_tax_rate(parse(TaxRateInput, {"name": "VAT", "percentage": "19", **values}))


def create_coupon(**values: Any) -> Coupon:
    usual: dict[str, Any] = {"code": f"CODE{next(_numbers)}", "name": "Welcome"}
    if "amount_off" not in values:
        usual["percent_off"] = "10"
    return _create_coupon(parse(CouponInput, {**usual, **values}))


def create_payment(**values: Any) -> Payment:
    values["invoice_id"] = values.get("invoice_id") or create_invoice().id
    return _create_payment(parse(PaymentInput, values))


def create_credit_note(**values: Any) -> CreditNote:
    values["invoice_id"] = values.get("invoice_id") or create_invoice().id
    return _create_credit_note(parse(CreditNoteInput, values))


def create_meter(**values: Any) -> Meter:
    usual = {"key": f"meter_{next(_numbers)}", "name": "API calls", "aggregation": "sum"}
    return _create_meter(parse(MeterInput, {**usual, **values}))


def create_client(**values: Any) -> Client:
    return create_told_client(**values).client


def create_told_client(**values: Any) -> Told:
    usual = {"name": f"Integration {next(_numbers)}", "scopes": ["read:customers"]}
    return _create_client(parse(ClientInput, {**usual, **values}))


def create_webhook_endpoint(**values: Any) -> WebhookEndpoint:
    """An endpoint that is told of everything; its secret is `endpoint.secret`."""
    usual = {"url": "https://93.184.215.14/webhooks", "event_types": ["*"]}
    made = _create_endpoint(parse(WebhookEndpointInput, {**usual, **values}))
    made.endpoint.secret = made.secret
    return made.endpoint
