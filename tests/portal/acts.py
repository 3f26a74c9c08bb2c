"""Everything that a form of the portal can do: where its form is, what is typed, what it does.

A new form gets its line here; test_repeats.py tells which one is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from pyotp import TOTP

from billing import clock
from billing.actors import acting_as
from billing.bulk.choose import choose_rows
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription
from billing.database import database
from billing.dunning.inputs import PauseDunning
from billing.dunning.pause import pause_dunning
from billing.inputs import merge
from billing.letters.inputs import WordingInput
from billing.letters.originals import original
from billing.letters.save_wording import save_wording
from billing.mail.outbox import queue_mail
from billing.payments.source import PaymentSource, set_payment_source
from billing.plans.inputs import as_input as plan_input
from billing.plans.save_plan import update_plan
from billing.runs.dry_runs import carry_out_dry_run, start_dry_run
from billing.runs.run_billing import start_run
from billing.saved_views.choose_default import choose_default
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.users import families
from billing.users.identity import Identity
from billing.users.models import User
from billing.users.provider_sign_in import sign_in_by_provider
from billing.users.second_factor import renew_recovery_codes
from billing.users.sessions import begin_session
from billing.users.sign_in import actor_for
from billing.webhooks.fan_out import sequence_waiting
from tests import factories as new
from tests.billing.seller.pictures import png
from tests.portal.page_client import Seen

TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True)
class OnPage:
    """What is typed as it is read from the page."""

    read: Callable[[Seen], str]


@dataclass(frozen=True)
class Act:
    """`at` makes what the form is about and gives the page that the form is on."""

    at: Callable[[], str]
    does: str
    """The type of the one event that it records, or the collection that it adds one row to."""
    typed: dict[str, object] = field(default_factory=dict)
    """Bytes are a file's; a function is asked once what `at` makes is there, OnPage the page."""
    action: str = ""
    """Where the form posts to; its page's own address unless given."""
    is_money: bool = False
    """Sent eight times at once."""
    looks_first: bool = False
    """Whether its form is sent once before, to see what will happen."""
    ends_session: bool = False

    def typed_now(self) -> dict[str, object]:
        """What is typed, once what `at` makes is there."""
        found = self.typed.items()
        return {name: value() if callable(value) else value for name, value in found}


def _line(**more: object) -> dict[str, object]:
    first = {"description": "Work", "quantity": "2", "unit_amount": "50"}
    return {f"line_items-0-{name}": value for name, value in first.items()} | more


def _mail(status: str) -> str:
    mail_id = queue_mail("reminder", to="ada@example.com", language="en", facts={})
    attempts = [{"at": clock.now(), "result": "refused", "code": 550, "words": "No such user"}]
    database().mails.update_one(
        {"_id": mail_id}, {"$set": {"status": status, "attempts": attempts}}
    )
    return mail_id


def _own_wording() -> str:
    wording = original("receipt", "en")._asdict()
    save_wording("receipt", "en", WordingInput(**wording))
    return "receipt/en"


def _customer() -> str:
    return str(new.create_customer().id)


def _subscription(**values: object) -> Subscription:
    return new.create_subscription(**values)


def _changing() -> str:
    found = _subscription()
    later = {"quantity": 3, "effective": "period_end"}
    update_subscription(found.id, merge(SubscriptionChange, as_input(found), later))
    return str(found.id)


def _ending() -> str:
    found = _subscription()
    cancel_subscription(found.id, CancelSubscription(when="period_end"))
    return str(found.id)


def _paused() -> str:
    found = _subscription()
    pause_subscription(found.id)
    return str(found.id)


def _due() -> str:
    """A subscription with a period that has begun and is not billed yet."""
    with clock.frozen(clock.now() - timedelta(days=45)):
        return str(_subscription().id)


def _looked() -> str:
    """A dry run that is there to be approved."""
    _due()
    return f"/runs/dry-runs/{carry_out_dry_run(start_dry_run()['_id'])['_id']}"


def _overdue() -> str:
    with clock.frozen(clock.now() - timedelta(days=45)):
        return str(new.create_invoice().id)


def _put_off() -> str:
    invoice_id = _overdue()
    later = clock.today() + timedelta(days=7)
    pause_dunning(invoice_id, PauseDunning(until=later, reason="On holiday"))
    return invoice_id


def _charged() -> str:
    invoice = new.create_invoice()
    set_payment_source(invoice.customer_id, PaymentSource(token="fake_ok"))
    return str(invoice.id)


def _with_source() -> str:
    customer_id = _customer()
    set_payment_source(customer_id, PaymentSource(token="fake_ok"))
    return customer_id


