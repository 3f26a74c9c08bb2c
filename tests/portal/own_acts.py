"""Everything that a form of a customer's own pages can do, see acts.py.

The customer is the one whose user signed in last: who reads the page.
"""

from __future__ import annotations

from billing.actors import acting_as
from billing.changes.pause import pause_subscription
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.payments.methods import add_method, methods_of
from billing.payments.source import PaymentSource
from billing.plans.models import Plan
from billing.self_service.cancel import cancel_own
from billing.self_service.change import change_own_quantity
from billing.self_service.inputs import ChangeQuantity, EndSubscription
from billing.subscriptions.models import Subscription
from billing.users.models import User
from billing.users.sign_in import actor_for
from tests import factories as new
from tests.portal.acts import Act


def _reader() -> User:
    found: User = User.objects(role="customer").order_by("-last_login_at").first()
    return found


def _own() -> Customer:
    return get_customer(_reader().customer_id)


def _seats() -> Subscription:
    plan = new.create_plan(name="Team", price=1200, pricing_model="per_unit", self_service=True)
    return new.create_subscription(customer=_own(), plan=plan, quantity=5)


def _at(subscription: Subscription, page: str) -> str:
    return f"/account/subscriptions/{subscription.id}/{page}"


def _choosing() -> str:
    found = _seats()
    new.create_plan(name="Large", price=9900, self_service=True)
    return _at(found, "plan")


def _large() -> str:
    """The plan that the page of `_choosing` offers."""
    return str(Plan.objects(name="Large").order_by("-id").first().id)


def _ending() -> str:
    found = _seats()
    with acting_as(actor_for(_reader())):
        cancel_own(found.id, EndSubscription())
    return _at(found, "keep")


def _changing() -> str:
    found = _seats()
    with acting_as(actor_for(_reader())):
        change_own_quantity(found.id, ChangeQuantity(quantity=3, effective="period_end"))
    return _at(found, "revoke-change")


def _paused() -> str:
    found = _seats()
    pause_subscription(found.id)
    return _at(found, "resume")


def _payable() -> str:
    own = _own()
    add_method(own.id, PaymentSource(token="fake_ok"))
    return f"/account/invoices/{new.create_invoice(customer=own).id}/pay"


def _with_methods(page: str) -> str:
    """Two of them; the first is the default."""
    for token in ("fake_ok", "fake_late"):
        add_method(_own().id, PaymentSource(token=token))
    return f"/account/{page}"


def _second() -> str:
    _with_methods("")
    return methods_of(_own())[1].id


def _colleague(status: str) -> str:
    values = {"role": "customer", "customer_id": _own().id, "status": status}
    password = None if status == "invited" else new.PASSWORD
    return str(new.create_user(**values, password=password).id)


OWN_ACTS: dict[str, Act] = {
    "account.seats": Act(
        lambda: _at(_seats(), "seats"), "subscription.updated", {"quantity": "9"},
        is_money=True, looks_first=True,
    ),
    "account.plan": Act(
        _choosing, "subscription.updated", {"plan_id": _large}, looks_first=True
    ),
    "account.revoke_change": Act(_changing, "subscription.change_revoked"),
    "account.cancel": Act(
        lambda: _at(_seats(), "cancel"), "subscription.cancellation_scheduled",
        {"feedback": "unused"}, is_money=True,
    ),
    "account.keep": Act(_ending, "subscription.cancellation_revoked"),
    "account.resume": Act(_paused, "subscription.resumed"),
    "account.pay": Act(_payable, "payment.started", is_money=True),
    "account.add_method": Act(
        lambda: "/account/payment-methods/new", "customer.payment_method_added"
    ),
    "account.default_method": Act(
        lambda: _with_methods("payment-methods"), "customer.payment_source_changed",
        action="/default",
    ),
    "account.remove_method": Act(
        lambda: _with_methods(f"payment-methods/{_second()}/remove"),
        "customer.payment_method_removed",
    ),
    "account.invite": Act(
        lambda: "/account/team/invite", "user.created", {"email": "new@example.com"}
    ),
    "account.reinvite": Act(
        lambda: f"/account/team/{_colleague('invited')}/invite", "user.link_sent"
    ),
    "account.member": Act(
        lambda: f"/account/team/{_colleague('active')}/role", "user.updated",
        {"customer_role": "viewer"},
    ),
    "account.remove_member": Act(
        lambda: f"/account/team/{_colleague('active')}/remove", "user.updated"
    ),
    "account.edit_details": Act(
        lambda: "/account/details/edit", "customer.updated", {"name": "Acme Holding"}
    ),
}  # fmt: skip
