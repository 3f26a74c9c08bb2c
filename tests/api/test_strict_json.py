"""Hostile and sloppy bodies: refused with 4xx and the reason, never accepted, never a 500."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from billing.database import database
from tests.api.checked_client import CheckedClient

GOOD = '{"name": "Ada", "email": "ada@example.com"}'


def send(client: CheckedClient, raw: bytes | str, kind: str | None = "application/json") -> Any:
    return client.post("/customers", data=raw, content_type=kind)


def with_name(value: str) -> str:
    return f'{{"name": {value}, "email": "ada@example.com"}}'


MALFORMED: dict[str, bytes | str] = {
    "nothing": b"",
    "spaces": b"  ",
    "half an object": '{"name": "Ada"',
    "a comma too many": '{"name": "Ada",}',
    "two values": GOOD + GOOD,
    "single quotes": "{'name': 'Ada'}",
    "a comment": '{"name": "Ada"} // yes',
    "NaN": with_name("NaN"),
    "Infinity": with_name("Infinity"),
    "minus Infinity": with_name("-Infinity"),
    "a raw NUL": with_name('"A\x00da"'),
    "a raw newline in text": with_name('"A\nda"'),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "UTF-16": GOOD.encode("utf-16"),
    "broken UTF-8": b'{"name": "\xff\xfe"}',
    "an encoded surrogate": b'{"name": "\xed\xa0\x80"}',
    "a key twice": '{"name": "Ada", "name": "Eve", "email": "ada@example.com"}',
    "an inner key twice": '{"metadata": {"a": "1", "a": "2"}}',
    "a key twice by an escape": '{"name": "Ada", "n\\u0061me": "Eve"}',
    "lists 33 deep": with_name("[" * 33 + "]" * 33),
    "lists 100,000 deep": "[" * 100_000 + "]" * 100_000,
    "lists that never end": "[" * 500_000,
    "objects 100,000 deep": '{"a":' * 100_000 + "1" + "}" * 100_000,
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_json_is_400(admin: CheckedClient, what: str) -> None:
    answer = send(admin, MALFORMED[what])
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_json")
    assert database().customers.count_documents({}) == 0


INVALID: dict[str, tuple[str, str]] = {
    "an escaped NUL": (with_name('"A\\u0000da"'), "name"),
    "a lone surrogate": (with_name('"A\\ud800da"'), "name"),
    "a lone low surrogate": (with_name('"A\\udc00"'), "name"),
    "an infinite number": (with_name("1e999"), "name"),
    "a number of 5,000 digits": (with_name("9" * 5000), "name"),
    "a number beyond 64 bits": (with_name("9223372036854775808"), "name"),
    "a number for text": (with_name("12"), "name"),
    "an operator for text": (with_name('{"$ne": ""}'), "name"),
    "a list for text": (with_name('["Ada"]'), "name"),
    "null for text": (with_name("null"), "name"),
    "only spaces": (with_name('"   "'), "name"),
    "a list": ("[]", ""),
    "a string": ('"customer"', ""),
    "null": ("null", ""),
    "a key with NUL": ('{"metadata": {"a\\u0000": "1"}}', "metadata"),
    "a key with a dollar": (
        '{"name": "A", "email": "a@example.com", "metadata": {"$where": "1"}}',
        "metadata.$where",
    ),
}


@pytest.mark.parametrize("what", INVALID)
def test_well_formed_but_invalid_is_422_and_names_the_field(
    admin: CheckedClient, what: str
) -> None:
    raw, field = INVALID[what]
    answer = send(admin, raw)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert field in [error["field"] for error in answer.json["errors"]]
    assert database().customers.count_documents({}) == 0


@pytest.mark.parametrize(
    ("days", "status"),
    [
        ("30", 201),
        ("30.0", 201),
        ("3e1", 201),
        ("30.5", 422),
        ('"30"', 422),
        ("true", 422),
        ("null", 422),
        ("[30]", 422),
        ("-1", 422),
        ("366", 422),
        ("1e400", 422),
    ],
)
def test_integers_are_numbers_without_a_fraction(
    admin: CheckedClient, days: str, status: int
) -> None:
    preferences = f'"preferences": {{"payment_terms_days": {days}}}'
    answer = send(admin, f'{{"name": "A", "email": "a@example.com", {preferences}}}')
    assert answer.status_code == status
    if status == 201:
        assert answer.json["preferences"]["payment_terms_days"] == 30
    else:
        assert answer.json["errors"][0]["field"] == "preferences.payment_terms_days"


@pytest.mark.parametrize("value", ["0", "1", '"true"', '"yes"'])
def test_booleans_are_true_and_false(admin: CheckedClient, value: str) -> None:
    plan = {"name": "P", "price": 1, "currency": "USD", "billing_cycle": "monthly"}
    raw = json.dumps({**plan, "features": [{"key": "a", "name": "A", "enabled": "?"}]})
    answer = admin.post("/plans", data=raw.replace('"?"', value), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "features.0.enabled"


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/jsonp",
    ],
)
def test_another_content_type_is_415(admin: CheckedClient, kind: str | None) -> None:
    answer = send(admin, GOOD, kind)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_utf_8_may_be_named(admin: CheckedClient) -> None:
    assert send(admin, GOOD, "application/json; charset=UTF-8").status_code == 201


def test_a_body_over_1_mib_is_413(admin: CheckedClient) -> None:
    answer = send(admin, with_name('"' + "x" * 1024 * 1024 + '"'))
    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")


def test_a_body_of_just_1_mib_is_looked_at(admin: CheckedClient) -> None:
    raw = GOOD + " " * (1024 * 1024 - len(GOOD))
    assert send(admin, raw).status_code == 201


def test_a_request_that_takes_no_body_refuses_one(admin: CheckedClient) -> None:
    answer = admin.request("GET", "/customers", json={"limit": 3})
    assert (answer.status_code, answer.json["code"]) == (400, "unexpected_body")


def test_text_in_any_script_comes_back_as_it_was(admin: CheckedClient) -> None:
    name = "山田太郎 🙂 Ñandú \u2028 </script>"
    answer = admin.post("/customers", {"name": name, "email": "a@example.com"})
    assert answer.json["name"] == name


def test_many_errors_are_all_told(admin: CheckedClient) -> None:
    lines = [{"quantity": "1", "unit_amount": 1.5}] * 3
    answer = admin.post("/invoices", {"customer_id": "x", "line_items": lines})
    fields = {error["field"] for error in answer.json["errors"]}
    assert {"customer_id", "line_items.0.description", "line_items.2.quantity"} <= fields
    assert "line_items.1.unit_amount" in fields


def test_a_key_twice_among_many_is_found_at_once(admin: CheckedClient) -> None:
    """Anybody may send a body to the sign-in: its cost must not grow with its square."""
    keys = "".join(f'"k{number}":1,' for number in range(40_000))
    before = time.process_time()
    answer = send(admin, "{" + keys + '"' + "x" * 5000 + '":1,"' + "x" * 5000 + '":1}')
    assert time.process_time() - before < 2
    assert answer.json["code"] == "malformed_json"
    assert len(answer.json["detail"]) < 200


def test_a_long_key_around_many_values_costs_no_more_than_its_length(
    admin: CheckedClient,
) -> None:
    raw = '{"' + "x" * 500_000 + '": [' + '"\\u0000",' * 50_000 + "1]}"
    answer = send(admin, raw)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][1]["field"].endswith("….1")
    assert len(answer.data) < 300_000


def test_of_very_many_findings_the_first_thousand_are_told(admin: CheckedClient) -> None:
    unknown = {f"k{number}": 1 for number in range(5000)}
    answer = admin.post("/customers", unknown)
    assert answer.status_code == 422
    assert len(answer.json["errors"]) == 1000
