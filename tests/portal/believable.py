"""A small business to look at: each state that a page can show occurs in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from billing import clock
from billing.actors import Actor, acting_as
from billing.bulk.carry_out import carry_out as carry_out_bulk
from billing.bulk.carry_out import start_bulk
from billing.bulk.choose import choose_rows
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription
from billing.customers.models import Customer
from billing.database import database
from billing.dunning.inputs import PauseDunning
from billing.dunning.pause import pause_dunning
from billing.dunning.runs import carry_out_dunning, start_dunning_run
from billing.dunning.step_now import take_step_now
from billing.dunning.take_step import take_step
from billing.invoices.inputs import PayInvoice, VoidInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.invoices.send_invoice import send_invoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.mail.outbox import queue_mail
from billing.oauth.inputs import RotateSecret
from billing.oauth.revoke_client import revoke_client
from billing.oauth.rotate_secret import rotate_secret
from billing.payments.inputs import RefundInput
from billing.payments.pay_invoice import pay_invoice
from billing.payments.queries import payments_of
from billing.payments.refund import refund_payment
from billing.payments.settle_pending import settle_pending
from billing.payments.source import PaymentSource, set_payment_source
from billing.phrases import Phrase
from billing.plans.models import Plan
from billing.runs.books_checks import carry_out, start_check
from billing.runs.dry_runs import carry_out_dry_run, start_dry_run
from billing.runs.run_billing import run_billing
from billing.self_service.cancel import cancel_own
from billing.self_service.change import change_own_quantity
from billing.self_service.change_team import ChangeMember, change_member
from billing.self_service.inputs import ChangeQuantity, EndSubscription
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    SubscriptionChange,
)
from billing.subscriptions.models import Subscription
from billing.taxes.save_tax_rate import archive_tax_rate
from billing.usage.save_meter import archive_meter
from billing.users.links import LIFETIMES, Purpose, new_link
from billing.users.models import User
from billing.users.sessions import begin_session
from billing.users.sign_in import actor_for, with_code
from billing.webhooks.admit import admit
from billing.webhooks.fan_out import sequence_waiting
from billing.webhooks.message import body_of
from billing.webhooks.outcome import Attempt, Outcome
from billing.webhooks.save_endpoint import disable_endpoint
from billing.webhooks.settle import Health, settle
from tests.factories import (
    create_api_call,
    create_client,
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_meter,
    create_plan,
    create_saved_view,
    create_second_factor,
    create_subscription,
    create_tax_rate,
    create_test_clock,
    create_usage,
    create_user,
    create_webhook_endpoint,
)

ADMIN = "admin@example.com"
CUSTOMER = "buyer@example.com"


@dataclass(frozen=True)
class Business:
    """Ids of what a page can be shown of."""

    customer: str
    plan: str
    subscription: str
    ending: str
    invoice: str
    draft: str
    run: str
    user: str
    test_clock: str
    tax_rate: str
    coupon: str
    taxed: str
    metered_plan: str
    check: str
    meter: str
    payment: str
    credit_note: str
    changed: str
    paused: str
    trial: str
    api_call: str
    client: str
    webhook: str
    failing_webhook: str
    delivery: str
    own_changed: str
    own_ending: str
    colleague: str
    dry_run: str
    view: str
    bulk: str
    bulk_done: str
    mail: str
    failed_mail: str
    overdue: str
    put_off: str
    invited: str
    guarded: str
    invitation: str
    way_in: str
    new_password: str

    @property
    def consent(self) -> str:
        """Where the client asks a person for access."""
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": _CRM["redirect_uris"][0],
            "scope": "read:customers read:invoices write:plans",
            "state": "af0ifjsldkj",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
        }
        return f"/oauth/authorize?{urlencode(asked)}"


_CRM = {
    "name": "Harbour CRM",
    "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    "redirect_uris": [
        "https://crm.harbour.example/integrations/duebill/callback",
        "https://staging.crm.harbour.example/integrations/duebill/callback",
    ],
    "scopes": ["read:customers", "read:subscriptions", "read:invoices", "write:plans"],
    "rate_limit": 1200,
}


_ACME = {
    "name": "Acme Corporation International",
    "email": "billing@acme.example",
    "phone": "+1 555 0100",
    "external_id": "crm-1042",
    "metadata": {"segment": "midmarket"},
    "billing_address": {
        "line1": "1 Market Street",
        "city": "Springfield",
        "postal_code": "62701",
        "state": "IL",
        "country": "US",
    },
    "contacts": [{"name": "Ida Bookkeeper", "email": "bookkeeping@acme.example"}],
    "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}],
}


_METERED = {
    "name": "Platform",
    "price": 0,
    "pricing_model": "graduated",
    "tiers": [
        {"up_to": 10, "unit_amount": 900, "flat_amount": 2500},
        {"up_to": 100, "unit_amount": 700},
        {"unit_amount": 550},
    ],
    "charges": [
        {
            "key": "support",
            "name": "Priority support",
            "pricing_model": "flat",
            "unit_amount": 4900,
        },
        {
            "key": "api_calls",
            "name": "API calls",
            "pricing_model": "package",
            "package_size": 1000,
            "unit_amount": "12.5",
            "meter": "api_calls",
        },
        {
            "key": "card_fees",
            "name": "Card fees",
            "pricing_model": "percentage",
            "percentage": "2.9",
            "fixed_amount": 30,
            "meter": "card_volume",
        },
    ],
    "setup_fee": 15000,
    "trial_days": 14,
    "minimum_amount": 10000,
}


def build() -> Business:
    """Fill an empty database; two months of history come out of it."""
    admin = create_user(email=ADMIN, name="Ada Lovelace")
    create_user(email="viewer@example.com", name="Vera Rubin", role="viewer")
    team = create_plan(
        name="Team",
        price=1200,
        pricing_model="per_unit",
        tier="Business",
        description="For teams that share invoices.",
        features=[
            {"key": "api_access", "name": "API access"},
            {"key": "sso", "name": "Single sign-on", "enabled": False},
        ],
        limits={"seats": 25, "projects": None, "api_calls": 5000},
        self_service=True,
        metadata={"source": "website"},
    )
    yearly = create_plan(name="Starter yearly", price=9900, currency="EUR", billing_cycle="yearly")
    api_call = _call_the_api(admin)
    metered = create_plan(**_METERED)
    with clock.frozen(datetime.now(UTC) - timedelta(days=68)):
        acme = create_customer(**_ACME)
        subscription = create_subscription(customer=acme, plan=team, quantity=12)
        berg = create_customer(
            name="Müller & Söhne GmbH", email="buchhaltung@mueller.example",
            preferences={"currency": "EUR", "locale": "de", "timezone": "Europe/Berlin"},
        )  # fmt: skip
        ending = create_subscription(customer=berg, plan=yearly, price=8900)
        late = create_invoice(customer=acme, notes="Thank you for your business.")
    names = ("Globex", "Initech", "Umbrella Labs", "Stark Industries", "Wayne Enterprises", "Hooli")
    people = [create_customer(name=name) for name in names]
    for person in people[:4]:
        create_subscription(customer=person, plan=team, quantity=3)
    create_customer(name="Suspended Ltd", status="suspended")
    cancel_subscription(ending.id, CancelSubscription(when="period_end", reason="Moves in-house"))
    over = create_subscription(customer=people[5], plan=team)
    cancel_subscription(over.id, CancelSubscription(when="now"))
    run = run_billing()
    _settle(late.id, create_invoice(customer=people[0]).id)
    draft = create_invoice(customer=acme, draft=True, purchase_order="PO-77")
    rates = [create_tax_rate(country="DE").id, create_tax_rate(percentage="7", inclusive=True).id]
    archive_tax_rate(create_tax_rate(name="City tax", percentage="8.875").id)
    coupon = create_coupon(code="WELCOME", plan_ids=[], max_redemptions=100)
    create_coupon(code="TENOFF", amount_off=1000, currency="EUR", redeem_by="2030-12-31")
    taxed = create_invoice(customer=acme, coupon="welcome", line_items=_lines(rates))
    create_invoice(customer=berg, line_items=[{"description": "Refund", "unit_amount": -900}])
    create_user(email=CUSTOMER, name="Bea Buyer", role="customer", customer_id=acme.id)
    test_clock = create_test_clock(name="What ten years bring", now="2026-01-31")
    trial = create_customer(name="Trial Ltd", test_clock_id=test_clock.id)
    create_subscription(customer=trial, plan=team)
    return Business(
        acme.id, team.id, subscription.id, ending.id, late.id, draft.id, run.id, admin.id,
        test_clock.id, rates[0], coupon.id, taxed.id, metered.id,
        carry_out(start_check()[0]["_id"])["_id"], _measure(subscription),
        *_correct(late.id), *_change(people[4], people[5], team), _try_out(acme, metered),
        api_call,
        _integrate(), *_listen(), *_help_themselves(acme, team), _look(),
        _keep_views(admin), *_act_on_many(admin, late.id, draft.id, taxed.id),
        *_write(late), *_remind(), *_let_in(admin),
    )  # fmt: skip


def _write(invoice: Invoice) -> tuple[str, str]:
    """A mail that waits and one that was refused; their ids."""
    send_invoice(invoice.id)
    facts = {"name": "Acme", "number": "INV-2026-000001", "amount": [4900, "EUR"]}
    failed = queue_mail("reminder", to="gone@mueller.example", language="de", facts=facts)
    words = "5.1.1 The email account that you tried to reach does not exist."
    attempt = {"at": clock.now(), "result": "refused", "code": 550, "words": words}
    change = {"$set": {"status": "failed", "tries": 1, "attempts": [attempt]}}
    database().mails.update_one({"_id": failed}, change)
    waiting: Any = database().mails.find_one({"kind": "invoice"})
    return waiting["_id"], failed


def _let_in(admin: User) -> tuple[str, str, str, str, str]:
    """Somebody invited, somebody with a second factor, and their links; the admin elsewhere."""
    begin_session(
        admin,
        with_code(Phrase("By password"), Phrase("a code")),
        device="Safari on iPhone",
        ip="192.0.2.7",
    )
    invited = create_user(
        email="ina@example.com", name="Ina Vited", role="billing", status="invited", password=None
    )
    guarded = create_second_factor(create_user(name="Grace Hopper", role="support")).user
    sent: list[tuple[str, Purpose]] = [
        (invited.id, "invitation"), (guarded.id, "sign_in"), (guarded.id, "password_reset"),
    ]  # fmt: skip
    tokens = [new_link(user_id, purpose, LIFETIMES[purpose]) for user_id, purpose in sent]
    return invited.id, guarded.id, tokens[0], tokens[1], tokens[2]


def _remind() -> tuple[str, str]:
    """Overdue invoices at every step; ids of one that is, and of one that is put off."""
    found = []
    for days in (16, 20, 24, 33, 60, 61):
        with clock.frozen(datetime.now(UTC) - timedelta(days=days)):
            found.append(create_invoice(customer=create_customer(name=f"Late {days} Ltd")).id)
    for invoice_id, steps in zip(found, (0, 1, 2, 3, 5, 1), strict=True):
        for _ in range(steps):
            take_step_now(invoice_id)
    later = clock.today() + timedelta(days=9)
    pause_dunning(found[-1], PauseDunning(until=later, reason="They promised to pay"))
    with clock.frozen(datetime.now(UTC) - timedelta(days=300)):  # nothing was due then
        carry_out_dunning(start_dunning_run()[0]["_id"])
    return found[1], found[-1]


def _look() -> str:
    """A dry run far ahead, with much that is new, that changes and that ends."""
    row = start_dry_run(clock.today() + timedelta(days=120))
    return str(carry_out_dry_run(row["_id"])["_id"])


def _act_on_many(admin: User, *invoice_ids: str) -> tuple[str, str]:
    """A bulk action to be looked at, and one that is done with one row refused."""
    with acting_as(Actor(type="user", id=admin.id, name=admin.name)):
        waiting = choose_rows("invoices.void", invoice_ids)
        done = choose_rows("invoices.void", [create_invoice().id, invoice_ids[1]])
        start_bulk(done.id, "Issued by mistake")
        carry_out_bulk(done.id)
    return str(waiting.id), str(done.id)


def _keep_views(admin: User) -> str:
    """A view that all share and one of the admin's own, which opens no list; the id of the own."""
    create_saved_view(name="Overdue in dollars", query="currency=USD&overdue=true&sort=due_date")
    query = "issued_from=2026-01-01&sort=-due_date&status=open"
    mine = {"name": "Open this year, the latest due first", "query": query, "is_shared": False}
    return str(create_saved_view(owner_id=admin.id, **mine).id)