def _second_version() -> str:
    plan = new.create_plan()
    _subscription(plan=plan)
    update_plan(plan.id, plan_input(plan).model_copy(update={"price": 5900}))
    return str(plan.id)


def _interrupted() -> str:
    with clock.frozen(clock.now() - TEN_MINUTES):
        return str(start_run().id)


def _hook(**values: object) -> str:
    return str(new.create_webhook_endpoint(**values).id)


def _away() -> str:
    """An endpoint that has moved to where nothing is sent."""
    endpoint_id, moved = _hook(), {"$set": {"url": "http://127.0.0.1:9/hooks"}}
    database().webhook_endpoints.update_one({"_id": endpoint_id}, moved)
    return endpoint_id


def _delivered() -> str:
    endpoint_id = _hook(event_types=["plan.*"])
    new.create_plan()
    sequence_waiting()
    row = database().webhook_deliveries.find_one({"endpoint_id": endpoint_id}) or {}
    return f"/webhooks/{endpoint_id}/deliveries/{row['_id']}"


def _used() -> str:
    new.create_meter(key="calls")
    return str(_subscription().id)


def _linked() -> str:
    grace = Identity(
        issuer="https://id.example.com",
        subject="grace",
        name="Grace",
        email="grace@example.com",
        email_is_verified=True,
        role="viewer",
        role_is_managed=False,
    )
    return str(sign_in_by_provider(grace).id)


def _reader() -> User:
    found: User = User.objects.order_by("id").first()
    return found


def _signed_in_elsewhere() -> str:
    begin_session(_reader(), "By password", device="Firefox", ip=None)
    return "/profile"


def _second_factor() -> str:
    """That of the reader, who has one."""
    if not _reader().has_second_factor:
        new.create_second_factor(_reader())
    return "/profile/second-factor"


def _code_of(page: Seen) -> str:
    """What an app shows that scanned this page."""
    (secret,) = set(re.findall(r'data-copy="([A-Z2-7]{32})"', page.html))
    return TOTP(secret).now()


def _a_row(page: Seen) -> str:
    """The first of a list that can be ticked."""
    found = re.search(r'name="id" value="([a-z]+_[0-9A-Z]{26})"', page.html)
    assert found
    return found[1]


def _chosen(kind: str, object_id: object) -> str:
    """The page that shows what would come of it."""
    with acting_as(actor_for(_reader())):
        action = choose_rows(kind, [str(object_id)])
    return f"/{kind.partition('.')[0]}/bulk/{action.id}"


def _view() -> str:
    return str(new.create_saved_view().id)


def _opening() -> str:
    """The page of views, of which one opens the reader's list."""
    with acting_as(actor_for(_reader())):
        choose_default(_view())
    return "/views?list=invoices"


def _given() -> str:
    """What the reader, who is the first user, lets a program do."""
    reader = _reader()
    actor, client = families.user_actor(reader), new.create_client()
    families.begin(
        actor, TEN_MINUTES, user_id=reader.id, client_id=client.id, scopes=["read:customers"]
    )
    return "/profile"


_USER = {"name": "Vera", "email": "vera@example.com", "password": new.PASSWORD}
_SAME_PASSWORD = {"current_password": new.PASSWORD, "new_password": f"{new.PASSWORD} staple"}

