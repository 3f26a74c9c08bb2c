"""Test data through the real operations: every factory works without arguments.

Each `create_*` fills what it is not told, makes what it hangs on, and returns the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from pyotp import TOTP

from billing import clock
from billing.actors import Actor, acting_as
from billing.api_calls.models import COLLECTION as API_CALLS
from billing.api_calls.models import call_row
from billing.coupons.inputs import CouponInput
from billing.coupons.models import Coupon
from billing.coupons.save_coupon import create_coupon as save_coupon
from billing.credit_notes.inputs import CreditNoteInput
from billing.credit_notes.models import CreditNote
from billing.customers.inputs import NewCustomer
from billing.customers.models import Customer
from billing.customers.save_customer import create_customer as save_customer
from billing.database import Row, database
from billing.ids import id_of
from billing.inputs import parse
from billing.invoices.inputs import InvoiceInput
from billing.invoices.models import Invoice
from billing.invoices.one_off import create_invoice as save_invoice
from billing.invoices.subscribe import create_subscription as save_subscription
from billing.oauth.create_client import Told
from billing.oauth.create_client import create_client as save_client
from billing.oauth.inputs import ClientInput
from billing.oauth.models import Client
from billing.payments.charge import create_payment as save_payment
from billing.payments.credit_invoice import create_credit_note as save_credit_note
from billing.payments.inputs import PaymentInput
from billing.payments.models import Payment
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import create_plan as save_plan
from billing.saved_views.inputs import ViewInput
from billing.saved_views.models import SavedView
from billing.saved_views.queries import SHARING
from billing.saved_views.save_view import save_view
from billing.subscriptions.inputs import SubscriptionInput
from billing.subscriptions.models import Subscription
from billing.taxes.inputs import TaxRateInput
from billing.taxes.models import TaxRate
from billing.taxes.save_tax_rate import create_tax_rate as save_tax_rate
from billing.test_clocks.inputs import CreateClock
from billing.test_clocks.models import Clock
from billing.test_clocks.save_clock import create_clock as save_clock
from billing.usage.inputs import MeterInput, UsageEventInput
from billing.usage.models import Meter
from billing.usage.record_usage import record_usage
from billing.usage.save_meter import create_meter as save_meter
from billing.users.inputs import SetUpSecondFactor, UserInput
from billing.users.models import User
from billing.users.queries import get_user
from billing.users.save_user import create_user as save_user
from billing.users.second_factor import offer_second_factor, set_up_second_factor
from billing.webhooks.inputs import WebhookEndpointInput
from billing.webhooks.models import WebhookEndpoint
from billing.webhooks.save_endpoint import create_endpoint as save_endpoint

PASSWORD = "correct horse battery"
_serial = count(1)
_requests = count(1)


def customer_values(**values: Any) -> dict[str, Any]:
    """What makes a valid customer; no two have the same email."""
    number = next(_serial)
    return {"name": f"Customer {number}", "email": f"customer{number}@example.com", **values}


def create_customer(**values: Any) -> Customer:
    """A customer; `preferences` may name some of them."""
    return save_customer(parse(NewCustomer, customer_values(**values)))


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


@dataclass(frozen=True)
class Phone:
    """A user with a second factor, and the app that tells its codes."""

    user: User
    secret: str
    recovery: list[str]

    def code(self, at: datetime | None = None) -> str:
        """The code of a moment; that of now is spent by the set-up, the next one is not."""
        return TOTP(self.secret).at(at or clock.now() + timedelta(seconds=30))


def create_second_factor(user: User | None = None) -> Phone:
    """A second factor that was set up just now."""
    user = user or create_user()
    offer = offer_second_factor(user)
    code = TOTP(offer.secret).at(clock.now())
    recovery = set_up_second_factor(user.id, SetUpSecondFactor(offer=offer.sealed, code=code))
    return Phone(get_user(user.id), offer.secret, recovery)


def create_saved_view(**values: Any) -> SavedView:
    """Open invoices, for all staff unless told otherwise; `owner_id` is whoever saves it."""
    owner_id = values.pop("owner_id", "usr_of_another")
    defaults = {"list_name": "invoices", "name": f"View {next(_serial)}", "query": "status=open"}
    who = Actor(type="user", id=owner_id, scopes=frozenset({SHARING}))
    with acting_as(who):
        return save_view(parse(ViewInput, {"is_shared": True, **defaults, **values}))


def create_meter(**values: Any) -> Meter:
    """A meter that sums what is used; its key is new."""
    defaults = {"key": f"meter_{next(_serial)}", "name": "API calls", "aggregation": "sum"}
    return save_meter(parse(MeterInput, {**defaults, **values}))


def usage_values(**values: Any) -> dict[str, Any]:
    """What makes a valid usage event but for its subscription and meter: one unit, now."""
    return {"value": 1, "idempotency_key": f"use-{next(_serial)}", **values}


def create_usage(
    *, subscription: Subscription | None = None, meter: Meter | str | None = None, **values: Any
) -> Row:
    """A usage event's row; `meter` may be a key."""
    values.setdefault("subscription_id", (subscription or create_subscription()).id)
    values["meter"] = meter if isinstance(meter, str) else (meter or create_meter()).key
    event = parse(UsageEventInput, usage_values(**values))
    return record_usage([event]).entries[0][0]


