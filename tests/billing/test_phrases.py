"""What billing says: English as it is, and the same in other languages."""

from __future__ import annotations

import copy
import json
import pickle

import bson
import orjson

from billing.errors import Invalid, TooMany, WrongValue
from billing.kept_phrases import kept, retold
from billing.money import Money
from billing.phrases import Code, Day, Number, Phrase

DUE = Phrase(
    "Only %(due)s of %(count)s is %(status)s since %(day)s: %(why)s.",
    due=Money(4900, "EUR"),
    count=12345,
    status=Code("past_due"),
    day=Day("2026-01-31"),
    why=Phrase("it is void"),
)
ENGLISH = "Only €49.00 of 12,345 is past_due since 2026-01-31: it is void."
GERMAN = {
    DUE.template: "Von %(count)s sind seit %(day)s nur %(due)s %(status)s: %(why)s.",
    "Past due": "Im Verzug",
    "it is void": "sie ist storniert",
}


def in_german(words: str) -> str:
    return GERMAN.get(words, words)


def test_a_phrase_is_its_english_text() -> None:
    assert DUE == ENGLISH
    assert isinstance(DUE, str)
    assert Phrase("100 % of it") == "100 % of it"


def test_a_phrase_is_said_in_another_language_with_its_facts_as_they_are_written_there() -> None:
    assert DUE.shown(in_german, "de") == (
        "Von 12.345 sind seit 31.01.2026 nur 49,00\u00a0€ Im Verzug: sie ist storniert."
    )


def test_a_fact_that_is_itself_wrong_is_shown_as_it_is() -> None:
    wrong = Phrase("%(day)s %(number)s", day=Day("None"), number=Number("NaN to 5"))
    assert wrong.shown(in_german, "de") == wrong == "None NaN to 5"


def test_without_a_translation_a_code_is_words() -> None:
    assert "is past due since Jan 31, 2026" in DUE.shown(str, "en")


def test_a_phrase_is_stored_and_sent_as_text_and_copied_whole() -> None:
    assert bson.decode(bson.encode({"said": DUE})) == {"said": ENGLISH}
    assert json.loads(json.dumps(DUE)) == orjson.loads(orjson.dumps(DUE)) == ENGLISH
    for same in (copy.deepcopy(DUE), pickle.loads(pickle.dumps(DUE)), Phrase(DUE)):
        assert same == ENGLISH
        assert same.shown(in_german, "de") == DUE.shown(in_german, "de")


def test_refusals_say_phrases() -> None:
    refusal = Invalid("Only %(left)s is left.", left=Money(100, "USD"), field="amount")
    assert refusal.message == str(refusal) == "Only $1.00 is left."
    assert refusal.message.template == "Only %(left)s is left."
    assert refusal.errors[0].message is refusal.message
    assert Invalid(refusal.message, field="total").message is refusal.message
    assert TooMany("Wait %(n)s s.", n=1000, retry_after=9).message == "Wait 1,000 s."
    assert WrongValue("names %(what)s", what="x").message.facts == {"what": "x"}


def test_a_phrase_is_kept_beside_its_text_and_told_again() -> None:
    row = {"message": DUE, "phrase": kept(DUE)}
    again = retold(bson.decode(bson.encode(row)))
    assert again == ENGLISH
    assert again.shown(in_german, "de") == DUE.shown(in_german, "de")
    assert kept(Phrase("it is void")) is kept("100 %") is None
    assert retold({"message": "it is void"}).shown(in_german, "de") == "sie ist storniert"
