"""The outbox and the mail templates in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from billing.database import Database, Row
from billing.letters.postman import Postman
from billing.letters.wordings import get_wording
from billing.mail.outbox import queue_mail
from billing.settings import Settings
from tests.billing.letters.mail_server import MailServer, serving
from tests.factories import create_invoice
from tests.portal.conftest import Visitor
from tests.portal.page_checks import parse
from tests.portal.page_client import PageClient

OUTBOX, TEMPLATES = "/outbox", "/settings/mail-templates"
GERMAN = f"{TEMPLATES}/reminder/de"
LINK = "https://billing.example.com/links/s3cr3t"


@pytest.fixture
def server(app: Flask, settings: Settings) -> Iterator[MailServer]:
    """A mail server that the portal knows of."""
    with serving(MailServer()) as found:
        app.config["SETTINGS"] = settings.model_copy(update=found.environ)
        yield found
        app.config["SETTINGS"] = settings


def queue(kind: str = "reminder", **values: Any) -> str:
    usual: dict[str, Any] = {
        "to": "ada@example.com",
        "language": "en",
        "facts": {"number": "INV-1", "amount": [4900, "EUR"]},
    }
    return queue_mail(kind, **{**usual, **values})


def sign_in_link() -> str:
    return queue("sign_in_link", facts={"link": LINK})


def frame(client: PageClient, path: str) -> TestResponse:
    return client.browser.get(f"{path}/html")


def test_the_list_is_found_and_filtered(admin: PageClient) -> None:
    assert "No mail yet" in admin.get(OUTBOX).text
    assert OUTBOX in admin.get("/").links()
    queue()
    queue("receipt", to="bob@example.com", facts={})
    assert "2 mails" in admin.get(OUTBOX).text
    only = admin.get(f"{OUTBOX}?kind=receipt&to=bob@example.com&status=waiting").html
    assert "bob@<wbr>example.com" in only  # where it breaks if it has no room
    assert "ada@" not in only
    assert "Nothing matches" in admin.get(f"{OUTBOX}?status=failed").text


def test_a_mail_is_seen_as_its_reader_sees_it(admin: PageClient) -> None:
    invoice = create_invoice()
    mail_id = queue("invoice", about=invoice.id, document=("invoice", invoice.id))
    seen = admin.get(f"{OUTBOX}/{mail_id}")
    assert seen.title == "Invoice INV-1 from Your company"
    assert "for €49.00" in seen.text
    assert f"/invoices/{invoice.id}" in seen.links()
    assert any("pdf" in link.lower() and invoice.id in link for link in seen.links())
    shown = frame(admin, f"{OUTBOX}/{mail_id}")
    parse(shown.get_data(as_text=True))
    assert "for €49.00" in shown.get_data(as_text=True)


def test_the_frame_can_do_nothing(admin: PageClient) -> None:
    mail_id = queue(facts={"name": "<script>alert(1)</script>"})
    page = admin.get(f"{OUTBOX}/{mail_id}").page
    assert page is not None
    (inside,) = page.iter("iframe")
    assert inside.get("sandbox") == ""
    for path in (f"{OUTBOX}/{mail_id}", GERMAN):
        answer = frame(admin, path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert policy.endswith("; sandbox")
        assert "script-src" not in policy
        assert "<script" not in answer.get_data(as_text=True)


def test_without_a_mail_server_admins_find_the_link_and_nobody_else(
    admin: PageClient, visiting_as: Visitor
) -> None:
    mail_id = sign_in_link()
    path = f"{OUTBOX}/{mail_id}"
    assert "SMTP_HOST is not set" in admin.get(OUTBOX).text
    assert LINK in admin.get(path).text
    assert LINK in frame(admin, path).get_data(as_text=True)
    for role in ("billing", "support", "viewer"):
        other = visiting_as(role)
        assert LINK not in other.get(path).html
        assert LINK not in frame(other, path).get_data(as_text=True)
    assert LINK not in admin.get(OUTBOX).html
    assert LINK not in admin.get(f"{OUTBOX}/export.csv").html


def test_with_one_nobody_sees_it(
    admin: PageClient, server: MailServer, app: Flask, db: Database[Row]
) -> None:
    path = f"{OUTBOX}/{sign_in_link()}"
    assert LINK not in admin.get(path).html
    Postman(app.config["SETTINGS"]).work()
    assert LINK in server.texts()[0]
    seen = admin.get(path)
    assert LINK not in seen.html + frame(admin, path).get_data(as_text=True)
    assert "(hidden)" in seen.text
    assert f"{path}/send" not in seen.html, "there is nothing to send again"


def test_what_was_sent_stays_as_it_was_said(
    admin: PageClient, server: MailServer, app: Flask
) -> None:
    path = f"{OUTBOX}/{queue()}"
    Postman(app.config["SETTINGS"]).work()
    admin.submit(f"{TEMPLATES}/reminder/en/edit", subject="Pay now")
    assert admin.get(path).title.startswith("Reminder: ")
    again = admin.submit(path, f"{path}/send")
    assert admin.follow(again).title == "Pay now"
    Postman(app.config["SETTINGS"]).work()
    first, second = server.mails
    assert second["Subject"] == "Pay now"
    assert first["Message-ID"] != second["Message-ID"]


def test_a_refusal_is_told_in_the_servers_words(
    admin: PageClient, server: MailServer, app: Flask
) -> None:
    server.replies["ada@example.com"] = "550 5.1.1 No such user <b>here</b>"
    path = f"{OUTBOX}/{queue()}"
    Postman(app.config["SETTINGS"]).work()
    assert "No such user <b>here</b>" in admin.get(path).alerts()
    assert "No such user" in admin.get(OUTBOX).text


def test_what_waits_is_cancelled(admin: PageClient, viewer: PageClient) -> None:
    path = f"{OUTBOX}/{queue()}"
    assert f"{path}/cancel" not in viewer.get(path).html
    seen = admin.follow(admin.submit(path, f"{path}/cancel"))
    assert "Cancelled" in seen.text
    assert f"{path}/cancel" not in seen.html


def test_strangers_and_customers_find_no_outbox(
    anonymous: PageClient, stranger: PageClient, viewer: PageClient
) -> None:
    path = f"{OUTBOX}/{queue()}"
    for address in (OUTBOX, path, f"{path}/html", TEMPLATES, GERMAN, f"{GERMAN}/html"):
        assert anonymous.get(address).to.startswith("/sign-in")
        assert stranger.get(address).status == 404
    assert viewer.get(TEMPLATES).status == 403
    assert viewer.get(f"{GERMAN}/edit").status == 403


def test_a_template_is_worded_otherwise_and_reset(admin: PageClient) -> None:
    assert GERMAN in admin.get(TEMPLATES).links()
    assert "Jede" not in admin.get(GERMAN).text
    saved = admin.submit(f"{GERMAN}/edit", body="Jede Rechnung, auch {{ number }}, wird fällig.")
    assert "auch INV-2026-000042, wird fällig" in admin.follow(saved).text
    assert "Your own" in admin.get(TEMPLATES).text
    assert "Original" in admin.follow(admin.submit(f"{GERMAN}/reset")).text
    assert not get_wording("reminder", "de").is_own


def test_a_wording_is_looked_at_before_it_is_saved(admin: PageClient) -> None:
    seen = admin.submit(f"{GERMAN}/edit", body="Betrag: {{ amount }}", preview="1")
    assert (seen.status, "Betrag: 1.234,50\xa0€" in seen.html) == (200, True)
    assert not get_wording("reminder", "de").is_own


@pytest.mark.parametrize("more", [{}, {"preview": "1"}])
def test_what_a_wording_cannot_say_is_named_beside_its_field(
    admin: PageClient, more: dict[str, str]
) -> None:
    seen = admin.submit(f"{GERMAN}/edit", body="{{ wetter }}", **more)
    assert seen.status == 422
    assert "names wetter in line 1" in seen.error_of("body")
    assert seen.values()["body"] == "{{ wetter }}"


def test_the_second_to_change_a_wording_is_told(admin: PageClient) -> None:
    mine = admin.get(f"{GERMAN}/edit")
    admin.submit(f"{GERMAN}/edit", button="Bitte zahlen")
    late = admin.send(mine, button="Ansehen")
    assert (late.status, "Bitte zahlen" in late.alerts()) == (409, True)


def test_an_invoice_is_sent_from_its_page(admin: PageClient, db: Database[Row]) -> None:
    path = f"/invoices/{create_invoice().id}"
    assert f"{path}/send" in admin.get(path).links()
    admin.follow(admin.submit(f"{path}/send", to="books@example.com"))
    (mail,) = db.mails.find()
    assert mail["to"] == "books@example.com"
    draft = f"/invoices/{create_invoice(draft=True).id}"
    assert f"{draft}/send" not in admin.get(draft).links()
    assert admin.submit(f"{draft}/send").status == 409
