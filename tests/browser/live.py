"""The application on a socket, for a real browser, and the pages worth looking at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.portal.believable import Business


class _Quiet(WSGIRequestHandler):
    """The access log is the application's own; a browser's idle connection ends by itself."""

    timeout = 5

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """The address of `app` while this context lasts."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = False  # so that closing waits for answers that are on their way
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def public_pages(of: Business) -> dict[str, str]:
    """Every page of who is not signed in, by a short name."""
    return {
        "sign-in": "/sign-in",
        "sign-in-link": "/sign-in/link",
        "sign-in-forgotten": "/sign-in/forgotten",
        "sign-in-by-link": f"/sign-in/link/{of.way_in}",
        "sign-in-new-password": f"/sign-in/new/{of.new_password}",
        "sign-in-accept": f"/invitation/{of.invitation}",
        "sign-in-spent": "/sign-in/link/spent",
    }


def staff_pages(of: Business) -> dict[str, str]:
    """Every page of staff, by a short name."""
    return {
        "dashboard": "/",
        "search": "/search",
        "search-found": "/search?q=a",
        "customers": "/customers",
        "customers-nothing": "/customers?q=zzz",
        "customer-new": "/customers/new",
        "customer": f"/customers/{of.customer}",
        "customer-edit": f"/customers/{of.customer}/edit",
        "customer-statement": f"/customers/{of.customer}/statement?from=2026-01-01&to=2099-12-31",
        "customer-credit": f"/customers/{of.customer}/credit",
        "customer-invite": f"/customers/{of.customer}/invite",
        "customer-delete": f"/customers/{of.customer}/delete",
        "customer-personal-data": f"/customers/{of.customer}/personal-data",
        "plans": "/plans",
        "plan-new": "/plans/new",
        "plan": f"/plans/{of.plan}",
        "plan-edit": f"/plans/{of.plan}/edit",
        "plan-metered": f"/plans/{of.metered_plan}",
        "plan-metered-edit": f"/plans/{of.metered_plan}/edit",
        "taxes": "/tax-rates",
        "tax-new": "/tax-rates/new",
        "tax": f"/tax-rates/{of.tax_rate}",
        "tax-edit": f"/tax-rates/{of.tax_rate}/edit",
        "tax-archive": f"/tax-rates/{of.tax_rate}/archive",
        "revenue-movements": "/revenue/movements",
        "revenue-subscriptions": "/revenue/subscriptions?currency=USD",
        "coupons": "/coupons",
        "coupon-new": "/coupons/new",
        "coupon": f"/coupons/{of.coupon}",
        "coupon-edit": f"/coupons/{of.coupon}/edit",
        "coupon-archive": f"/coupons/{of.coupon}/archive",
        "meters": "/meters",
        "meter-new": "/meters/new",
        "meter": f"/meters/{of.meter}",
        "meter-edit": f"/meters/{of.meter}/edit",
        "meter-archive": f"/meters/{of.meter}/archive",
        "usage": "/usage",
        "usage-late": "/usage?late=yes",
        "usage-record": f"/subscriptions/{of.subscription}/usage/new",
        "subscriptions": "/subscriptions",
        "subscription-pick": "/subscriptions/new",
        "subscription-new": f"/subscriptions/new?customer_id={of.customer}",
        "subscription": f"/subscriptions/{of.subscription}",
        "subscription-ending": f"/subscriptions/{of.ending}",
        "subscription-change": f"/subscriptions/{of.subscription}/change",
        "subscription-cancel": f"/subscriptions/{of.subscription}/cancel",
        "subscription-pause": f"/subscriptions/{of.subscription}/pause",
        "subscription-changed": f"/subscriptions/{of.changed}",
        "subscription-change-again": f"/subscriptions/{of.changed}/change",
        "subscription-revoke": f"/subscriptions/{of.changed}/revoke-change",
        "subscription-paused": f"/subscriptions/{of.paused}",
        "subscription-resume": f"/subscriptions/{of.paused}/resume",
        "subscription-keep": f"/subscriptions/{of.ending}/keep",
        "subscription-trial": f"/subscriptions/{of.trial}",
        "invoices": "/invoices",
        "invoice-new": f"/invoices/new?customer_id={of.customer}",
        "invoice": f"/invoices/{of.invoice}",
        "invoice-taxed": f"/invoices/{of.taxed}",
        "invoice-draft": f"/invoices/{of.draft}",
        "invoice-edit": f"/invoices/{of.draft}/edit",
        "invoice-pay": f"/invoices/{of.invoice}/pay",
        "invoice-void": f"/invoices/{of.invoice}/void",
        "invoice-credit": f"/invoices/{of.invoice}/credit",
        "payments": "/payments",
        "payments-failed": "/payments?status=failed",
        "payment": f"/payments/{of.payment}",
        "payment-refund": f"/payments/{of.payment}/refund",
        "payment-charge": f"/payments/charge/{of.invoice}",
        "payment-source": f"/payments/source/{of.customer}",
        "payment-source-forget": f"/payments/source/{of.customer}/forget",
        "credit-notes": "/credit-notes",
        "credit-note": f"/credit-notes/{of.credit_note}",
        "credit-note-void": f"/credit-notes/{of.credit_note}/void",
        "runs": "/runs",
        "run-dry": f"/runs/dry-runs/{of.dry_run}",
        "run-dry-jumps": f"/runs/dry-runs/{of.dry_run}?kind=jump",
        "run": f"/runs/{of.run}",
        "dunning": "/dunning",
        "dunning-column": "/dunning/columns/new",
        "dunning-step": f"/dunning/invoices/{of.overdue}/step",
        "dunning-pause": f"/dunning/invoices/{of.overdue}/pause",
        "dunning-resume": f"/dunning/invoices/{of.put_off}/resume",
        "test-clocks": "/test-clocks",
        "test-clock-new": "/test-clocks/new",
        "test-clock": f"/test-clocks/{of.test_clock}",
        "test-clock-delete": f"/test-clocks/{of.test_clock}/delete",
        "checks": "/checks",
        "check": f"/checks/{of.check}",
        "events": "/events",
        "as-it-was": f"/events/objects/{of.customer}?at=2099-12-31T12:00",
        "as-it-was-not": f"/events/objects/{of.subscription}?at=2020-01-01T12:00",
        "outbox": "/outbox",
        "mail": f"/outbox/{of.mail}",
        "mail-failed": f"/outbox/{of.failed_mail}",
        "mail-templates": "/settings/mail-templates",
        "mail-template": "/settings/mail-templates/invoice/de",
        "mail-template-edit": "/settings/mail-templates/invoice/de/edit",
        "invoice-send": f"/invoices/{of.invoice}/send",
        "api-calls": "/api-calls",
        "api-call": f"/api-calls/{of.api_call}",
        "users": "/users",
        "user": f"/users/{of.user}",
        "user-edit": f"/users/{of.user}/edit",
        "user-unlink": f"/users/{of.user}/unlink",
        "user-invited": f"/users/{of.invited}",
        "user-invited-edit": f"/users/{of.invited}/edit",
        "user-invite": f"/users/{of.invited}/invite",
        "user-new": "/users/new",
        "user-guarded": f"/users/{of.guarded}",
        "user-reset": f"/users/{of.guarded}/reset-second-factor",
        "api-clients": "/oauth-clients",
        "api-client-new": "/oauth-clients/new",
        "api-client": f"/oauth-clients/{of.client}",
        "api-client-edit": f"/oauth-clients/{of.client}/edit",
        "api-client-rotate": f"/oauth-clients/{of.client}/rotate",
        "api-client-revoke": f"/oauth-clients/{of.client}/revoke",
        "consent": of.consent,
        "webhooks": "/webhooks",
        "webhook-new": "/webhooks/new",
        "webhook": f"/webhooks/{of.webhook}",
        "webhook-failing": f"/webhooks/{of.failing_webhook}",
        "webhook-edit": f"/webhooks/{of.webhook}/edit",
        "webhook-rotate": f"/webhooks/{of.webhook}/rotate",
        "webhook-disable": f"/webhooks/{of.webhook}/disable",
        "webhook-enable": f"/webhooks/{of.webhook}/enable",
        "webhook-delete": f"/webhooks/{of.webhook}/delete",
        "webhook-deliveries": f"/webhooks/{of.webhook}/deliveries",
        "webhook-delivery": f"/webhooks/{of.webhook}/deliveries/{of.delivery}",
        "webhook-replay": f"/webhooks/{of.webhook}/replay",
        "webhook-replay-failed": f"/webhooks/{of.webhook}/replay-failed",
        "bulk": f"/invoices/bulk/{of.bulk}",
        "bulk-done": f"/invoices/bulk/{of.bulk_done}",
        "views": "/views?list=invoices",
        "view-new": "/views/new?list=invoices&status=open&sort=-due_date",
        "view": f"/views/{of.view}",
        "view-delete": f"/views/{of.view}/delete",
        "settings": "/settings",
        "settings-edit": "/settings/edit",
        "profile": "/profile",
        "profile-second-factor": "/profile/second-factor/new",
        "profile-codes": "/profile/second-factor/codes",
        "profile-remove": "/profile/second-factor/remove",
        "profile-confirm": "/profile/confirm",
        "missing": "/nowhere",
    }


def customer_pages(of: Business) -> dict[str, str]:
    """Every page of a customer, by a short name."""
    return {
        "account": "/account",
        "account-subscriptions": "/account/subscriptions",
        "account-subscription": f"/account/subscriptions/{of.trial}",
        "account-seats": f"/account/subscriptions/{of.trial}/seats",
        "account-plan": f"/account/subscriptions/{of.subscription}/plan",
        "account-cancel": f"/account/subscriptions/{of.subscription}/cancel",
        "account-undo": f"/account/subscriptions/{of.own_changed}/revoke-change",
        "account-keep": f"/account/subscriptions/{of.own_ending}/keep",
        "account-invoices": "/account/invoices",
        "account-statement": "/account/statement?from=&to=",
        "account-pay": f"/account/invoices/{of.invoice}/pay",
        "account-methods": "/account/payment-methods",
        "account-method-new": "/account/payment-methods/new",
        "account-details": "/account/details",
        "account-details-edit": "/account/details/edit",
        "account-team": "/account/team",
        "account-invite": "/account/team/invite",
        "account-member": f"/account/team/{of.colleague}/role",
        "account-member-remove": f"/account/team/{of.colleague}/remove",
        "account-invoice": f"/account/invoices/{of.invoice}",
    }
