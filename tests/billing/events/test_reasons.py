"""Reasons of Duebill's own beside those that people typed."""

from __future__ import annotations

import json

import pytest

from billing.credit_notes.void import void_credit_note
from billing.database import Database, Row
from billing.events.queries import get_event
from billing.events.reasons import reason_of
from billing.events.redact import ERASED, redacted
from billing.events.views import event_view
from billing.invoices.inputs import VoidInvoice
from billing.invoices.void import void_invoice
from billing.phrases import Phrase
from billing.self_service.inputs import EndSubscription
from billing.webhooks.message import body_of
from tests.factories import create_credit_note, create_invoice

TYPED = "To sign in"
"""What Duebill says as well; here a person typed it."""


def recorded(db: Database[Row], type_: str) -> Row:
    row = db.events.find_one({"type": type_})
    assert row is not None
    return get_event(row["_id"])


def in_german(words: str) -> str:
    return {"%(number)s is void": "%(number)s ist storniert", TYPED: "Zum Anmelden"}.get(
        words, words
    )


@pytest.fixture
def revoked(db: Database[Row]) -> Row:
    """The event of an invoice whose credit note was voided."""
    void_credit_note(create_credit_note(amount=100).id)
    return recorded(db, "invoice.credit_revoked")


def test_a_reason_of_ours_is_said_in_other_languages(revoked: Row) -> None:
    reason = reason_of(revoked)
    assert isinstance(reason, Phrase)
    number = reason.facts["number"]
    assert reason == revoked["reason"] == f"{number} is void"
    assert reason.shown(in_german, "de") == f"{number} ist storniert"


def test_programs_are_sent_the_english_text_alone(revoked: Row) -> None:
    without = {name: value for name, value in revoked.items() if name != "reason_phrase"}
    assert without != revoked
    assert event_view(revoked) == event_view(without)
    assert json.loads(body_of(revoked))["data"] == event_view(without)


def test_what_somebody_typed_is_never_translated(db: Database[Row]) -> None:
    void_invoice(create_invoice().id, VoidInvoice(reason=TYPED))
    event = recorded(db, "invoice.voided")
    assert "reason_phrase" not in event
    assert type(reason_of(event)) is str
    assert reason_of(event) == TYPED


def test_a_reason_without_facts_is_marked_and_an_older_one_is_not() -> None:
    older: Row = {"reason": TYPED}
    assert not isinstance(reason_of(older), Phrase)
    ours = reason_of({**older, "reason_phrase": {}})
    assert isinstance(ours, Phrase)
    assert ours.shown(in_german, "de") == "Zum Anmelden"
    assert reason_of({}) == ""


def test_with_the_reason_its_facts_are_erased(revoked: Row) -> None:
    update = redacted(revoked, (), (), "nobody")
    assert update["$set"]["reason"] == ERASED
    assert update["$unset"] == {"reason_phrase": 1}


def test_why_a_customer_leaves_is_their_choice_and_their_own_words() -> None:
    chosen = EndSubscription(feedback="unused", comment="we are three people").reason
    assert isinstance(chosen, Phrase)
    assert chosen == "We do not use it enough: we are three people"
    assert not isinstance(EndSubscription(comment="Another reason").reason, Phrase)
    assert EndSubscription(feedback="other").reason == "Another reason"
    assert EndSubscription().reason is None
