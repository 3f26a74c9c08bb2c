"""The check of the books in the browser, in a process of its own."""

from __future__ import annotations

import time

from billing.database import database
from billing.runs.books_checks import carry_out, start_check
from billing.runs.check import RULES
from portal.checks.words import MEANINGS, span
from tests.factories import create_customer, create_invoice
from tests.portal.page_client import PageClient, Seen


def watched(admin: PageClient, path: str) -> Seen:
    """What the page does by itself: ask again until it is told to stop."""
    for _ in range(300):
        seen = admin.get(path, headers={"HX-Request": "true", "HX-Target": "check"})
        if "every 1s" not in seen.html:
            return seen
        time.sleep(0.1)
    raise AssertionError("the check did not end")


def test_a_check_is_begun_watched_and_done(admin: PageClient) -> None:
    create_invoice()
    assert "No checks yet" in admin.get("/checks").text
    seen = admin.submit("/checks", "/checks")
    assert seen.status == 303
    assert "The books are in order" in watched(admin, seen.to).html
    listed = admin.get("/checks")
    assert "Completed" in listed.text
    assert "Ada Admin" in listed.text


def test_offenders_are_listed_with_their_pages(admin: PageClient) -> None:
    invoice, customer = create_invoice(), create_customer()
    database().invoices.update_one({"_id": invoice.id}, {"$set": {"subtotal": 1}})
    broken = {"$set": {"credit_balances": {"USD": 5}}}
    database().customers.update_one({"_id": customer.id}, broken)
    database().counters.insert_one({"_id": "INV-2001", "last": 3})
    row = carry_out(start_check()[0]["_id"])
    seen = admin.get(f"/checks/{row['_id']}")
    assert "3 offences" in seen.text
    assert {f"/invoices/{invoice.id}", f"/customers/{customer.id}"} <= seen.links()
    assert "the counter is at 3" in seen.text
    assert "Credit is accounted for" in seen.text
    german = admin.get(f"/checks/{row['_id']}", headers={"Accept-Language": "de"}).text
    assert "ihre Positionen ergeben nicht die Zwischensumme; aus Zwischensumme" in german
    assert "das Guthaben in USD weicht um 5 von der Summe seiner Einträge ab" in german
    assert "der Zähler steht bei 3" in german


def test_a_second_one_leads_to_the_one_under_way(admin: PageClient) -> None:
    row, _ = start_check()
    seen = admin.submit("/checks", "/checks")
    assert seen.to == f"/checks/{row['_id']}"
    assert "0 of" in admin.get(seen.to).text


def test_who_may_not_write_can_look_but_not_begin(viewer: PageClient) -> None:
    seen = viewer.get("/checks")
    assert seen.status == 200
    assert "Check now" not in seen.text


def test_an_unknown_check_is_not_found(admin: PageClient) -> None:
    assert admin.get("/checks/chk_none").status == 404


def test_a_check_tells_what_it_compared_how_long_it_took_and_what_to_do(admin: PageClient) -> None:
    invoice = create_invoice()
    database().invoices.update_one({"_id": invoice.id}, {"$set": {"subtotal": 1}})
    row = carry_out(start_check()[0]["_id"])
    assert [result["rule"] for result in row["ruled"]] == list(RULES)
    assert {result["rule"]: result["offences"] for result in row["ruled"]}["amounts add up"] == 1
    seen = admin.get(f"/checks/{row['_id']}")
    assert "invoices 1," in seen.text
    assert "took" in seen.text
    assert MEANINGS["amounts add up"].remedy in seen.text
    assert all(means.compares in seen.text for means in MEANINGS.values())


def test_each_rule_is_told_in_words() -> None:
    assert MEANINGS.keys() == RULES.keys()


def test_spans_of_time_are_told_in_their_own_size() -> None:
    assert [span(n) for n in (40, 2500, 200_000)] == ["40 ms", "2.5 s", "3 min 20 s"]
