"""The pages about the API: public, whole, and true to its document."""

from __future__ import annotations

import gzip
import json
import shlex
from typing import Any

import pytest
from flask import Flask

from portal.api_docs.fields import Field, Shapes
from portal.api_docs.samples import coloured, inline
from portal.api_docs.views import OPENAPI
from tests.portal.page_checks import text_of
from tests.portal.page_client import PageClient, Seen

DOCS = "/api/docs"
OUTSIDE = {"/", "/api/v1/openapi.json", "/.well-known/oauth-authorization-server"}


@pytest.fixture
def reader(app: Flask) -> PageClient:
    """Somebody without a token or a session."""
    return PageClient(app)


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.extensions[OPENAPI]()
    return found


def ids(seen: Seen) -> set[str]:
    assert seen.page is not None
    return {found for element in seen.page.iter() if (found := element.get("id"))}


def groups(reader: PageClient) -> dict[str, Seen]:
    links = {link.partition("#")[0] for link in reader.get(DOCS).links()}
    return {link: reader.get(link) for link in links if link.startswith(f"{DOCS}/")}


def test_every_operation_is_told_of_where_the_overview_says(
    reader: PageClient, document: dict[str, Any]
) -> None:
    overview, pages = reader.get(DOCS), groups(reader)
    told = {anchor for page in pages.values() for anchor in ids(page)}
    operations = [o for methods in document["paths"].values() for o in methods.values()]
    assert len(operations) > 100
    for operation in operations:
        assert operation["operationId"] in told
        assert operation["summary"] in overview.text


def test_every_link_leads_somewhere(reader: PageClient) -> None:
    pages = {DOCS: reader.get(DOCS), **groups(reader)}
    anchors = {path: ids(page) for path, page in pages.items()}
    for path, page in pages.items():
        for link in page.links():
            target, _, anchor = link.partition("#")
            if (target or path) in pages:
                assert not anchor or anchor in anchors[target or path], f"{path} → {link}"
            else:
                assert link in OUTSIDE, link


def test_each_operation_has_a_request_to_copy_that_is_its_example(
    reader: PageClient, document: dict[str, Any]
) -> None:
    operation = document["paths"]["/customers"]["post"]
    page = reader.get(f"{DOCS}/customers").page
    assert page is not None
    shown = next(e for e in page.iter("pre") if e.get("id") == "curl-create_customer")
    words = shlex.split("".join(shown.itertext()).replace("\\\n", " "))
    example = operation["requestBody"]["content"]["application/json"]["example"]
    assert words[:4] == ["curl", "-X", "POST", "http://localhost:3000/api/v1/customers"]
    assert json.loads(words[words.index("-d") + 1]) == example
    assert "Authorization: Bearer $TOKEN" in words


def test_operations_are_found_by_words_paths_and_codes(reader: PageClient) -> None:
    assert "Refund a payment" in reader.get(f"{DOCS}?q=refund").text
    by_code = reader.get(f"{DOCS}?q=invoice_not_voidable").text
    assert "Void an invoice" in by_code
    assert "List customers" not in by_code
    assert "Nothing matches" in reader.get(f"{DOCS}?q=%3Cb%3Enothing").text
    part = reader.get(f"{DOCS}?q=refund", headers={"HX-Request": "true", "HX-Target": "operations"})
    assert "<html" not in part.html


def test_it_needs_no_token_and_leaves_no_cookie(app: Flask) -> None:
    answer = app.test_client().get(DOCS, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "RateLimit-Limit" not in answer.headers
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<h1>" in gzip.decompress(answer.data)
    assert len(answer.data) < 30_000


def test_a_group_that_there_is_not_is_no_page(reader: PageClient) -> None:
    assert reader.get(f"{DOCS}/unicorns").status == 404


def test_staff_find_it_in_the_portal(app: Flask, admin: PageClient) -> None:
    assert DOCS in admin.get("/profile").links()


def test_fields_are_told_in_words() -> None:
    shapes = Shapes({"components": {"schemas": {"Part": PART}}})
    price, part = shapes.fields(WHOLE)
    assert (price.type, price.required) == ("integer or text or null", True)
    assert price.rules == ["at least 0", "7 where left out"]
    assert (part.type, part.description) == ("list of object", "Its parts.")
    assert part.rules == ["at most 3 entries"]
    assert part.fields == [
        Field("kind", "text", choices=["a", "b"], deprecated=True),
        Field("id", "id"),
    ]


PART = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["a", "b"], "deprecated": True},
        "id": {"type": "string", "pattern": "^[a-z]{2,5}_[0-9A-Z]{26}$"},
    },
}
WHOLE = {
    "required": ["price"],
    "properties": {
        "price": {
            "minimum": 0,
            "default": 7,
            "anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}],
        },
        "parts": {
            "type": "array",
            "maxItems": 3,
            "items": {"$ref": "#/components/schemas/Part"},
            "description": "Its parts.",
        },
    },
}


def test_samples_cannot_become_markup() -> None:
    assert coloured('{"a": "<b>"}') == (
        '{<span class="j-key">&#34;a&#34;</span>: <span class="j-text">&#34;&lt;b&gt;&#34;</span>}'
    )
    assert inline("a `<i>` b") == "a <code>&lt;i&gt;</code> b"


def test_what_is_posted_to_others_is_told_beside_the_webhooks(reader: PageClient) -> None:
    page = reader.get(f"{DOCS}/webhooks").page
    assert page is not None
    section = next(e for e in page.iter("section") if e.get("id") == "receive_event")
    assert "webhook-signature" in text_of(section)
    assert "invoice.paid" in text_of(section)


def test_a_list_of_one_group_is_read_to_its_end(reader: PageClient) -> None:
    page = reader.get(f"{DOCS}/customers").page
    assert page is not None
    section = next(e for e in page.iter("section") if e.get("id") == "delete_customer")
    told = text_of(section)
    assert "customer_has_unpaid_invoices" in told
    assert "If-Match" in told
    assert "204 No Content" in told
