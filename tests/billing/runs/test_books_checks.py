"""Checks that are kept: one at a time, with what they found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.runs import books_checks
from billing.runs.books_checks import carry_out, check_status, get_check, list_checks, start_check
from billing.runs.check import RULES
from billing.runs.errors import BooksCheckNotFound
from tests.factories import create_invoice


def test_a_check_tells_what_it_found_and_who_asked(db: Database[Row]) -> None:
    invoice = create_invoice()
    db.invoices.update_one({"_id": invoice.id}, {"$set": {"subtotal": 1}})
    with acting_as(Actor(type="user", name="Ada")):
        begun, is_new = start_check()
    assert is_new
    assert check_status(begun) == "running"
    row = carry_out(begun["_id"])
    assert check_status(row) == "completed"
    assert (row["done"], row["rules"]) == (len(RULES), len(RULES))
    assert row["asked_by"] == "Ada"
    assert row["offence_count"] == 1
    (offence,) = row["offences"]
    assert (offence["object_id"], offence["rule"]) == (invoice.id, "amounts add up")
    assert [found["_id"] for found in list_checks().items] == [row["_id"]]


def test_there_is_one_check_at_a_time(db: Database[Row]) -> None:
    first, _ = start_check()
    assert start_check() == (first, False)
    carry_out(first["_id"])
    second, is_new = start_check()
    assert is_new
    assert second["_id"] != first["_id"]


def test_one_that_fell_silent_is_interrupted_and_stands_in_nobodys_way(db: Database[Row]) -> None:
    with clock.frozen(datetime.now(UTC) - timedelta(hours=1)):
        row, _ = start_check()
    assert check_status(row) == "interrupted"
    assert start_check()[1]


def test_many_offences_are_counted_and_the_first_kept(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books_checks, "KEPT", 2)
    for _ in range(3):
        create_invoice()
    db.invoices.update_many({}, {"$set": {"amount": 1}})
    row = carry_out(start_check()[0]["_id"])
    assert (len(row["offences"]), row["offence_count"]) == (2, 3)


def test_an_unknown_check_is_not_found(db: Database[Row]) -> None:
    for ask in (get_check, carry_out):
        with pytest.raises(BooksCheckNotFound):
            ask("chk_none")