def _call_the_api(admin: User) -> str:
    """Calls of every kind in the log; the id of one that made a plan."""
    ada = Actor(type="user", id=admin.id, name=admin.name, request_id="order-66")
    invoice = {"path": f"/api/v1/invoices/inv_{'0' * 26}", "operation": "get_invoice"}
    create_api_call(status=401, address="2001:db8:a0b:12f0::7", **invoice)
    create_api_call(status=404, operation=None, path=f"/api/v1/{'wp-admin/' * 20}")
    create_api_call(actor=ada, status=500, milliseconds=2043.5, query=["limit", "status"])
    with acting_as(ada):
        create_plan(name="Enterprise", price=250000, status="draft")
    made = {"method": "POST", "path": "/api/v1/plans", "operation": "create_plan", "status": 201}
    return str(create_api_call(actor=ada, request_id="order-66", **made)["_id"])


def _measure(subscription: Subscription) -> str:
    """Usage on meters of two kinds, some of it late; the id of the first."""
    calls = create_meter(key="api_calls", name="API calls", unit="calls")
    users = create_meter(key="active_users", name="Active users", aggregation="unique")
    archive_meter(create_meter(key="storage", name="Storage peak", aggregation="max").id)
    for number in range(12):
        create_usage(subscription=subscription, meter=calls, value=f"{number * 61}.5")
    create_usage(subscription=subscription, meter=users, value="bea@acme.example")
    past = datetime.now(UTC) - timedelta(days=67)
    create_usage(subscription=subscription, meter=calls, value=40, occurred_at=past)
    return str(calls.id)


