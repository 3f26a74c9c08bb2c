"""Where a thing is looked at, by its id alone."""

from flask import current_app, url_for
from flask_login import current_user

_STAFF = {
    "cus": ("customers.detail", "customer_id"),
    "plan": ("plans.detail", "plan_id"),
    "sub": ("subscriptions.detail", "subscription_id"),
    "inv": ("invoices.detail", "invoice_id"),
    "pay": ("payments.detail", "payment_id"),
    "cn": ("credit_notes.detail", "credit_note_id"),
    "cpn": ("coupons.detail", "coupon_id"),
    "txr": ("tax_rates.detail", "tax_rate_id"),
    "mtr": ("meters.detail", "meter_id"),
    "mail": ("outbox.detail", "mail_id"),
    "run": ("runs.detail", "run_id"),
    "clk": ("test_clocks.detail", "test_clock_id"),
    "usr": ("users.detail", "user_id"),
    "whk": ("webhooks.detail", "webhook_endpoint_id"),
    "cli": ("oauth_clients.detail", "client_id"),
}
_CUSTOMER = {
    "sub": ("account.subscription", "subscription_id"),
    "inv": ("account.invoice", "invoice_id"),
}


def address_of(object_id: str) -> str | None:
    """The page of a thing for the present reader, if there is one."""
    pages = _STAFF if current_user.is_staff else _CUSTOMER
    endpoint, name = pages.get(object_id.partition("_")[0], ("", ""))
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **{name: object_id})  # type: ignore[arg-type]