ACTS: dict[str, Act] = {
    "customers.bulk": Act(
        lambda: _customer() and "/customers", "bulk_actions",
        {"act": "delete", "id": OnPage(_a_row)}, action="/bulk",
    ),
    "customers.bulk_start": Act(
        lambda: _chosen("customers.delete", _customer()), "idempotency_keys", is_money=True
    ),
    "customers.create": Act(
        lambda: "/customers/new", "customer.created", {"name": "Acme", "email": "a@example.com"},
        is_money=True,
    ),
    "customers.edit": Act(
        lambda: f"/customers/{_customer()}/edit", "customer.updated", {"name": "Acme"}
    ),
    "customers.delete": Act(lambda: f"/customers/{_customer()}/delete", "customer.deleted"),
    "customers.invite": Act(
        lambda: f"/customers/{_customer()}/invite", "user.created", {"email": "o@example.com"}
    ),
    "customers.credit": Act(
        lambda: f"/customers/{_customer()}/credit", "customer.credit_adjusted",
        {"amount": "10", "reason": "Sorry"}, is_money=True,
    ),
    "personal_data.customer": Act(
        lambda: f"/customers/{_customer()}/personal-data", "erasures"
    ),
    "personal_data.user": Act(
        lambda: f"/users/{new.create_user(role='viewer').id}/personal-data", "erasures"
    ),
    "plans.create": Act(lambda: "/plans/new", "plan.created", {"name": "Pro", "price": "49"}),
    "plans.edit": Act(
        lambda: f"/plans/{new.create_plan().id}/edit", "plan.updated", {"price": "59"}
    ),
    "plans.archive": Act(lambda: f"/plans/{new.create_plan().id}/archive", "plan.archived"),
    "plans.move": Act(
        lambda: f"/plans/{_second_version()}/move/2", "subscription.updated",
        {"effective": "now"},
    ),
    "coupons.create": Act(
        lambda: "/coupons/new", "coupon.created",
        {"code": "TEN", "name": "Ten", "percent_off": "10"},
    ),
    "coupons.edit": Act(
        lambda: f"/coupons/{new.create_coupon().id}/edit", "coupon.updated", {"name": "Other"}
    ),
    "coupons.archive": Act(
        lambda: f"/coupons/{new.create_coupon().id}/archive", "coupon.archived"
    ),
    "tax_rates.create": Act(
        lambda: "/tax-rates/new", "tax_rate.created", {"name": "VAT", "percentage": "19"}
    ),
    "tax_rates.edit": Act(
        lambda: f"/tax-rates/{new.create_tax_rate().id}/edit", "tax_rate.updated", {"name": "Tax"}
    ),
    "tax_rates.archive": Act(
        lambda: f"/tax-rates/{new.create_tax_rate().id}/archive", "tax_rate.archived"
    ),
    "meters.create": Act(
        lambda: "/meters/new", "meter.created", {"key": "api_calls", "name": "API calls"}
    ),
    "meters.edit": Act(
        lambda: f"/meters/{new.create_meter().id}/edit", "meter.updated", {"name": "Other"}
    ),
    "meters.archive": Act(lambda: f"/meters/{new.create_meter().id}/archive", "meter.archived"),
    "usage.record": Act(
        lambda: f"/subscriptions/{_used()}/usage/new", "usage_events",
        {"meter": "calls", "value": "12.5"},
    ),
    "subscriptions.bulk": Act(
        lambda: _subscription().id and "/subscriptions", "bulk_actions",
        {"act": "cancel", "id": OnPage(_a_row)}, action="/bulk",
    ),
    "subscriptions.bulk_start": Act(
        lambda: _chosen("subscriptions.cancel", _subscription().id), "idempotency_keys",
        is_money=True,
    ),
    "subscriptions.create": Act(
        lambda: f"/subscriptions/new?customer_id={_customer()}&plan_id={new.create_plan().id}",
        "invoice.finalized", is_money=True,
    ),
    "subscriptions.change": Act(
        lambda: f"/subscriptions/{_subscription().id}/change", "invoice.finalized",
        {"quantity": "5", "proration_behavior": "always_invoice"}, is_money=True,
    ),
    "subscriptions.cancel": Act(
        lambda: f"/subscriptions/{_subscription().id}/cancel", "subscription.cancelled",
        {"when": "now", "proration": "credit"}, is_money=True,
    ),
    "subscriptions.keep": Act(
        lambda: f"/subscriptions/{_ending()}/keep", "subscription.cancellation_revoked"
    ),
    "subscriptions.bill": Act(
        lambda: f"/subscriptions/{_due()}/bill", "invoice.finalized", is_money=True
    ),
    "subscriptions.pause": Act(
        lambda: f"/subscriptions/{_subscription().id}/pause", "subscription.paused",
    ),
    "subscriptions.resume": Act(
        lambda: f"/subscriptions/{_paused()}/resume", "subscription.resumed",
    ),
    "subscriptions.revoke_change": Act(
        lambda: f"/subscriptions/{_changing()}/revoke-change", "subscription.change_revoked"
    ),
    "invoices.bulk": Act(
        lambda: new.create_invoice().id and "/invoices", "bulk_actions",
        {"act": "void", "id": OnPage(_a_row)}, action="/bulk",
    ),
    "invoices.bulk_start": Act(
        lambda: _chosen("invoices.void", new.create_invoice().id), "idempotency_keys", is_money=True
    ),
    "invoices.create": Act(
        lambda: f"/invoices/new?customer_id={_customer()}", "invoice.finalized", _line(),
        is_money=True,
    ),
    "invoices.edit": Act(
        lambda: f"/invoices/{new.create_invoice(draft=True).id}/edit", "invoice.finalized",
        {"draft": None},
    ),
    "invoices.finalize": Act(
        lambda: f"/invoices/{new.create_invoice(draft=True).id}/finalize", "invoice.finalized",
    ),
    "invoices.send": Act(
        lambda: f"/invoices/{new.create_invoice().id}/send", "invoice.sent",
        {"to": "accounts@example.com"},
    ),
    "outbox.send": Act(
        lambda: f"/outbox/{_mail('failed')}", "mail.resent", action="/send",
    ),
    "outbox.cancel": Act(
        lambda: f"/outbox/{_mail('waiting')}", "mail.cancelled", action="/cancel",
    ),
    "mail.edit": Act(
        lambda: "/settings/mail-templates/reminder/de/edit", "mail_template.updated",
        {"subject": "Rechnung {{ number }}"},
    ),
    "mail.reset": Act(
        lambda: f"/settings/mail-templates/{_own_wording()}/reset", "mail_template.reset",
    ),
    "invoices.pay": Act(
        lambda: f"/invoices/{new.create_invoice().id}/pay", "payment.succeeded",
        {"amount": "30"}, is_money=True,
    ),
    "invoices.void": Act(
        lambda: f"/invoices/{new.create_invoice().id}/void", "invoice.voided", is_money=True
    ),
    "invoices.uncollectible": Act(
        lambda: f"/invoices/{new.create_invoice().id}/uncollectible",
        "invoice.marked_uncollectible",
    ),
    "credit_notes.create": Act(
        lambda: f"/invoices/{new.create_payment().invoice_id}/credit", "credit_note.issued",
        {"amount": "30"}, is_money=True, looks_first=True,
    ),
    "credit_notes.void": Act(
        lambda: f"/credit-notes/{new.create_credit_note(amount=3000).id}/void",
        "credit_note.voided",
    ),
    "payments.refund": Act(
        lambda: f"/payments/{new.create_payment().id}/refund", "refund.started",
        {"amount": "30"}, is_money=True,
    ),
    "payments.charge": Act(
        lambda: f"/payments/charge/{_charged()}", "payment.started", is_money=True
    ),
    "payments.source": Act(
        lambda: f"/payments/source/{_customer()}", "customer.payment_source_changed",
        {"token": "fake_ok"},
    ),
    "payments.forget": Act(
        lambda: f"/payments/source/{_with_source()}/forget", "customer.payment_source_changed"
    ),
    "runs.look": Act(lambda: "/runs", "dry_runs", action="/runs/dry-runs"),
    "runs.approve": Act(_looked, "billing_run.started", action="/approve", is_money=True),
    "runs.stop": Act(lambda: f"/runs/{start_run().id}", "billing_run.stopped", action="/stop"),
    "runs.resume": Act(
        lambda: f"/runs/{_interrupted()}", "billing_run.resumed", action="/resume",
    ),
    "dunning.run": Act(lambda: "/dunning", "dunning_runs", action="/dunning/run"),
    "dunning.step": Act(
        lambda: f"/dunning/invoices/{_overdue()}/step", "invoice.reminded", is_money=True
    ),
    "dunning.pause": Act(
        lambda: f"/dunning/invoices/{_overdue()}/pause", "invoice.dunning_paused",
        {"reason": "They promised to pay"},
    ),
    "dunning.resume": Act(
        lambda: f"/dunning/invoices/{_put_off()}/resume", "invoice.dunning_resumed"
    ),
    "checks.start": Act(lambda: "/checks", "books_checks"),
    "test_clocks.create": Act(
        lambda: "/test-clocks/new", "test_clock.created", {"name": "Ten years"}
    ),
    "test_clocks.advance": Act(
        lambda: f"/test-clocks/{new.create_test_clock().id}", "test_clock.advanced",
        action="/advance",
    ),
    "test_clocks.delete": Act(
        lambda: f"/test-clocks/{new.create_test_clock().id}/delete", "test_clock.deleted"
    ),
    "saved_views.create": Act(
        lambda: "/views/new?list=invoices&status=open", "saved_views", {"name": "Mine"}
    ),
    "saved_views.edit": Act(
        lambda: f"/views/{_view()}", "saved_view.updated", {"name": "Other"}
    ),
    "saved_views.delete": Act(lambda: f"/views/{_view()}/delete", "saved_view.deleted"),
    # With what a list opens is one's own affair: what is kept of the act tells that it was done.
    "saved_views.choose": Act(
        lambda: _view() and "/views?list=invoices", "idempotency_keys", action="/default"
    ),
    "saved_views.unchoose": Act(_opening, "idempotency_keys", action="/no-default"),
    "users.create": Act(lambda: "/users/new", "user.created", _USER),
    "users.edit": Act(
        lambda: f"/users/{new.create_user().id}/edit", "user.updated", {"name": "Vera"}
    ),
    "users.invite": Act(
        lambda: f"/users/{new.create_user(status='invited', password=None).id}/invite",
        "user.link_sent",
    ),
    "users.reset": Act(
        lambda: f"/users/{new.create_second_factor().user.id}/reset-second-factor",
        "user.second_factor_reset",
    ),
    "users.end": Act(
        lambda: f"/users/{new.create_user().id}/end-sessions", "user.signed_out_everywhere"
    ),
    "users.unlink": Act(lambda: f"/users/{_linked()}/unlink", "user.unlinked"),
    "oauth_clients.create": Act(
        lambda: "/oauth-clients/new", "oauth_client.created",
        {"name": "CRM", "scopes": "read:customers"},
    ),
    "oauth_clients.edit": Act(
        lambda: f"/oauth-clients/{new.create_client().id}/edit", "oauth_client.updated",
        {"name": "CRM"},
    ),
    "oauth_clients.rotate": Act(
        lambda: f"/oauth-clients/{new.create_client().id}/rotate", "oauth_client.secret_rotated"
    ),
    "oauth_clients.revoke": Act(
        lambda: f"/oauth-clients/{new.create_client().id}/revoke", "oauth_client.revoked"
    ),
    "webhooks.create": Act(
        lambda: "/webhooks/new", "webhook_endpoint.created",
        {"url": "https://93.184.215.14/hooks", "event_types": "plan.*"},
    ),
    "webhooks.edit": Act(
        lambda: f"/webhooks/{_hook()}/edit", "webhook_endpoint.updated", {"description": "CRM"}
    ),
    "webhooks.rotate": Act(
        lambda: f"/webhooks/{_hook()}/rotate", "webhook_endpoint.secret_rotated"
    ),
    "webhooks.disable": Act(lambda: f"/webhooks/{_hook()}/disable", "webhook_endpoint.disabled"),
    "webhooks.enable": Act(
        lambda: f"/webhooks/{_hook(status='disabled')}/enable", "webhook_endpoint.updated"
    ),
    "webhooks.delete": Act(lambda: f"/webhooks/{_hook()}/delete", "webhook_endpoint.deleted"),
    "webhooks.test": Act(lambda: f"/webhooks/{_away()}", "webhook.test", action="/test"),
    # Sending again leaves no event behind: what is kept of the act tells that it was done once.
    "webhooks.replay": Act(
        lambda: f"/webhooks/{_hook()}/replay", "idempotency_keys", {"from_seq": 1, "to_seq": 1}
    ),
    "webhooks.replay_failed": Act(
        lambda: f"/webhooks/{_hook()}/replay-failed", "idempotency_keys"
    ),
    "webhooks.replay_one": Act(_delivered, "idempotency_keys", action="/replay"),
    "oauth.end": Act(_given, "oauth_client.access_ended", action="/end"),
    "seller.edit": Act(lambda: "/settings/edit", "settings.updated", {"name": "Duebill Ltd"}),
    "seller.logo": Act(
        lambda: "/settings", "settings.updated", {"logo": png()}, action="/settings/logo",
    ),
    "seller.forget_logo": Act(lambda: "/settings/logo/remove", "settings.updated"),
    "profile.index": Act(
        lambda: "/profile", "user.password_changed", _SAME_PASSWORD, action="/profile",
        ends_session=True,
    ),
    "profile.language": Act(
        lambda: "/profile", "user.updated", {"language": "de"}, action="/profile/language"
    ),
    # Nothing is left behind but when it was shown: what is kept of the act tells that it was once.
    "profile.confirm": Act(
        lambda: "/profile/confirm", "user.confirmed", {"secret": new.PASSWORD}
    ),
    "profile.end_one": Act(
        _signed_in_elsewhere, "user.signed_out", action="/end"
    ),
    "profile.sign_out_others": Act(
        _signed_in_elsewhere, "user.signed_out_elsewhere",
        action="/profile/sign-out-elsewhere",
    ),
    "profile.set_up": Act(
        lambda: "/profile/second-factor/new", "user.second_factor_set_up",
        {"code": OnPage(_code_of)},
    ),
    "profile.renew_codes": Act(
        lambda: f"{_second_factor()}/codes",
        "user.recovery_codes_renewed",
    ),
    "profile.remove_factor": Act(
        lambda: f"{_second_factor()}/remove",
        "user.second_factor_removed",
        {"code": lambda: renew_recovery_codes(_reader().id)[0]},
    ),
    "profile.sign_out_everywhere": Act(
        lambda: "/profile", "user.signed_out_everywhere", action="/profile/sign-out-everywhere",
        ends_session=True,
    ),
}  # fmt: skip