def create_tax_rate(**values: Any) -> TaxRate:
    """An exclusive VAT of 19 %."""
    return save_tax_rate(parse(TaxRateInput, {"name": "VAT", "percentage": "19", **values}))


def create_coupon(**values: Any) -> Coupon:
    """10 % off once, unless `amount_off` and `currency` say otherwise; no two share a code."""
    usual: dict[str, Any] = {"code": f"CODE{next(_serial)}", "name": "Welcome"}
    if "amount_off" not in values:
        usual["percent_off"] = "10"
    return save_coupon(parse(CouponInput, {**usual, **values}))


def create_test_clock(**values: Any) -> Clock:
    """A test clock that stands at the midnight of 2026-01-01, UTC."""
    return save_clock(parse(CreateClock, {"name": "Trial", "now": "2026-01-01", **values}))


def create_credit_note(*, invoice: Invoice | None = None, **values: Any) -> CreditNote:
    """A credit note over all that is left of an invoice unless lines or an amount are given."""
    invoice_id = (invoice or create_invoice()).id
    return save_credit_note(parse(CreditNoteInput, {"invoice_id": invoice_id, **values}))


def create_payment(*, invoice: Invoice | None = None, **values: Any) -> Payment:
    """A manual payment of all that is due unless told otherwise."""
    invoice_id = (invoice or create_invoice()).id
    return save_payment(parse(PaymentInput, {"invoice_id": invoice_id, **values}))


def create_api_call(
    *, actor: Actor | None = None, at: datetime | None = None, **values: Any
) -> Row:
    """A call in the log, by nobody unless an actor is given: a good GET of all customers."""
    usual = {
        "method": "GET",
        "path": "/api/v1/customers",
        "query": [],
        "operation": "list_customers",
        "status": 200,
        "milliseconds": 1.25,
        "request_id": f"req-{next(_requests)}",
        "address": "192.0.2.7",
    }
    row = call_row(**usual | values, actor=actor)
    if at:
        row |= {"_id": id_of("call", at), "at": at}
    database()[API_CALLS].insert_one(row)
    return row


def create_client(**values: Any) -> Client:
    """An API client that reads customers, for itself unless told otherwise."""
    return create_told_client(**values).client


def create_told_client(**values: Any) -> Told:
    """The same with its secret."""
    usual = {"name": f"Integration {next(_serial)}", "scopes": ["read:customers"]}
    return save_client(parse(ClientInput, {**usual, **values}))


def create_webhook_endpoint(**values: Any) -> WebhookEndpoint:
    """An endpoint that is told of everything; its secret is `endpoint.secret`."""
    usual = {"url": "https://93.184.215.14/webhooks", "event_types": ["*"]}
    made = save_endpoint(parse(WebhookEndpointInput, {**usual, **values}))
    made.endpoint.secret = made.secret
    return made.endpoint