def _change(grows: Customer, rests: Customer, team: Plan) -> tuple[str, str]:
    """A subscription with more seats now and with the next period, and one that is paused."""
    loyal = {"percent_off": "20", "duration": "repeating", "duration_cycles": 6}
    coupon = create_coupon(code="LOYAL", name="Loyalty", **loyal)
    with clock.frozen(datetime.now(UTC) - timedelta(days=20)):
        growing = create_subscription(customer=grows, plan=team, quantity=5, coupon=coupon.code)
        resting = create_subscription(customer=rests, plan=team, quantity=2)
    more = SubscriptionChange(plan_id=team.id, quantity=8, coupon=coupon.code)
    update_subscription(growing.id, more)
    later = more.model_copy(update={"quantity": 12, "effective": "period_end"})
    update_subscription(growing.id, later)
    resumes_on = clock.today() + timedelta(days=30)
    pause_subscription(resting.id, PauseSubscription(resumes_on=resumes_on))
    return str(growing.id), str(resting.id)


def _help_themselves(customer: Customer, team: Plan) -> tuple[str, str, str]:
    """Subscriptions whose seats and whose end the customer chose, and a plan to choose."""
    create_plan(
        name="Growth", price=9900, tier="Business", self_service=True,
        description="For companies with many teams, at one price.",
    )  # fmt: skip
    changing = create_subscription(customer=customer, plan=team, quantity=4)
    ending = create_subscription(customer=customer, plan=team, quantity=2)
    with acting_as(actor_for(User.objects(email=CUSTOMER).first())):
        fewer = ChangeQuantity(quantity=3, effective="period_end")
        change_own_quantity(changing.id, fewer)
        why = EndSubscription(feedback="unused", comment="The project is over.")
        cancel_own(ending.id, why)
    return str(changing.id), str(ending.id), _invite_people(customer)


