"""Every list and every hot read walks an index, whatever it is filtered and sorted by.

MongoDB's own profiler tells what it did; a collection scan anywhere is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from billing import clock, database, indexes
from billing.actors import Actor, acting_as
from billing.api_calls import queries as api_calls
from billing.bulk import queries as bulk
from billing.bulk.carry_out import carry_out, start_bulk
from billing.bulk.choose import choose_rows
from billing.bulk.kinds import KINDS
from billing.coupons import queries as coupons
from billing.credit_notes import queries as credit_notes
from billing.customers import queries as customers
from billing.database import Database, Row
from billing.dunning import board as dunning_columns
from billing.dunning.columns import column_keys
from billing.dunning.due import due_reminders
from billing.dunning.runs import last_dunning_run
from billing.events import queries as events
from billing.finding.find import MOST, find_anything
from billing.invoices import queries as invoices
from billing.invoices.void import void_invoice
from billing.mail import queries as mails
from billing.oauth import queries as oauth
from billing.oauth.access import access_of
from billing.pages import Page
from billing.payments import queries as payments
from billing.payments.pay_invoice import pay_invoice
from billing.payments.queries import payments_of, received_on, refunds_of
from billing.payments.settle_pending import settle_pending
from billing.plans import queries as plans
from billing.reports import revenue
from billing.reports.dashboard import overview
from billing.reports.statement import customer_statement
from billing.runs import queries as runs
from billing.runs.dry_runs import carry_out_dry_run, list_dry_runs, start_dry_run
from billing.runs.run_billing import run_billing
from billing.saved_views import queries as saved_views
from billing.saved_views.choose_default import choose_default
from billing.selections import selection_of
from billing.subscriptions import queries as subscriptions
from billing.subscriptions.by_version import subscribers_by_version
from billing.taxes import queries as taxes
from billing.test_clocks import queries as clocks
from billing.usage import queries as usage
from billing.usage.entitlements import entitlements, list_entitlements
from billing.usage.so_far import usage_so_far
from billing.users import queries as users
from billing.users.links import new_link, spend_link
from billing.users.permissions import scopes_of
from billing.users.sessions import begin_session, find_session
from billing.users.sign_in import sign_in
from billing.users.sign_ins import sign_ins_of, sign_out_elsewhere
from billing.users.tokens import Tokens
from billing.webhooks.fan_out import sequence_waiting
from tests.factories import (
    PASSWORD,
    create_api_call,
    create_client,
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_plan,
    create_saved_view,
    create_subscription,
    create_tax_rate,
    create_test_clock,
    create_usage,
    create_user,
)

TODAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
CREATED = {"created_from": TODAY, "created_before": TODAY + timedelta(days=1)}
LISTS: dict[str, tuple[Callable[..., Page], dict[str, str], dict[str, Any]]] = {
    "customers": (
        customers.list_customers,
        customers.SORTS,
        {
            "status": "active",
            "email": "customer1@example.com",
            "external_id": "ext-x3",
            "test_clock_id": "",
            "q": "customer",
            "include_deleted": True,
            **CREATED,
        },
    ),
    "plans": (
        plans.list_plans,
        plans.SORTS,
        {"status": "active", "currency": "USD", "billing_cycle": "monthly", "q": "pro", **CREATED},
    ),
    "subscriptions": (
        subscriptions.list_subscriptions,
        subscriptions.SORTS,
        {
            "status": "active",
            "customer_id": "",
            "plan_id": "",
            "test_clock_id": "",
            "billed_from": date(2026, 12, 1),
            "billed_before": date(2027, 1, 1),
            "q": "customer",
            **CREATED,
        },
    ),
    "invoices": (
        invoices.list_invoices,
        invoices.SORTS,
        {
            "status": "open",
            "overdue": True,
            "customer_id": "",
            "subscription_id": "",
            "number": "INV-2026-000007",
            "currency": "USD",
            "issued_from": date(2026, 11, 1),
            "issued_before": date(2026, 12, 1),
            "due_from": date(2026, 12, 1),
            "due_before": date(2026, 12, 8),
            "q": "INV-2026",
            **CREATED,
        },
    ),
    "mrr_movements": (
        revenue.list_movements,
        revenue.SORTS,
        {
            "kind": "new",
            "currency": "USD",
            "month": date(2026, 11, 1),
            "customer_id": "",
            "subscription_id": "",
        },
    ),
    "earning": (revenue.list_earning, revenue.EARNING_SORTS, {"currency": "USD"}),
    "tax_rates": (
        taxes.list_tax_rates,
        taxes.SORTS,
        {"status": "active", "country": "DE", "q": "vat", **CREATED},
    ),
    "coupons": (
        coupons.list_coupons,
        coupons.SORTS,
        {"status": "active", "code": "CODE1", "q": "code", **CREATED},
    ),
    "payments": (
        payments.list_payments,
        payments.SORTS,
        {
            "status": "succeeded",
            "customer_id": "",
            "invoice_id": "",
            "paid_from": date(2026, 11, 1),
            "paid_before": date(2026, 12, 1),
            "q": "customer",
            **CREATED,
        },
    ),
    "credit notes": (
        credit_notes.list_credit_notes,
        credit_notes.SORTS,
        {
            "status": "issued",
            "customer_id": "",
            "invoice_id": "",
            "number": "CN-2026-000001",
            "q": "CN-2026",
            **CREATED,
        },
    ),
    "users": (
        users.list_users,
        users.SORTS,
        {
            "role": "viewer",
            "status": "active",
            "customer_id": "",
            "email": "user1@example.com",
            "q": "user",
            **CREATED,
        },
    ),
    "events": (
        events.list_events,
        events.SORTS,
        {
            "object_id": "",
            "customer_id": "",
            "type": "invoice.finalized",
            "actor_id": "usr_1",
            "request_id": "req-order",
        },
    ),
    "oauth_clients": (
        oauth.list_clients,
        oauth.SORTS,
        {"status": "active", "q": "integration"},
    ),
    "runs": (runs.list_runs, runs.SORTS, CREATED),
    "dry runs": (list_dry_runs, {"created_at": "_id"}, {}),
    "dunning columns": (
        partial(dunning_columns.list_column, column="new"),
        dunning_columns.SORTS,
        {},
    ),
    "meters": (
        usage.list_meters,
        usage.SORTS,
        {"status": "active", "aggregation": "sum", "key": "meter_1", "q": "api", **CREATED},
    ),
    "usage_events": (
        usage.list_usage_events,
        usage.EVENT_SORTS,
        {"subscription_id": "", "customer_id": "", "meter": "", "late": True},
    ),
    "mails": (
        mails.list_mails,
        mails.SORTS,
        {"status": "sent", "kind": "receipt", "to": "a@b", "about": "inv_1", "customer_id": ""},
    ),
    "test_clocks": (clocks.list_clocks, clocks.SORTS, {}),
    "api_calls": (
        api_calls.list_api_calls,
        api_calls.SORTS,
        {
            "actor_id": "usr_1",
            "status_class": 4,
            "method": "POST",
            "operation": "list_customers",
            "request_id": "req-order",
            "since": TODAY - timedelta(days=1),
        },
    ),
}


NOT_ITSELF = {"ns": {"$not": {"$regex": "profile"}}}


class Profiler:
    """What MongoDB did since the last look."""

    def __init__(self, db: Database[Row]) -> None:
        self._db = db
        self._seen = self._scans_seen = 0
        db.create_collection("system.profile", capped=True, size=2**26)
        db.command("profile", 2)

    def operations(self) -> list[Row]:
        """All that was done on this database since the last look."""
        new = list(self._db["system.profile"].find(NOT_ITSELF).skip(self._seen))
        self._seen += len(new)
        assert new
        return new

    def scans(self) -> list[str]:
        """Operations since the last look that read a collection from end to end."""
        profile, seen = self._db["system.profile"], self._seen
        self._seen = profile.count_documents(NOT_ITSELF)
        assert self._seen > seen
        scanned = {**NOT_ITSELF, "planSummary": {"$regex": "COLLSCAN"}}
        new = list(profile.find(scanned).skip(self._scans_seen))
        self._scans_seen += len(new)
        return [f"{operation['ns']} {operation['command']}" for operation in new]

    def stop(self) -> None:
        self._db.command("profile", 0)
        self._db.drop_collection("system.profile")


def fill(db: Database[Row]) -> dict[str, str]:
    """Some of everything; the ids that lists are filtered by."""
    plan = create_plan()
    for n in range(30):
        ada = Actor(type="user", id=f"usr_{n % 5}", request_id="req-order" if n == 7 else None)
        refused = {"method": "POST", "operation": "create_customer", "status": 422}
        create_api_call(actor=ada, **refused if n % 3 else {})
        with acting_as(ada):
            customer = create_customer(
                external_id=f"ext-x{n}", preferences={"payment_terms_days": n}
            )
            subscription = create_subscription(
                customer=customer, plan=plan if n % 3 else create_plan(), start_date="2026-10-01"
            )
            create_user(role="viewer" if n % 4 else "admin")
            event = create_usage(subscription=subscription)
        create_tax_rate(country="DE" if n % 2 else "AT")
        create_client()
        create_coupon()
    create_user(role="customer", customer_id=customer.id)
    for _ in range(12):
        test_clock = create_test_clock()
    create_customer(test_clock_id=test_clock.id)
    pay_invoice(create_invoice(customer=customer).id)
    invoice = create_invoice(customer=customer)
    create_payment(invoice=invoice, provider="fake", reference="fake_late", amount=1)
    create_credit_note(invoice=invoice, amount=1)
    create_credit_note()
    void_invoice(create_invoice(customer=customer).id)
    create_invoice(customer=customer, draft=True)
    run_billing(date(2026, 12, 1))
    run_billing(date(2026, 12, 2))
    run_billing(date(2026, 12, 3))
    return {
        "customer_id": customer.id,
        "plan_id": plan.id,
        "subscription_id": subscription.id,
        "object_id": subscription.id,
        "meter": event["meter"],
        "key": event["meter"],
        "idempotency_key": event["idempotency_key"],
        "test_clock_id": test_clock.id,
        "invoice_id": invoice.id,
    }


@pytest.fixture
def books(db: Database[Row]) -> Iterator[tuple[Profiler, dict[str, str]]]:
    """A profiler over filled books."""
    with clock.frozen(TODAY):
        filled = fill(db)
        profiler = Profiler(db)
        yield profiler, filled
    profiler.stop()


def asked(filters: dict[str, Any], ids: dict[str, str]) -> Iterator[dict[str, Any]]:
    """No filter, each alone, each pair."""
    values = {name: ids[name] if value == "" else value for name, value in filters.items()}
    for size in range(3):
        for names in combinations(values, size):
            yield {name: values[name] for name in names}


@pytest.mark.parametrize("name", list(LISTS))
def test_no_list_reads_a_collection_from_end_to_end(
    books: tuple[Profiler, dict[str, str]], name: str
) -> None:
    profiler, ids = books
    listed, sorts, filters = LISTS[name]
    scans: dict[str, list[str]] = {}
    for where in asked(filters, ids):
        for sort in [None, *(sign + field for field in sorts for sign in ("", "-"))]:
            page = listed(**where, sort=sort, limit=2)
            if page.next_cursor:
                listed(**where, sort=sort, limit=2, cursor=page.next_cursor)
        if found := profiler.scans():
            scans[str(where)] = found
    assert scans == {}


SELECTIVE: list[tuple[str, dict[str, Any]]] = [
    ("customers", {"external_id": "ext-x3"}),
    ("customers", {"external_id": "ext-x3", "include_deleted": True}),
    ("customers", {"q": "ext-x3"}),
    ("subscriptions", {"customer_id": ""}),
    ("invoices", {"number": "INV-2026-000007"}),
    ("invoices", {"q": "inv-2026-000007"}),
    ("invoices", {"subscription_id": "", "status": "open"}),
    ("invoices", {"currency": "EUR"}),
    ("invoices", {"status": "void"}),
    ("invoices", {"due_from": date(2026, 12, 1), "due_before": date(2026, 12, 3)}),
    ("invoices", {"created_before": TODAY}),
    ("subscriptions", {"billed_from": date(2027, 1, 1), "billed_before": date(2027, 1, 2)}),
    ("subscriptions", {"test_clock_id": ""}),
    ("subscriptions", {"plan_id": "", "limit": 3}),
    ("subscriptions", {"plan_id": "", "limit": 3, "status": "active"}),
    ("credit notes", {"number": "CN-2026-000001"}),
    ("users", {"customer_id": ""}),
    ("users", {"email": "user1@example.com"}),
    ("events", {"object_id": ""}),
    ("meters", {"key": ""}),
    ("usage_events", {"subscription_id": ""}),
    ("usage_events", {"idempotency_key": ""}),
    ("usage_events", {"late": True}),
    ("usage_events", {"customer_id": ""}),
    ("usage_events", {"meter": ""}),
    ("events", {"request_id": "req-order"}),
    ("api_calls", {"actor_id": "usr_1"}),
    ("api_calls", {"status_class": 5}),
    ("api_calls", {"method": "GET"}),
    ("api_calls", {"operation": "create_customer"}),
    ("api_calls", {"request_id": "req-order"}),
]


def test_what_few_match_is_found_by_looking_at_few(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, ids = books
    for name, where in SELECTIVE:
        page = LISTS[name][0](**{key: value or ids[key] for key, value in where.items()})
        looked_at = [operation["docsExamined"] for operation in profiler.operations()]
        assert max(looked_at) <= len(page.items) + 1, (name, where)


def test_a_page_deep_in_a_list_looks_at_no_more_than_the_first(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, _ = books
    for listed, sorts, _filters in LISTS.values():
        for sort in [sign + field for field in sorts for sign in ("", "-")]:
            looked_at = pages_looked_at(profiler, listed, sort)
            assert max(looked_at) <= 3 * looked_at[0], (listed, sort, looked_at)


def test_pulling_events_by_their_numbers_looks_at_few(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, ids = books
    assert sequence_waiting() > 200
    assert profiler.scans() == []
    for where in ({}, {"type": "plan.created"}, {"type": "plan.created", "after": 40}):
        page = events.pull_events(**{"after": 0, "limit": 5, **where})
        looked_at = [operation["docsExamined"] for operation in profiler.operations()]
        assert max(looked_at) <= len(page.items) + 1, where
    for name in ("object_id", "customer_id"):
        assert events.pull_events(0, **{name: ids[name]}).items
        assert profiler.scans() == []


def pages_looked_at(profiler: Profiler, listed: Callable[..., Page], sort: str) -> list[int]:
    """How many documents each page of the list read."""
    looked_at, cursor = [], None
    while True:
        page = listed(sort=sort, limit=4, cursor=cursor)
        finds = [op for op in profiler.operations() if "find" in op["command"]]
        looked_at.append(max(op["docsExamined"] for op in finds))
        if (cursor := page.next_cursor) is None:
            return looked_at


def test_a_customers_own_lists_walk_indexes_too(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, ids = books
    with acting_as(Actor(type="user", role="customer", customer_id=ids["customer_id"])):
        for name in ("customers", "subscriptions", "invoices", "events", "usage_events"):
            LISTS[name][0](limit=1)
    assert profiler.scans() == []


def test_no_hot_read_reads_a_collection_from_end_to_end(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, ids = books
    customer_id, subscription_id = ids["customer_id"], ids["subscription_id"]
    customers.get_customer(customer_id)
    customers.get_customer_row(customer_id)
    customers.customer_names([customer_id, "cus_2"])
    plans.get_plan(ids["plan_id"])
    plans.plan_versions(ids["plan_id"])
    plans.list_plan_versions(ids["plan_id"], limit=1)
    list_entitlements(customer_id, limit=1)
    subscribers_by_version(ids["plan_id"])
    subscriptions.get_subscription(subscription_id)
    subscriptions.customers_served([customer_id])
    subscriptions.next_due()
    usage_so_far(subscription_id)
    entitlements(customer_id)
    invoices.latest_invoice_ids([subscription_id])
    invoices.latest_invoice_ids([subscription_id, "sub_2"])
    invoices.customers_owing([customer_id])
    paid = invoices.list_invoices(status="paid").items[0]["_id"]
    refunds_of([row["_id"] for row in payments_of(paid)])
    credit_notes.credit_notes_of(paid)
    received_on(paid)
    invoices.invoice_numbers([paid])
    settle_pending()
    list(due_reminders(date(2027, 1, 1)))
    dunning_columns.dunning_board()
    last_dunning_run()
    for column in column_keys():
        dunning_columns.list_column(column=column)
    carry_out_dry_run(start_dry_run(date(2027, 1, 1))["_id"])
    runs.run_skips(runs.list_runs().items[0]["_id"])
    overview()
    customer_statement(customer_id, currency="USD")
    rate_ids = [row["_id"] for row in taxes.list_tax_rates(limit=2).items]
    taxes.rates_by_id(rate_ids)
    taxes.offered_rates()
    coupons.find_coupon_row("code1")
    assert profiler.scans() == []


def test_a_plans_subscribers_are_counted_without_reading_them(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, ids = books
    assert sum(subscribers_by_version(ids["plan_id"]).values()) > 0
    assert {operation["docsExamined"] for operation in profiler.operations()} == {0}


def test_signing_in_and_every_request_walk_indexes(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, _ = books
    user = create_user()
    tokens = Tokens("k1Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQeB", "http://localhost")
    pair = tokens.issue(sign_in(user.email, PASSWORD, "192.0.2.7"))
    tokens.authenticate(tokens.refresh(pair.refresh_token).access_token)
    users.get_user(user.id)
    access_of(user.id)
    users.find_linked_user("https://id.example.com", "somebody")
    here = begin_session(user, "By password", device="Firefox", ip=None)
    assert find_session(here)
    assert len(sign_ins_of(user.id, here)) == 2
    sign_out_elsewhere(user.id, here)
    assert spend_link(new_link(user.id, "sign_in", timedelta(minutes=5)), "sign_in")
    assert profiler.scans() == []


def test_what_every_page_asks_first_is_one_question(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, _ = books
    here = begin_session(create_user(), "By password", device="Firefox", ip=None)
    profiler.operations()
    assert find_session(here)
    (asked,) = [each for each in profiler.operations() if each["ns"].endswith(".sessions")]
    assert (asked["op"], asked["docsExamined"]) == ("command", 2)  # it, and its user
    assert asked["planSummary"] == "IXSCAN { _id: 1 }"


def test_bulk_actions_saved_views_and_exports_walk_indexes(
    books: tuple[Profiler, dict[str, str]],
) -> None:
    profiler, ids = books
    view = create_saved_view()
    saved_views.list_views("invoices")
    choose_default(view.id)
    some = {
        "invoices": [row["_id"] for row in invoices.list_invoices(status="open").items],
        "subscriptions": [ids["subscription_id"]],
        "customers": [ids["customer_id"]],
    }
    for kind in KINDS:
        action = choose_rows(kind, some[kind.partition(".")[0]][:2])
        bulk.foreseen(action)
    start_bulk(action.id)
    bulk.counts_of(carry_out(action.id).id)
    for name in ("customers", "invoices", "payments", "events"):
        query, sorts, _ = LISTS[name]
        for sort in sorts:
            next(selection_of(query, sort=sort).batches({"_id": 1}), [])
    assert profiler.scans() == []


def test_a_billing_run_walks_indexes(books: tuple[Profiler, dict[str, str]]) -> None:
    profiler, _ = books
    assert run_billing(date(2027, 2, 1)).invoiced == 60
    assert profiler.scans() == []


def test_indexes_are_declared_where_every_start_looks_for_them() -> None:
    """A declaration elsewhere is known only to processes that happen to import it."""
    billing = Path(database.__file__).parent
    declaring = [path for path in billing.rglob("*.py") if "\ndeclare_indexes(" in path.read_text()]
    assert {path.name for path in declaring} == {"models.py"}
    assert {path.parent.name for path in declaring} == set(indexes.FEATURES)


def test_searching_everything_looks_at_few(books: tuple[Profiler, dict[str, str]]) -> None:
    profiler, ids = books
    admin = Actor(type="user", role="admin", scopes=scopes_of("admin"))
    for q in ("cust", "customer cust", "INV-2026", "inv-2026-000007", "CN", ids["plan_id"], "cus_"):
        with acting_as(admin):
            assert find_anything(q), q
        done = profiler.operations()
        assert not [operation for operation in done if "COLLSCAN" in operation["planSummary"]], q
        assert max(operation["docsExamined"] for operation in done) <= 2 * MOST, q
