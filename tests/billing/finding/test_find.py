"""Searching everything: by ids, numbers, names and emails, and only what the actor may see."""

from __future__ import annotations

from typing import Any

import pytest

from billing.actors import Actor, acting_as
from billing.database import database
from billing.finding.find import MOST, Found, find_anything, find_exactly
from billing.finding.kinds import KINDS
from billing.invoices.delete_customer import delete_customer
from billing.runs.run_billing import start_run
from billing.users.permissions import SCOPES, scopes_of
from tests.factories import (
    create_client,
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_meter,
    create_payment,
    create_plan,
    create_subscription,
    create_tax_rate,
    create_test_clock,
    create_user,
    create_webhook_endpoint,
)

MAKERS: dict[str, Any] = {
    "customer": create_customer,
    "invoice": create_invoice,
    "credit_note": create_credit_note,
    "subscription": create_subscription,
    "payment": create_payment,
    "plan": create_plan,
    "coupon": create_coupon,
    "tax_rate": create_tax_rate,
    "meter": create_meter,
    "user": create_user,
    "oauth_client": create_client,
    "webhook_endpoint": create_webhook_endpoint,
    "run": start_run,
    "test_clock": create_test_clock,
}


def found_by(q: str, role: str = "admin", customer_id: str | None = None) -> list[Found]:
    scopes = scopes_of(role)
    with acting_as(Actor(type="user", role=role, scopes=scopes, customer_id=customer_id)):
        return find_anything(q)


def titles(q: str, **who: str) -> list[str]:
    return [found.title for found in found_by(q, **who)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_found_by_its_id_and_the_beginning_of_it(db: object, kind: Any) -> None:
    made = MAKERS[kind.name]()
    for q in (made.id, f" {made.id.lower()} ", made.id[:-4]):
        (found,) = found_by(q)
        assert (found.kind, found.id) == (kind.name, made.id)
        assert found.title
    with acting_as(Actor(type="user", role="admin", scopes=scopes_of("admin"))):
        assert find_exactly(made.id) == found
        assert find_exactly(made.id[:-1]) is None


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("rock", "Acme Rockets"),
        ("acme ro", "Acme Rockets"),
        ("billing@acme.example", "Acme Rockets"),
        ("billing@ac", "Acme Rockets"),
        ("team", "Team"),
        ("welc", "WELCOME"),
        ("api_c", "Requests"),
        ("vat", "VAT 19 %"),
        ("vera", "Vera"),
        ("harb", "Harbour CRM"),
    ],
)
def test_words_find_what_begins_with_them(db: object, q: str, title: str) -> None:
    create_customer(name="Acme Rockets", email="billing@acme.example")
    create_customer(name="Globex")
    create_plan(name="Team")
    create_coupon(code="WELCOME", name="First month")
    create_meter(key="api_calls", name="Requests")
    create_tax_rate()
    create_user(name="Vera", email="v@example.com")
    create_client(name="Harbour CRM")
    assert titles(q) == [title]


def test_numbers_are_found_by_their_beginning_the_newest_first(db: object) -> None:
    note, customer = create_credit_note(), create_customer(name="Acme")
    numbers = [create_invoice(customer=customer).number for _ in range(MOST + 1)]
    for q in (numbers[0][:8], numbers[0][:8].lower()):
        assert titles(q) == numbers[:0:-1]
    assert titles(note.number) == [note.number]
    (found,) = found_by(numbers[0].lower())
    assert (found.title, found.notes) == (numbers[0], ["Acme", "$100.00"])


def test_a_kind_gives_no_more_than_eight(db: object) -> None:
    for number in range(MOST + 2):
        create_customer(name=f"Acme {number}")
    assert len(found_by("acme")) == MOST
    assert len(found_by("cus_")) == MOST


def test_nothing_is_not_everything(db: object) -> None:
    create_customer()
    for q in ("", "  ", "$ne", "{}", ".*", "^", "zz_$", "x" * 300):
        assert found_by(q) == []


def test_what_was_deleted_is_not_found(db: object) -> None:
    customer = create_customer(name="Acme")
    delete_customer(customer.id)
    assert found_by("acme") == found_by(customer.id) == []


def test_who_may_not_see_a_kind_does_not_find_it(db: object) -> None:
    everything = {found.kind for kind in KINDS for found in found_by(MAKERS[kind.name]().id)}
    assert everything == MAKERS.keys()
    seen = {kind for kind in MAKERS for found in found_by(_any_id(kind), role="viewer")}
    assert MAKERS.keys() - seen == {"user", "oauth_client", "test_clock", "webhook_endpoint"}


def test_a_customers_user_finds_only_what_is_theirs(db: object) -> None:
    own, other = create_invoice(), create_invoice()
    draft = create_invoice(draft=True)
    database().invoices.update_one({"_id": draft.id}, {"$set": {"customer_id": own.customer_id}})
    mine = {"role": "customer", "customer_id": own.customer_id}
    assert titles(own.id, **mine) == titles(own.number, **mine) == [own.number]
    assert titles(own.number[:8], **mine) == [own.number]
    for q in (other.id, other.number, draft.id, own.customer_id, "customer", create_plan().id):
        assert titles(q, **mine) == []


def _any_id(kind: str) -> str:
    collection = next(each.collection for each in KINDS if each.name == kind)
    return str((database()[collection].find_one({}) or {})["_id"])


def test_prefixes_are_each_kinds_own_and_scopes_exist() -> None:
    assert len({kind.prefix for kind in KINDS}) == len(KINDS)
    assert {kind.scope for kind in KINDS} <= SCOPES.keys()