def _invite_people(customer: Customer) -> str:
    """A viewer who has joined and an owner who has not; the id of the first."""
    values = {"role": "customer", "customer_id": customer.id}
    viewer = create_user(email="view@acme.example", name="Vito Viewer", **values)
    change_member(customer.id, viewer.id, ChangeMember(customer_role="viewer"))
    invited = {"name": "Olga Owner", "status": "invited", "password": None}
    create_user(email="olga@acme.example", **invited, **values)
    return str(viewer.id)


def _try_out(customer: Customer, plan: Plan) -> str:
    """A trial with a price by tiers, charges and a minimum."""
    return str(create_subscription(customer=customer, plan=plan, quantity=12).id)


def _correct(partly: str) -> tuple[str, str]:
    """A refund, a credit note, a declined charge, a reminder; ids of the payment and the note."""
    (payment,) = payments_of(partly)
    set_payment_source(payment["customer_id"], PaymentSource(token="fake_decline"))
    refund_payment(payment["_id"], RefundInput(amount=1500, reason="Charged twice by mistake"))
    note = create_credit_note(invoice=get_invoice(partly), amount=2500, reason="Two hours less")
    take_step(partly)
    settle_pending(timedelta(0))
    return payment["_id"], str(note.id)


def _integrate() -> str:
    """An API client whose secret was changed, and one that is revoked."""
    with clock.frozen(datetime.now(UTC) - timedelta(days=400)):
        client = create_client(**_CRM)
    rotate_secret(client.id, RotateSecret(overlap_hours=48))
    revoke_client(create_client(name="Old export script").id)
    return str(client.id)


