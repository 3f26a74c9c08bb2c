"""Pages speak their reader's language, and no word of them is without a translation."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog, Message
from flask import Flask

from portal.languages.catalogues import CATALOGUES, LANGUAGES, catalogues
from scripts.translations import PARTS, updated
from tests.factories import PASSWORD, create_customer, create_user
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

OTHERS = [language for language in LANGUAGES if language != "en"]
EACH = [(part, language) for language in OTHERS for part in PARTS]
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


def words(found: str | list[str] | tuple[str, ...]) -> list[str]:
    return [found] if isinstance(found, str) else list(found)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


@pytest.mark.parametrize(("part", "language"), EACH)
def test_nothing_is_untranslated(part: str, language: str) -> None:
    """After a change of words: `make translations`, then fill in what is empty."""
    for message in messages(updated(part, language)):
        assert all(words(message.string)), f"{part}: {message.id}"
        assert "fuzzy" not in message.flags, f"{part}: {message.id}"


@pytest.mark.parametrize(("part", "language"), EACH)
def test_translations_name_what_the_words_name(part: str, language: str) -> None:
    for message in messages(updated(part, language)):
        named = set(_PLACEHOLDER.findall(" ".join(words(message.id))))
        for said in words(message.string):
            assert set(_PLACEHOLDER.findall(said)) == named, f"{part}: {message.id}"


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_words_are_translated_alike_everywhere(language: str) -> None:
    """The parts are read as one, so of two translations one would win by the name of its file."""
    found: dict[object, tuple[str, object]] = {}
    for part in PARTS:
        for message in messages(updated(part, language)):
            key = (message.context, str(message.id))
            first, said = found.setdefault(key, (part, message.string))
            assert said == message.string, f"{message.id} in {first} and in {part}"


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
