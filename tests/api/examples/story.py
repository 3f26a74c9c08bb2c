"""One business from its first day on: every operation of the API is in it.

A new operation is told here, where it belongs; `make openapi` writes down what was told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from billing import clock
from billing.webhooks.fan_out import sequence_waiting
from tests.api.examples import catalogue, clients, customers, invoices, subscriptions, webhooks
from tests.api.examples.teller import Teller
from tests.api.factories import PASSWORD, create_user

BEGIN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ADMIN = {"email": "mara@feldmark.example", "password": PASSWORD}


def told(app: Flask) -> dict[str, Any]:
    """What was asked and answered, by the operation's name. Wants an empty database."""
    tell = Teller(app)
    with clock.frozen(BEGIN):
        create_user(email=ADMIN["email"], name="Mara Lind", role="admin")
        _tell_tokens(tell)
        catalogue.tell_settings(tell, catalogue.tell_tax_rates(tell))
        catalogue.tell_meters(tell)
        plan = catalogue.tell_plans(tell)["id"]
        catalogue.tell_coupons(tell, plan)
        brook = customers.tell_customers(tell)
        subscription = subscriptions.tell_beginning(tell, brook, plan)["id"]
    with clock.frozen(BEGIN + timedelta(days=3)):
        _sign_in(tell)
        customers.tell_credit(tell, brook)
        customers.tell_users(tell, brook)
        clients.tell_clients(tell)
        webhooks.tell_webhooks(tell)
        subscriptions.tell_usage(tell, brook, subscription)
        subscriptions.tell_changes(tell, subscription, plan)
        subscriptions.tell_end(tell, subscription)
        _tell_invoices(tell, brook)
        november = {"from": "2026-11-01", "to": "2026-11-30"}
        tell("get_statement", customer_id=brook, query=november)
        tell("get_statement_pdf", customer_id=brook, query=november)
        _tell_a_pause(tell, plan)
        _tell_clocks(tell)
    with clock.frozen(BEGIN + timedelta(days=30)):
        _sign_in(tell)
        _tell_runs(tell)
        catalogue.tell_new_version(tell, plan)
        _tell_events(tell, subscription)
    return tell.kept()


def _tell_tokens(tell: Teller) -> None:
    pair = tell("login", ADMIN)
    tell.sign_in(tell("refresh", {"refresh_token": pair["refresh_token"]})["access_token"])
    tell("logout")
    _sign_in(tell)
    tell("get_me")


def _sign_in(tell: Teller) -> None:
    """Access tokens live no longer than a quarter of an hour."""
    tell.sign_in(tell("login", ADMIN)["access_token"])


def _tell_invoices(tell: Teller, customer_id: str) -> None:
    invoices.tell_drafts(tell, customer_id)
    other = customers.create_other(tell, "Aalto Maps Oy")
    invoices.tell_ends(tell, other)
    invoices.tell_payments(tell, other)
    invoices.tell_credit_notes(tell, other)


def _tell_a_pause(tell: Teller, plan_id: str) -> None:
    other = customers.create_other(tell, "Lindqvist Geo AB")
    made = tell("create_subscription", {"customer_id": other, "plan_id": plan_id, "quantity": 3})
    subscriptions.tell_pause(tell, made["id"])


def _tell_clocks(tell: Teller) -> None:
    year = tell("create_test_clock", {"name": "A year of Team", "now": "2026-12-01T08:00:00Z"})
    tell("advance_test_clock", {"to": "2027-12-01"}, test_clock_id=year["id"])
    tell("get_test_clock", test_clock_id=year["id"])
    tell("list_test_clocks")
    tell("delete_test_clock", test_clock_id=year["id"])


def _tell_runs(tell: Teller) -> None:
    run = tell("create_billing_run", {"as_of_date": "2026-12-02"})["id"]
    tell("create_billing_run", {"as_of_date": "2027-01-02", "dry_run": True})
    tell("get_billing_run", run_id=run)
    tell("list_billing_runs", query={"limit": 5})


def _tell_events(tell: Teller, subscription_id: str) -> None:
    sequence_waiting()  # as a worker does all the time
    found = tell("list_events", query={"object_id": subscription_id, "limit": 2})
    tell("get_event", event_id=found["data"][0]["id"])