def _listen() -> tuple[str, str, str]:
    """Endpoints that are well, failing and gone; ids of the first two and of a delivery."""
    sequence_waiting()
    address = "https://93.184.215.14/integrations/duebill/events"
    kinds = ["customer.*", "plan.created", "tax_rate.*", "invoice.finalized", "invoice.paid"]
    well = create_webhook_endpoint(url=address, description="Bookkeeping", event_types=kinds)
    bad = create_webhook_endpoint(url=f"{address}/staging")
    disable_endpoint(create_webhook_endpoint(url=f"{address}/old").id, reason="gone")
    for number in range(3):
        create_tax_rate(country="FR", percentage=f"{number}.5")
    archive_tax_rate(create_tax_rate(name="Old").id)
    sequence_waiting()
    made = [_attempt(well.id, outcome) for outcome in _OUTCOMES]
    _attempt(bad.id, Outcome(error="timeout", milliseconds=15_000), Health(2))
    return str(well.id), str(bad.id), made[1]


_OUTCOMES = (
    Outcome(200, milliseconds=84, response='{"received": true}'),
    Outcome(404, milliseconds=31, response="<html><body>No such integration</body></html>"),
    Outcome(503, milliseconds=2043, response="Service unavailable", retry_after=120),
)


def _attempt(endpoint_id: str, outcome: Outcome, health: Health | None = None) -> str:
    """Let one delivery to the endpoint have this outcome; its id."""
    now, lanes = clock.wall_clock(), database().webhook_lanes
    lanes.update_one({"_id": endpoint_id}, {"$set": {"worker": "wrk_1"}})
    admit("wrk_1", endpoint_id, now)
    row: Any = database().webhook_deliveries.find_one(
        {"endpoint_id": endpoint_id, "place": "line", "tries": 0}
    )
    event: Any = database().events.find_one({"_id": row["event_id"]})
    attempt = Attempt(row, body_of(event), now, outcome)
    settle("wrk_1", endpoint_id, [attempt], health or Health(), now)
    return str(row["_id"])


def _lines(rates: list[str]) -> list[dict[str, object]]:
    """A line for each tax rate."""
    work = {"description": "Setting up", "quantity": 3, "unit_amount": 12_500}
    book = {"description": "Printed handbook", "unit_amount": 4280}
    return [row | {"tax_rate_ids": [rate]} for row, rate in zip((work, book), rates, strict=True)]


def _settle(partly: str, given_up: str) -> None:
    pay_invoice(partly, PayInvoice(amount=4000, reference="Statement 12"))
    mark_uncollectible(given_up)
    void_invoice(create_invoice().id, VoidInvoice(reason="Sent twice"))
    pay_invoice(create_invoice().id)
