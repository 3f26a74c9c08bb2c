"""Pages speak their reader's language, and no word of them is without a translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog, Message
from flask import Flask
from mongoengine import EmbeddedDocument

from billing.actors import Actor, acting_as
from billing.database import database
from billing.documents import Document
from billing.events.journal import UNTOLD
from billing.indexes import FEATURES
from billing.invoices.inputs import VoidInvoice
from billing.invoices.void import void_invoice
from billing.phrases import Phrase
from billing.plans.lines import advance_lines
from billing.users.inputs import Language
from billing.users.sign_in import note_sign_in, with_code
from portal.languages.catalogues import CATALOGUES, LANGUAGES, catalogues, read
from scripts.phrases import phrases_in
from scripts.translations import PARTS, updated
from tests.billing.invoices.test_explain import explained, terms
from tests.factories import PASSWORD, create_customer, create_invoice, create_plan, create_user
from tests.portal.conftest import Visitor
from tests.portal.page_checks import text_of
from tests.portal.page_client import PageClient, Seen

OTHERS = [language for language in LANGUAGES if language != "en"]
EACH = [(part, language) for language in OTHERS for part in PARTS]
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


as_it_should_be = cache(updated)


def words(found: str | list[str] | tuple[str, ...]) -> list[str]:
    return [found] if isinstance(found, str) else list(found)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


@pytest.mark.parametrize(("part", "language"), EACH)
def test_nothing_is_untranslated(part: str, language: str) -> None:
    """After a change of words: `make translations`, then fill in what is empty."""
    for message in messages(as_it_should_be(part, language)):
        assert all(words(message.string)), f"{part}: {message.id}"
        assert "fuzzy" not in message.flags, f"{part}: {message.id}"


@pytest.mark.parametrize(("part", "language"), EACH)
def test_translations_name_what_the_words_name(part: str, language: str) -> None:
    for message in messages(as_it_should_be(part, language)):
        named = set(_PLACEHOLDER.findall(" ".join(words(message.id))))
        for said in words(message.string):
            assert set(_PLACEHOLDER.findall(said)) == named, f"{part}: {message.id}"


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_words_are_translated_alike_everywhere(language: str) -> None:
    """The parts are read as one, so of two translations one would win by the name of its file."""
    found: dict[object, tuple[str, object]] = {}
    for part in PARTS:
        for message in messages(as_it_should_be(part, language)):
            key = (message.context, str(message.id))
            first, said = found.setdefault(key, (part, message.string))
            assert said == message.string, f"{message.id} in {first} and in {part}"


ENGLISH_ALONE = {"billing/imports", "billing/demo"}
"""Only the command line has them."""
FILES = [
    path for path in Path("billing").rglob("*.py") if path.parent.as_posix() not in ENGLISH_ALONE
]


def test_all_that_billing_says_is_translated() -> None:
    """Whatever refuses, in whichever file: what it says belongs to a part."""
    known = {str(message.id) for part in PARTS for message in messages(as_it_should_be(part, "de"))}
    for path in FILES:
        for template in phrases_in(path):
            assert template in known, f"{path}: add its package to PARTS"


def test_what_pages_say_is_marked_and_found() -> None:
    """`make translations` does not look into what is marked within the making of a field, and what
    is asked before an act reads English until it is marked."""
    marked = [m.id for part in PARTS for m in messages(as_it_should_be(part, "de"))]
    known = {word for found in marked for word in words(found)}
    for path in Path("portal").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            if call.func.id in {"lazy", "gettext", "ngettext"}:
                assert set(_texts(call.args[:1])) <= known, f"{path}:{call.lineno}"
            if call.func.id == "confirm_page":
                bare = _texts([*call.args, *(keyword.value for keyword in call.keywords)])
                assert bare == [], f"{path}:{call.lineno}"


BARE = {"Duebill", "CSV", "Esc", "ms", "UTC"}
"""What is the same in every language."""
_NO_WORDS = re.compile(
    r"\{#.*?#\}|\{%-?\s*trans.*?endtrans\s*-?%\}|<(style|script|code)\b.*?</\1>"
    r"|\{\{.*?\}\}|\{%.*?%\}",
    re.DOTALL,
)
_READ_OUT = re.compile(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"')


def test_templates_say_nothing_that_is_not_marked() -> None:
    for path in Path("templates").rglob("*.html"):
        if path.parts[1] in {"api_docs", "mail"}:  # English as the API is; a file for each language
            continue
        page = _NO_WORDS.sub(" ", path.read_text())
        said = [*re.split("<[^<>]*>", page), *_READ_OUT.findall(page)]
        bare = set(re.findall(r"[^\W\d_]{2,}", " ".join(said))) - {"nbsp", "times"} - BARE
        assert not bare, f"{path}: {bare}"


def test_every_field_that_the_audit_trail_names_has_its_word() -> None:
    """Fields are named by their own words, which `portal/languages/codes.py` lists."""
    for feature in FEATURES:
        import_module(f"billing.{feature}.models")
    known = {message.id for part in PARTS for message in messages(as_it_should_be(part, "de"))}
    for document in [*_below(Document), *_below(EmbeddedDocument)]:
        for name in set(getattr(document, "_fields", ())) - UNTOLD - {"id"}:
            label = name if name == "external_id" else name.removesuffix("_id")
            assert label.replace("_", " ").capitalize() in known, f"{document}: {name}"


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _texts(nodes: list[ast.expr]) -> list[str]:
    return [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


@pytest.mark.parametrize(
    "source",
    [
        'raise NotFound(f"There is no {name}.")',
        'raise NotFound("There is no " + name)',
        'said = f"There is no {name}."\nraise NotFound(said)',
        'raise NotFound("Gone." if name else f"There is no {name}.")',
        'FieldError("name", f"is {name}")',
        'Phrase("There is no %s." % name)',
    ],
)
def test_what_is_put_together_before_it_can_be_translated_is_an_error(
    source: str, tmp_path: Path
) -> None:
    written = tmp_path / "rule.py"
    written.write_text(source)
    with pytest.raises(ValueError, match=r"rule\.py:"):
        list(phrases_in(written))


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_said_of_a_field_goes_on_after_its_name(language: str) -> None:
    """`is required` beside Name becomes a sentence, whose rest begins small in any language."""
    said = {m.id: m.string for part in PARTS for m in messages(as_it_should_be(part, language))}
    for path in FILES:
        for template in phrases_in(path):
            if template[0].isalpha() and not template.endswith("."):
                assert said[template][0].islower() == template[0].islower(), template


@pytest.mark.parametrize("language", OTHERS)
def test_no_catalogue_is_left_over(language: str) -> None:
    assert {path.stem for path in catalogues(language)} == set(PARTS)
    assert {path.name for path in CATALOGUES.iterdir() if path.is_dir()} >= {language}


def greeting(client: PageClient, **headers: str) -> tuple[str, str]:
    """The language of the page without an address, and what it says there."""
    seen = client.get("/nowhere", headers={"Accept-Language": "", **headers})
    assert seen.page is not None
    return seen.page.get("lang", ""), seen.title


def test_a_stranger_is_spoken_to_as_their_browser_asks(app: Flask) -> None:
    client = PageClient(app)
    assert greeting(client) == ("en", "Page not found")
    assert greeting(client, **{"Accept-Language": "fr, de-AT;q=0.8"}) == (
        "de",
        "Seite nicht gefunden",
    )
    assert greeting(client, **{"Accept-Language": "xx"}) == ("en", "Page not found")


@pytest.mark.usefixtures("db")
def test_customers_are_spoken_to_in_the_language_of_their_documents(app: Flask) -> None:
    austrian = create_customer(preferences={"locale": "de-AT", "currency": "EUR"})
    create_user(email="anna@example.com", role="customer", customer_id=austrian.id)
    client = PageClient(app)
    client.submit("/sign-in", email="anna@example.com", password=PASSWORD)
    seen = client.get("/account")
    assert seen.page is not None
    assert seen.page.get("lang") == "de-AT"
    assert "Rechnungen" in seen.html


def test_staff_are_spoken_to_as_their_browser_asks(visiting_as: Visitor) -> None:
    assert greeting(visiting_as("admin"), **{"Accept-Language": "de"})[0] == "de"


GERMAN = {"Accept-Language": "de"}


def test_how_an_amount_came_about_is_told_with_its_numbers_as_they_are_written() -> None:
    tiers = [
        {"up_to": 1000, "unit_amount": 500, "flat_amount": 100},
        {"up_to": None, "unit_amount": "333.5", "flat_amount": 0},
    ]
    line = advance_lines(terms(pricing_model="graduated", tiers=tiers), 1003)[0]
    (why,) = explained([line])["lines"]
    german = read("de").gettext
    assert why["sentence"].shown(german, "de") == (
        "Bis 1.000: 1.000 × 5,00\u00a0$ + 1,00\u00a0$; über 1.000: 3 × 3,335\u00a0$ "  # noqa: RUF001
        "(der Preis des Tarifs, Version 2) = 5.011,01\u00a0$."
    )
    assert why["calculation"].shown(german, "de").endswith("kaufmännisch gerundet auf 501101")
    assert why["steps"][0]["description"].shown(german, "de") == "bis 1.000"


def test_refusals_are_in_the_readers_language(admin: PageClient) -> None:
    seen = admin.get("/invoices/inv_nowhere", headers=GERMAN)
    assert "Diese Rechnung gibt es nicht." in seen.text
    assert "There is no such invoice." in admin.get("/invoices/inv_nowhere").text


def test_what_is_wrong_with_a_field_is_in_the_readers_language(admin: PageClient) -> None:
    admin.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    refused = admin.submit("/coupons/new", code="A", percent_off="101")
    assert refused.error_of("percent_off") == "Rabatt in Prozent darf nicht über 100 liegen."


def test_data_that_reads_like_a_word_of_the_portal_stays_as_it_is(admin: PageClient) -> None:
    """Only what is marked as words is translated: neither names nor what is chosen among them."""
    admin.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    customer, plan = create_customer(name="Draft"), create_plan(name="Monthly")
    seen = admin.get(f"/customers/{customer.id}/edit")
    assert seen.page is not None
    assert [text_of(link) for link in seen.page.findall(".//nav[@class='crumbs']//a")] == [
        "Kunden",
        "Draft",
    ]
    form = admin.get(f"/subscriptions/new?customer_id={customer.id}&plan_id={plan.id}")
    assert any("Monthly" in option for option in options_of(form, "plan_id"))
    assert "Entwurf" in options_of(admin.get("/plans/new"), "status")


def options_of(seen: Seen, name: str) -> list[str]:
    assert seen.page is not None
    (select,) = (each for each in seen.page.iter("select") if each.get("name") == name)
    return [text_of(option) for option in select.iter("option")]


def test_who_chose_a_language_reads_it_everywhere_until_they_take_it_back(app: Flask) -> None:
    user = create_user(role="viewer")
    here = PageClient(app).sign_in(user)
    seen = here.follow(here.submit("/profile", "/profile/language", language="de"))
    assert seen.title == "Ihr Konto"
    assert "Ihre Sprache ist geändert." in seen.html
    assert here.browser.get_cookie("language") is not None
    here.post("/sign-out", here.get("/profile").values("/profile/language"))
    assert here.get("/sign-in").title == "Anmelden"  # who is not signed in yet, by the cookie
    there = PageClient(app)
    assert there.get("/sign-in").title == "Sign in"
    there.sign_in(user)
    assert there.get("/profile").title == "Ihr Konto"
    assert there.get("/profile").values("/profile/language")["language"] == "de"
    seen = there.follow(there.submit("/profile", "/profile/language", language=""))
    assert seen.title == "Your account"
    assert there.browser.get_cookie("language") is None
    refused = there.send(there.get("/profile"), "/profile/language", language="fr")
    assert refused.status == 400
    assert get_args(Language) == tuple(LANGUAGES)


@pytest.mark.usefixtures("db")
def test_a_customers_user_can_read_another_language_than_the_company(app: Flask) -> None:
    austrian = create_customer(preferences={"locale": "de-AT", "currency": "EUR"})
    create_user(email="anna@example.com", role="customer", customer_id=austrian.id)
    client = PageClient(app)
    client.submit("/sign-in", email="anna@example.com", password=PASSWORD)
    for chosen, spoken in (("en", "en"), ("de", "de-AT"), ("", "de-AT")):
        client.submit("/profile", "/profile/language", language=chosen)
        seen = client.get("/account")
        assert seen.page is not None
        assert seen.page.get("lang") == spoken


def test_reasons_are_in_the_readers_language_unless_somebody_typed_them(
    admin: PageClient,
) -> None:
    with acting_as(Actor(type="user", name="Ada")):
        void_invoice(create_invoice().id, VoidInvoice(reason="To sign in"))
    note_sign_in(create_user(role="viewer"), with_code(Phrase("By password"), Phrase("a code")))
    assert "“By password and a code”" in admin.get("/events").text
    seen = admin.get("/events", headers=GERMAN)
    assert "„Mit Passwort und einem Code“" in seen.text
    assert "„To sign in“" in seen.text
    event = database().events.find_one({"reason": "By password and a code"})
    assert event is not None
    one = admin.get(f"/events/{event['_id']}", headers=GERMAN)
    assert "Mit Passwort und einem Code" in one.text
    stretch = admin.get(f"/events/timeline?object_id={event['object_id']}", headers=GERMAN)
    assert "„Mit Passwort und einem Code“" in stretch.html
