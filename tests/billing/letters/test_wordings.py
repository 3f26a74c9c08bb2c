"""What mails say: in the reader's language and manner, in the seller's words if they chose some."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from pymongo.database import Database

from billing.database import Row
from billing.errors import StaleRevision
from billing.letters.errors import MailTemplateNotFound, WordingUnusable
from billing.letters.inputs import WordingInput
from billing.letters.letter import Letter
from billing.letters.originals import LANGUAGES, original
from billing.letters.render import HIDDEN, letter_of
from billing.letters.save_wording import check_wording, reset_wording, save_wording
from billing.letters.told import SAMPLES, fact_names
from billing.letters.wordings import get_wording, list_wordings
from billing.mail.kinds import KINDS
from billing.mail.outbox import mail_row

BASE = "https://billing.example.com"
FACTS = {"name": "Ada", "number": "INV-1", "amount": [123450, "EUR"], "due_date": "2026-12-01"}


def letter(kind: str = "reminder", *, revealed: bool = False, **values: Any) -> Letter:
    usual: dict[str, Any] = {"to": "ada@example.com", "language": "en", "facts": FACTS}
    row = {**mail_row(kind, **{**usual, **values}), "about": "inv_1"}
    return letter_of(row, BASE, revealed=revealed)


def own(**texts: str) -> WordingInput:
    return WordingInput(**{**original("reminder", "en")._asdict(), **texts})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_worded_in_every_language(
    db: Database[Row], kind: str, language: str
) -> None:
    check_wording(kind, language, original(kind, language))
    assert set(KINDS[kind].facts) <= {*SAMPLES, "link"}
    assert "{{ link }}" in original(kind, language).body.split("\n\n")


def test_it_speaks_the_language_and_counts_in_the_manner_of_its_reader(db: Database[Row]) -> None:
    german, austrian, french = (letter(language=tag) for tag in ("de", "de-AT", "fr"))
    assert "1.234,50\xa0€" in german.text
    assert "1. Dezember 2026" in german.text
    assert german.subject == "Zahlungserinnerung: Rechnung INV-1 von Your company"
    assert "€\xa01.234,50" in austrian.text
    assert "has not been paid yet" in french.text, "English to those whose language is not spoken"


def test_facts_that_nobody_gave_leave_no_gap(db: Database[Row]) -> None:
    said = letter(facts={"number": "INV-1", "amount": [100, "USD"]}).text
    assert said.startswith("Hello,\n\n$1.00 of invoice INV-1 has not been paid yet.")


class Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]


def test_what_people_typed_is_text_in_html_and_one_line_in_the_subject(db: Database[Row]) -> None:
    name = "<script>alert(1)</script>\r\nBcc: eve@example.com\u202e"
    said = letter("invitation", facts={"inviter": name, "link": BASE}, revealed=True)
    seen = Seen(said.preview)
    assert "script" not in seen.tags
    assert seen.links == [BASE]
    assert "&lt;script&gt;" in said.preview
    assert not set(said.subject) & {"\r", "\n", "\u202e"}


def test_a_template_in_a_fact_is_only_text(db: Database[Row]) -> None:
    assert "Hello {{ seller }}," in letter(facts={**FACTS, "name": "{{ seller }}"}).text


def test_a_secret_link_is_shown_only_where_it_is_revealed(db: Database[Row]) -> None:
    facts = {"link": f"{BASE}/links/s3cr3t"}
    hidden = letter("sign_in_link", facts=facts)
    assert HIDDEN in hidden.text
    assert "s3cr3t" not in hidden.text + hidden.preview
    assert "s3cr3t" in letter("sign_in_link", facts=facts, revealed=True).text


def test_the_link_of_an_invoice_leads_to_the_customers_own_page(db: Database[Row]) -> None:
    assert Seen(letter().preview).links == [f"{BASE}/account/invoices/inv_1"]


def test_the_seller_says_it_in_their_own_words_until_they_go_back(db: Database[Row]) -> None:
    saved = save_wording("reminder", "en", own(body="Dear {{ name }},\r\n\r\npay {{ amount }}!"), 1)
    assert (saved.is_own, saved.revision) == (True, 2)
    assert letter().text.startswith("Dear Ada,\n\npay €1,234.50!\n")
    assert letter(language="de").text.startswith("Guten Tag Ada,")
    reset = reset_wording("reminder", "en", 2)
    assert (reset.is_own, reset.revision) == (False, 3)
    assert letter().text.startswith("Hello Ada,")
    types = [row["type"] for row in db.events.find({"object_id": "reminder.en"}).sort("_id")]
    assert types == ["mail_template.updated", "mail_template.reset"]


def test_two_who_change_a_wording_at_once_are_told(db: Database[Row]) -> None:
    save_wording("reminder", "en", own(button="First"), 1)
    with pytest.raises(StaleRevision):
        save_wording("reminder", "en", own(button="Second"), 1)
    with pytest.raises(StaleRevision):
        reset_wording("reminder", "en", 1)
    assert get_wording("reminder", "en").wording.button == "First"
    assert sum(held.is_own for held in list_wordings()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ weather }}", "names weather in line 1, which is no fact of this mail"),
        ("a\n{{ minutes }}", "names minutes in line 2"),
        ("{{ name.__class__ }}", "asks for .__class__ in line 1"),
        ("{{ name.__class__.__mro__ }}", "asks for .__mro__"),
        ("{{ name['x'] }}", "uses getitem"),
        ("{{ name|attr('__class__') }}", "uses the filter attr"),
        ("{{ name|map('upper') }}", "uses the filter map"),
        ("{{ name() }}", "uses call"),
        ("{{ 'x' * 1000000000 }}", "uses mul"),
        ("{% for x in name %}{% endfor %}", "uses for"),
        ("{% set name = 1 %}", "uses assign"),
        ("{% include 'letter.html' %}", "uses include"),
        ("{% if name %}", "cannot be understood in line 1"),
        ("{{ name", "cannot be understood in line 1"),
        ("{% if name %}" * 400 + "{% endif %}" * 400, "cannot be understood"),
        ("{{ " + "(" * 3000 + "name" + ")" * 3000 + " }}", "cannot be understood"),
    ],
)
def test_a_wording_can_name_its_facts_and_do_nothing_else(
    db: Database[Row], text: str, said: str
) -> None:
    with pytest.raises(WordingUnusable) as refused:
        save_wording("reminder", "en", own(body=text))
    assert refused.value.field == "body"
    assert said in refused.value.message
    assert not get_wording("reminder", "en").is_own


def test_it_says_which_facts_there_are(db: Database[Row]) -> None:
    with pytest.raises(WordingUnusable) as refused:
        save_wording("reminder", "en", own(subject="{{ nmber }}"))
    assert refused.value.field == "subject"
    assert all(name in refused.value.message for name in fact_names("reminder"))


def test_a_mail_for_its_link_must_contain_it(db: Database[Row]) -> None:
    with pytest.raises(WordingUnusable, match="must contain"):
        save_wording("sign_in_link", "en", own(subject="Hi", body="Welcome"))


def test_there_are_no_other_kinds_and_languages(db: Database[Row]) -> None:
    for kind, language in (("weather", "en"), ("reminder", "fr"), ("../letter", "en")):
        with pytest.raises(MailTemplateNotFound):
            save_wording(kind, language, own())


def test_what_is_stored_and_no_longer_fits_gives_way_to_the_original(db: Database[Row]) -> None:
    save_wording("reminder", "en", own())
    db.mail_wordings.update_one({}, {"$set": {"body": "{{ gone }}"}})
    assert letter().text.startswith("Hello Ada,")


def test_the_button_can_be_read_on_any_colour(db: Database[Row]) -> None:
    for colour, on in (("#ffffff", "#000000"), ("#000000", "#ffffff"), ("#ffcc00", "#000000")):
        db.settings.replace_one({"_id": "seller"}, {"brand_color": colour}, upsert=True)
        assert f"background: {colour}; color: {on}" in letter().preview
    db.settings.replace_one({"_id": "seller"}, {"brand_color": "red; x: url(//e)"}, upsert=True)
    assert "url(" not in letter().preview
