"""Erasing a person: nothing betrays them afterwards but what the law keeps, and the books hold."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import pytest

from billing import clock, sealing
from billing.actors import Actor, acting_as
from billing.changes.cancel import cancel_subscription
from billing.customers.adjust_credit import adjust_credit
from billing.customers.inputs import AdjustCredit, CustomerInput, as_input
from billing.customers.queries import get_customer, list_customers
from billing.customers.save_customer import update_customer
from billing.database import Database, Row
from billing.events.as_of import object_as_of
from billing.finding.find import find_anything
from billing.indexes import INDEXES
from billing.inputs import merge
from billing.invoices.inputs import PayInvoice
from billing.mail.outbox import queue_mail
from billing.payments.pay_invoice import pay_invoice
from billing.personal_data import erase as erasing
from billing.personal_data.erase import (
    begin_erasure,
    carry_out_erasure,
    erase,
    find_erasure,
    interrupted_erasures,
)
from billing.personal_data.errors import ErasureRefused
from billing.personal_data.export import exported, note_export
from billing.personal_data.holdings import HOLDINGS, Holding
from billing.personal_data.jobs import Erasures
from billing.personal_data.preview import preview_erasure
from billing.personal_data.subjects import get_subject
from billing.runs.check import check_books
from billing.subscriptions.inputs import CancelSubscription
from billing.users.errors import InvalidCredentials
from billing.users.sessions import begin_session
from billing.users.sign_in import actor_for, sign_in
from billing.webhooks.fan_out import sequence_waiting
from tests.factories import (
    PASSWORD,
    create_customer,
    create_invoice,
    create_plan,
    create_second_factor,
    create_subscription,
    create_usage,
    create_user,
)

YEARS = 10
TAX_ID = "DE999888777"  # so long that no id that is made up has it in it
BETRAYING = ("Ludmilla", "Ogorzelska", "@private.example", "+49 30 5550", "Lindenweg", TAX_ID)
KEPT_ELSEWHERE = {
    "migrations": "which changes of the database are done",
    "maintenance": "whether the portal is closed",
    "settings": "the seller's own particulars",
    "logos": "the seller's own picture",
    "event_sequence": "a counter",
    "counters": "counters",
    "number_wishes": "that somebody waits",
    "workers": "processes",
    "webhook_endpoints": "where the seller's programs are told; who made it is an id",
    "webhook_lanes": "how a receiver fares",
    "webhook_deliveries": "ids, and what a receiver answered; gone after 30 days",
    "idempotency_keys": "first answers, found by digests only; gone after a day",
    "sign_in_failures": "digests and counts; gone after an hour",
    "setup_links": "one hash",
    "oauth_clients": "programs",
    "oauth_gates": "ids of programs",
    "tax_rates": "no persons",
    "plans": "no persons",
    "plan_versions": "no persons",
    "coupons": "no persons",
    "meters": "no persons",
    "pending_items": "amounts of subscriptions",
    "fake_provider": "made-up charges of tests",
    "papers": "drawn from invoices, dropped with each erasure",
    "mail_wordings": "the seller's own wordings",
    "figures": "sums",
    "dunning_runs": "counts; whoever asked for one is replaced by name",
    "dunning_daily": "a lease",
    "billing_daily": "a lease",
    "billing_runs": "counts; whoever approved one is replaced by name",
    "books_checks": "ids; whoever asked for one is replaced by name",
    "dry_runs": "ids and sums; whoever asked for one is replaced by name",
    "run_chunks": "ids",
    "run_skips": "ids",
    "bulk_actions": "ids; gone after 30 days",
    "bulk_rows": "ids; gone after 30 days",
    "test_clocks": "made-up time",
    "imports": "ids of plans",
    "erasures": "ids and dates of erasures themselves",
}


@pytest.fixture(autouse=True)
def sealed() -> None:
    sealing.use_secret("a secret key for tests, as long as need be")


@pytest.fixture
def person(db: Database[Row]) -> str:
    """The id of a customer with a history of six years, in every corner that there is."""
    with clock.frozen(datetime(2014, 5, 2, 9, tzinfo=UTC)):
        customer = create_customer(
            name="Ludmilla Ogorzelska",
            email="ludmilla@private.example",
            phone="+49 30 5550",
            external_id="crm-Ogorzelska",
            billing_address={"line1": "Lindenweg 7", "city": "Berlin", "country": "DE"},
            contacts=[{"name": "Ogorzelska sen.", "email": "sen@private.example"}],
            tax_ids=[{"type": "eu_vat", "value": TAX_ID}],
            metadata={"note": "Ludmilla's second account"},
        )
        _paid(customer.id, notes="For Ludmilla")
    with clock.frozen(datetime(2020, 5, 2, 9, tzinfo=UTC)):
        found = merge(
            CustomerInput, as_input(get_customer(customer.id)), {"phone": "+49 30 5550 1"}
        )
        update_customer(customer.id, found)
        _paid(customer.id, description="Hours of Ludmilla Ogorzelska")
        credit = {"currency": "USD", "reason": "Ludmilla was cross"}
        adjust_credit(customer.id, AdjustCredit(amount=500, **credit))
        adjust_credit(customer.id, AdjustCredit(amount=-500, **credit))
        _served(customer.id)
        user = create_user(
            role="customer",
            customer_id=customer.id,
            name="Ludmilla O.",
            email="l@private.example",
        )
    with acting_as(actor_for(user, ip="198.51.100.4")):
        sign_in("l@private.example", PASSWORD)
        _paid(customer.id)
    begin_session(user, "By password", device="Firefox on Linux", ip="198.51.100.4")
    create_second_factor(user)
    queue_mail(
        "receipt", to="sen@private.example", language="en", facts={}, customer_id=customer.id
    )
    queue_mail("sign_in_link", to="l@private.example", language="en", facts={"link": "https://x"})
    db.api_calls.insert_one(
        {
            "_id": "call_1",
            "at": clock.now(),
            "by": [user.id],
            "actor": {"type": "user", "id": user.id, "name": "Ludmilla O."},
            "address": "198.51.100.4",
        }
    )
    while sequence_waiting():
        pass
    return str(customer.id)


def _paid(customer_id: str, description: str = "Work", **more: Any) -> None:
    line = {"description": description, "quantity": 1, "unit_amount": 5000}
    invoice = create_invoice(customer=get_customer(customer_id), line_items=[line], **more)
    pay_invoice(invoice.id, PayInvoice())


def _served(customer_id: str) -> None:
    plan = create_plan(price=0)
    subscription = create_subscription(
        customer_id=customer_id, plan_id=plan.id, metadata={"for": "Ludmilla"}
    )
    create_usage(subscription=subscription, idempotency_key="Ludmilla-1")
    cancel_subscription(
        subscription.id,
        CancelSubscription(when="now", proration="none", reason="Ludmilla moved away"),
    )


def traces(db: Database[Row], but: tuple[str, ...] = ()) -> set[str]:
    """The collections in which anything still betrays the person."""
    found = set()
    for name in db.list_collection_names():
        for row in db[name].find():
            if name not in but and any(word in str(row) for word in BETRAYING):
                found.add(name)
    return found


def test_every_collection_is_a_holding_or_holds_nobody() -> None:
    held = {holding.collection for holding in HOLDINGS}
    assert held | KEPT_ELSEWHERE.keys() >= INDEXES.keys()
    assert not held & KEPT_ELSEWHERE.keys()


def test_the_person_is_everywhere_before(person: str, db: Database[Row]) -> None:
    assert traces(db) >= {"customers", "users", "events", "mails", "invoices", "api_calls"}
    assert traces(db) >= {"subscriptions", "usage_events", "credit_entries"}


def test_nothing_but_what_the_law_keeps_betrays_them_afterwards(
    person: str, db: Database[Row]
) -> None:
    erase(person, YEARS)
    assert traces(db) == {"invoices", "credit_entries"}
    young = {"issue_date": {"$gt": "2016"}}
    assert {row["customer"]["name"] for row in db.invoices.find(young)} == {"Ludmilla Ogorzelska"}
    customer = get_customer(person)
    assert customer.name == f"Erased customer {person[-6:]}"
    assert customer.email.endswith("@erased.invalid")
    user = db.users.find_one({"customer_id": person}) or {}
    assert (user["status"], user.get("password_hash")) == ("disabled", None)
    for gone in ("sessions", "second_factors", "links", "mails", "token_families"):
        assert db[gone].count_documents({}) == 0, gone


def test_papers_whose_time_is_over_lose_the_name_and_keep_the_amounts(
    person: str, db: Database[Row]
) -> None:
    old = {"issue_date": {"$lt": "2016"}}
    before = db.invoices.find_one(old) or {}
    erase(person, YEARS)
    after = db.invoices.find_one(old) or {}
    assert after["customer"]["name"].startswith("Erased customer")
    assert "notes" not in after
    same = ("number", "total", "amount_paid", "line_items", "taxes", "issue_date")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert (find_erasure(person) or {})["review_on"] == "2031-01-01"


def test_the_others_do_once_their_time_is_over(person: str, db: Database[Row]) -> None:
    erase(person, YEARS)
    this_year = str(clock.now().year)
    with clock.frozen(datetime(2031, 1, 1, 8, tzinfo=UTC)):
        Erasures(YEARS).work()
        assert traces(db) == {"invoices"}
        kept = db.invoices.find({"customer.name": "Ludmilla Ogorzelska"})
        assert {row["issue_date"][:4] for row in kept} == {this_year}
        following = (find_erasure(person) or {})["review_on"]
    assert following == f"{clock.now().year + YEARS + 1}-01-01"
    line = db.invoices.find_one({"issue_date": {"$regex": "^2020"}}) or {}
    assert line["line_items"][0]["description"] == "(erased)"
    with clock.frozen(datetime(int(following[:4]), 1, 1, 8, tzinfo=UTC)):
        Erasures(YEARS).work()
        assert traces(db) == set()
        assert (find_erasure(person) or {})["review_on"] is None


def test_the_books_hold_and_the_sequence_of_events_is_whole(person: str, db: Database[Row]) -> None:
    told = [("_id", 1), ("seq", 1), ("type", 1), ("object_id", 1), ("created_at", 1)]
    fields = dict(told)
    before = list(db.events.find({}, fields).sort("_id", 1))
    sums = list(db.invoices.find({}, {"total": 1, "amount_paid": 1, "number": 1}).sort("_id", 1))
    erase(person, YEARS)
    while sequence_waiting():
        pass
    after = list(db.events.find({}, fields).sort("_id", 1))
    assert after[: len(before)] == before
    assert [row["seq"] for row in after] == list(range(1, len(after) + 1))
    assert sums == list(
        db.invoices.find({}, {"total": 1, "amount_paid": 1, "number": 1}).sort("_id", 1)
    )
    assert check_books() == []


def test_the_trail_tells_of_the_erasure_and_of_states_but_of_nobody(
    person: str, db: Database[Row]
) -> None:
    with acting_as(Actor(type="user", id="usr_admin", name="Ada")):
        erase(person, YEARS)
    event = db.events.find_one({"type": "customer.erased"}) or {}
    assert (event["actor"]["name"], event.get("changes"), event.get("reason")) == (
        "Ada",
        None,
        None,
    )
    paid = db.events.find_one({"type": "invoice.paid"}) or {}
    assert paid["changes"]["status"] == ["open", "paid"]
    updated = db.events.find_one({"type": "customer.updated"}) or {}
    assert updated["changes"] == {"phone": ["(erased)", "(erased)"]}
    by_them = [row for row in db.events.find() if row["actor"]["name"].startswith("Erased user")]
    assert by_them
    assert db.events.count_documents({"ip": "198.51.100.4"}) == 0
    past = object_as_of(person, datetime(2021, 1, 1, tzinfo=UTC))
    assert past.state
    assert not any(word in str(past.state) for word in BETRAYING)


def test_search_finds_nothing_of_them(person: str) -> None:
    assert list_customers(q="Ludmilla", include_deleted=True).total == 1
    erase(person, YEARS)
    with acting_as(Actor(type="user", id="usr_a", scopes=frozenset({"read:customers"}))):
        for word in ("Ludmilla", "ogorzelska", "ludmilla@private.example", "crm-Ogorzelska"):
            assert list_customers(q=word, include_deleted=True).items == []
            assert list(find_anything(word)) == []
    with pytest.raises(InvalidCredentials):
        sign_in("l@private.example", PASSWORD)


def test_others_keep_all_that_is_theirs(person: str, db: Database[Row]) -> None:
    other = create_customer(name="Somebody Else", email="else@example.com")
    queue_mail("receipt", to="l@private.example", language="en", facts={}, customer_id=other.id)
    before = db.customers.find_one({"_id": other.id})
    erase(person, YEARS)
    assert db.customers.find_one({"_id": other.id}) == before
    assert db.mails.count_documents({"customer_id": other.id}) == 1


def test_what_is_under_way_is_named_and_nothing_is_changed(db: Database[Row]) -> None:
    customer = create_customer()
    subscription = create_subscription(customer_id=customer.id)
    invoice = db.invoices.find_one({"customer_id": customer.id}) or {}
    adjust_credit(customer.id, AdjustCredit(amount=1234, currency="USD", reason="x"))
    with pytest.raises(ErasureRefused) as refusal:
        begin_erasure(customer.id)
    for named in (subscription.id, invoice["number"], "$12.34"):
        assert named in refusal.value.message
    assert find_erasure(customer.id) is None
    assert not get_customer(customer.id).is_deleted


@pytest.mark.parametrize("after", ["events", "mails", "invoices", "users", "customer"])
def test_killed_after_any_part_it_goes_on(
    person: str, db: Database[Row], monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    class Killed(BaseException):
        pass

    real = erasing._deal_with

    def dying(holding: Holding, subject: Any) -> None:
        real(holding, subject)
        if holding.name == after:
            raise Killed

    begin_erasure(person)
    monkeypatch.setattr(erasing, "_deal_with", dying)
    with pytest.raises(Killed):
        carry_out_erasure(person, YEARS)
    monkeypatch.undo()
    silent = {"heartbeat_at": clock.wall_clock() - timedelta(minutes=3)}
    db.erasures.update_one({"_id": person}, {"$set": silent})
    assert interrupted_erasures() == [person]
    Erasures(YEARS).work()
    assert traces(db) == {"invoices", "credit_entries"}
    row = find_erasure(person) or {}
    assert (row["state"], row.get("salt")) == ("done", None)
    assert interrupted_erasures() == []


def test_again_it_changes_nothing_more(person: str, db: Database[Row]) -> None:
    erase(person, YEARS)
    before = list(db.events.find().sort("_id", 1)), get_customer(person).to_mongo()
    erase(person, YEARS)
    assert (list(db.events.find().sort("_id", 1)), get_customer(person).to_mongo()) == before


def test_a_user_of_staff_is_nobody_in_the_trail(db: Database[Row]) -> None:
    create_user()
    user = create_user(name="Ludmilla Staff", email="staff@private.example", role="billing")
    with acting_as(actor_for(user, ip="198.51.100.4")):
        customer = create_customer(name="Acme")
    erase(user.id, YEARS)
    assert traces(db) == set()
    event = db.events.find_one({"object_id": customer.id}) or {}
    assert event["actor"]["name"] == f"Erased user {user.id[-6:]}"
    assert event["changes"]["name"] == [None, "Acme"]


def test_a_user_alone_leaves_the_customer_as_it_was(person: str, db: Database[Row]) -> None:
    user = db.users.find_one({"customer_id": person}) or {}
    theirs = db.mails.count_documents({"customer_id": person})
    mail = {"to": user["email"], "language": "en", "facts": {}, "customer_id": person}
    queue_mail("receipt", **mail)
    before = get_customer(person).to_mongo()
    erase(user["_id"], YEARS)
    assert db.mails.count_documents({"to": user["email"]}) == 0
    assert db.mails.count_documents({"customer_id": person}) == theirs
    assert get_customer(person).to_mongo() == before
    assert "l@private.example" not in str(list(db.events.find()))


def test_neither_oneself_nor_the_last_admin(db: Database[Row]) -> None:
    admin = create_user()
    with pytest.raises(ErasureRefused, match="only active one"):
        begin_erasure(admin.id)
    other = create_user()
    with acting_as(actor_for(other)), pytest.raises(ErasureRefused, match="yourself"):
        begin_erasure(other.id)


def unzipped(parts: Iterator[bytes]) -> dict[str, Any]:
    archive = ZipFile(io.BytesIO(b"".join(parts)))
    assert archive.testzip() is None
    return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_everything_is_exported_but_secrets(person: str, db: Database[Row]) -> None:
    files = unzipped(exported(get_subject(person)))
    assert files.keys() == {f"{h.name}.json" for h in HOLDINGS} | {"about.json"}
    assert files["customer.json"][0]["name"] == "Ludmilla Ogorzelska"
    assert len(files["invoices.json"]) == 4
    assert len(files["usage.json"]) == 1
    assert {mail["to"] for mail in files["mails.json"]} >= {"l@private.example"}
    everything = json.dumps(files)
    user = db.users.find_one({"customer_id": person}) or {}
    assert user["password_hash"] not in everything
    assert "recovery" not in files["second_factors.json"][0]


def test_an_export_is_made_while_it_is_sent(db: Database[Row]) -> None:
    customer = create_customer()
    rows = [{"_id": f"evt_{n:05}", "customer_id": customer.id, "n": "x" * 500} for n in range(3000)]
    db.events.insert_many(rows)
    parts = exported(get_subject(customer.id))
    assert next(parts)
    assert len(list(parts)) > 3


def test_an_export_is_on_record(db: Database[Row]) -> None:
    customer, user = create_customer(), create_user()
    note_export(get_subject(customer.id))
    note_export(get_subject(user.id))
    assert db.events.count_documents({"type": "customer.data_exported"}) == 1
    assert db.events.count_documents({"type": "user.data_exported"}) == 1


def test_the_preview_says_what_goes_and_what_stays_until_when(person: str) -> None:
    parts = {part.name: part for part in preview_erasure(get_subject(person), YEARS).parts}
    assert parts["mails"].fate == "deleted"
    invoices = parts["invoices"]
    assert (invoices.count, invoices.staying) == (4, 3)
    assert invoices.until == datetime(clock.now().year + YEARS + 1, 1, 1, tzinfo=UTC).date()
    assert preview_erasure(get_subject(person), YEARS).obstacles == []


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda holding: holding.name)
def test_what_is_held_is_found_by_an_index(db: Database[Row], holding: Holding) -> None:
    user = create_user(role="customer", customer_id=create_customer().id)
    for subject in (get_subject(str(user.customer_id)), get_subject(user.id)):
        asked = {"find": holding.collection, "filter": holding.where(subject)}
        plan = db.command("explain", asked, verbosity="queryPlanner")
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), holding.name
