"""Mail reaches a real SMTP server: what it looks like there, and what happens when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from pymongo.database import Database

from billing import sealing
from billing.database import Row
from billing.letters.attachments import Attachment, attachment_of
from billing.letters.claims import Done, claim, write_down
from billing.letters.message import message_of
from billing.letters.postman import Postman
from billing.letters.render import letter_of
from billing.letters.schedule import GIVE_UP_AFTER, next_try
from billing.letters.smtp import Outcome
from billing.mail.outbox import queue_mail
from billing.seller.inputs import SettingsInput
from billing.seller.logos import save_logo
from billing.seller.save_settings import save_settings
from billing.server_clock import ServerClock
from billing.settings import Settings
from tests.billing.letters.conftest import SECRET_KEY
from tests.billing.letters.mail_server import MailServer, part, serving
from tests.factories import create_customer, create_invoice, create_payment, create_test_clock
from tests.waiting import wait_until

LINK = "https://billing.example.com/links/s3cr3t"
FACTS = {"name": "Ada", "number": "INV-1", "amount": [123450, "EUR"], "due_date": "2026-12-01"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving(MailServer()) as found:
        yield found


@pytest.fixture
def postman(settings: Settings, server: MailServer) -> Postman:
    return Postman(settings.model_copy(update=server.environ))


def queue(kind: str = "reminder", **values: Any) -> str:
    usual: dict[str, Any] = {"to": "ada@example.com", "language": "en", "facts": FACTS}
    return queue_mail(kind, **{**usual, **values})


def the_mail(db: Database[Row]) -> Row:
    (row,) = db.mails.find()
    return row


def make_due(db: Database[Row]) -> None:
    due = ServerClock().now() - timedelta(seconds=1)  # the database's clock is known by a guess
    db.mails.update_many({"status": "waiting"}, {"$set": {"due_at": due}})


def test_text_html_and_pdf_arrive(db: Database[Row], server: MailServer, postman: Postman) -> None:
    invoice = create_invoice(customer=create_customer(preferences={"locale": "de"}))
    facts = {**FACTS, "name": "Jürgen Groß"}
    queue("invoice", language="de", facts=facts, about=invoice.id, document=("invoice", invoice.id))
    postman.work()
    (mail,) = server.mails
    assert mail["From"] == "Your company <billing@example.com>"
    assert mail["To"] == "ada@example.com"
    assert mail["Subject"] == "Rechnung INV-1 von Your company"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert part(mail, "plain").startswith("Guten Tag Jürgen Groß,\n\nhier ist Ihre Rechnung INV-1")
    assert "1.234,50\xa0€" in part(mail, "plain")
    assert 'lang="de"' in part(mail, "html")
    assert f'/account/invoices/{invoice.id}">Rechnung ansehen</a>' in part(mail, "html")
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == f"{invoice.number}.pdf"
    assert attached.get_content().startswith(b"%PDF-")
    row = the_mail(db)
    assert (row["status"], row["said"]["subject"]) == ("sent", mail["Subject"])


def test_a_receipt_takes_its_pdf_along(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    payment = create_payment()
    facts = {"number": "INV-1", "amount": [10000, "USD"], "paid_date": "2026-11-24"}
    queue("receipt", facts=facts, document=("receipt", payment.id))
    postman.work()
    (attached,) = server.mails[0].iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert str(attached.get_filename()).startswith("Receipt")


def test_the_logo_comes_along_and_nothing_is_loaded_from_elsewhere(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    save_logo(PNG)
    queue()
    postman.work()
    html = part(server.mails[0], "html")
    assert 'src="cid:logo"' in html
    pictures = [p for p in server.mails[0].walk() if p.get_content_type() == "image/png"]
    assert [(p["Content-ID"], p.get_content()) for p in pictures] == [("<logo>", PNG)]


def test_a_name_cannot_add_a_header_or_a_recipient(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    evil = 'Müller, "X"\r\nBcc: eve@example.com\r\n\r\n<b>'
    save_settings(SettingsInput(name=evil))
    queue(facts={**FACTS, "number": evil, "name": evil})
    postman.work()
    (mail,) = server.mails
    assert server.recipients == ["ada@example.com"]
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].addr_spec == "billing@example.com"
    assert "<b>" not in part(mail, "html").split("<body>")[1]


def test_addresses_of_the_world(db: Database[Row], server: MailServer, postman: Postman) -> None:
    queue(to="grüße@example.com")
    queue(to="ada@exämple.com")
    postman.work()
    assert server.recipients == ["grüße@example.com", "ada@xn--exmple-cua.com"]


def test_a_refusal_is_final_and_in_the_servers_words(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    server.replies["gone@example.com"] = "550 5.1.1 No such user here"
    queue(to="gone@example.com")
    queue()
    postman.work()
    failed, sent = db.mails.find().sort("_id")
    assert (failed["status"], sent["status"]) == ("failed", "sent")
    (attempt,) = failed["attempts"]
    assert (attempt["result"], attempt["code"]) == ("refused", 550)
    assert attempt["words"] == "5.1.1 No such user here"


def test_a_refused_text_is_final_and_does_not_tell_the_link(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    server.data_reply = f"554 5.7.1 Spam: {LINK}"
    queue("sign_in_link", facts={"link": LINK})
    postman.work()
    row = the_mail(db)
    assert row["status"] == "failed"
    assert row["attempts"][0]["words"] == "5.7.1 Spam: (hidden)"


def test_what_passes_is_tried_again_later(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    server.replies["ada@example.com"] = "451 4.7.1 Greylisted"
    queue()
    postman.work()
    row = the_mail(db)
    assert (row["status"], row["tries"]) == ("waiting", 1)
    assert row["due_at"] > ServerClock().now() + timedelta(seconds=5)
    postman.work()
    assert the_mail(db)["tries"] == 1, "not before its time"
    server.replies.clear()
    make_due(db)
    postman.work()
    assert the_mail(db)["status"] == "sent"


def test_a_server_that_is_down_gets_all_of_it_once_it_is_back(
    db: Database[Row], settings: Settings
) -> None:
    server = MailServer()
    postman = Postman(settings.model_copy(update=server.environ))
    for _ in range(3):
        queue()
    rests = [postman.work() for _ in range(3)]
    assert rests == [5.0, 10.0, 20.0]
    tried = [row["tries"] for row in db.mails.find({"status": "waiting"})]
    assert tried == [0, 0, 0], "it is not the mails' fault"
    with serving(server):
        make_due(db)
        postman.work()
        assert postman.work() == 0.5
    assert len(server.mails) == 3
    assert [row["status"] for row in db.mails.find()] == ["sent"] * 3


def test_a_wrong_sender_is_a_matter_for_staff_and_fails_no_mail(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    server.sender_reply = "553 5.7.1 Sender address rejected"
    queue()
    assert postman.work() > 0
    row = the_mail(db)
    assert (row["status"], row["attempts"][0]["code"]) == ("waiting", 553)


def test_after_two_days_it_is_given_up(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    server.replies["ada@example.com"] = "451 4.7.1 Greylisted"
    queue()
    long_ago = ServerClock().now() - GIVE_UP_AFTER
    db.mails.update_one({}, {"$set": {"queued_at": long_ago}})
    postman.work()
    assert the_mail(db)["status"] == "failed"


def test_the_waits_grow_and_the_last_try_is_made_when_time_is_over() -> None:
    queued = now = ServerClock().now()
    waits = []
    for tries in range(1, 40):
        due = next_try(tries, queued, now)
        if due is None:
            break
        waits.append((due - now).total_seconds())
        now = due
    assert waits[:8] == sorted(waits[:8])
    assert now == queued + GIVE_UP_AFTER
    assert 10 < len(waits) < 20


def test_killed_between_sending_and_noting_it_is_sent_again_as_the_same_mail(
    db: Database[Row], server: MailServer, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue()

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("billing.letters.burst.write_down", die)
        with pytest.raises(Killed):
            postman.work()
    assert postman.work() == 0.5, "the claim holds until it is over"
    make_due(db)
    postman.work()
    assert the_mail(db)["status"] == "sent"
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


def test_killed_among_many_none_is_lost_and_none_is_another_mail(
    db: Database[Row], server: MailServer, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is sent again unless that it was sent is on record, and never as another mail."""

    class Killed(BaseException):
        pass

    for number in range(60):
        queue(to=f"user{number}@example.com")
    written = iter(range(2))

    def dying(done: list[Done]) -> int:
        if next(written, None) is None:
            raise Killed
        return write_down(done)

    with monkeypatch.context() as patch:
        patch.setattr("billing.letters.burst._WRITTEN_AT_ONCE", 5)
        patch.setattr("billing.letters.burst.write_down", dying)
        with pytest.raises(Killed):
            postman.work()
    done = db.mails.count_documents({"status": "sent"})
    assert 0 < done < 60
    make_due(db)
    while postman.work() == 0.0:
        pass
    assert db.mails.count_documents({"status": "sent"}) == 60
    assert len({mail["Message-ID"] for mail in server.mails}) == 60
    assert set(server.recipients) == {f"user{number}@example.com" for number in range(60)}


def test_who_is_told_to_end_gives_back_what_was_not_begun(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    for number in range(3):
        queue(to=f"user{number}@example.com")
    server.goes_on.clear()
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(postman.work)
        wait_until(lambda: len(server.mails) == 1)
        postman.finish(1)
        server.goes_on.set()
        working.result()
    assert len(server.mails) == 1
    left = list(db.mails.find({"status": "waiting"}))
    assert [(row["tries"], "claim" in row) for row in left] == [(0, False)] * 2
    Postman(postman._settings).work()
    assert sorted(server.recipients) == [f"user{number}@example.com" for number in range(3)]


def test_the_same_mail_has_the_same_bytes(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    save_logo(PNG)
    invoice = create_invoice()
    queue("invoice", about=invoice.id, document=("invoice", invoice.id))
    mail, url = the_mail(db), "https://billing.example.com"
    made = [
        message_of(mail, letter_of(mail, url, revealed=False), attachment_of(mail), "b@example.com")
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_servers_of_any_age_take_it_and_nothing_typed_ends_a_part(db: Database[Row]) -> None:
    """Short lines in ASCII, ended as SMTP wants them; what is read is what was typed."""
    save_logo(PNG)
    typed = "\n\n".join(
        [".", "--=_alternative--", "From me", "x" * 2000, "Ärger = 5 € ", "a\vb\x85c\rd"]
    )
    queue(to="ada@exämple.com", copies=["Bob.o'x@example.com"])
    mail = the_mail(db)
    subject = 'Jürgen, "der Große" 日本: ' + "nicht bezahlt, " * 9 + "bitte"
    letter = replace(letter_of(mail, "", revealed=False), subject=subject, body=typed)
    attached = Attachment("Rechnung ä.pdf", bytes(range(256)) * 9)
    made = message_of(mail, letter, attached, "b@exämple.com")
    lines = made.split(b"\r\n")
    assert made.isascii()
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 78
    read = message_from_bytes(made, policy=default)
    assert read.defects == []
    assert read["Subject"] == subject
    assert (read["To"], read["Cc"]) == ("ada@xn--exmple-cua.com", "Bob.o'x@example.com")
    said = part(read, "plain").split("\n\n")
    assert said[:4] == typed.split("\n\n")[:4]
    (pdf,) = read.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == (attached.name, attached.content)


def test_who_lost_the_claim_writes_nothing_down(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    queue()
    now = ServerClock().now()
    (slow,) = claim(now, 1, 0.0)
    (quick,) = claim(ServerClock().now(), 1, 300.0)
    assert slow["claim"] != quick["claim"]
    assert claim(now, 1, 300.0) == []
    assert slow["_id"] == quick["_id"]
    assert write_down([Done(slow, now, Outcome("refused"))]) == 1
    assert the_mail(db)["status"] == "waiting"
    assert write_down([Done(quick, now, Outcome("refused"))]) == 0
    assert the_mail(db)["status"] == "failed"


def test_a_link_is_forgotten_once_it_is_sent(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    queue("sign_in_link", facts={"link": LINK, "minutes": 15})
    postman.work()
    assert LINK in server.texts()[0]
    row = the_mail(db)
    assert "sealed" not in row
    assert "s3cr3t" not in str(row)


def test_a_link_that_cannot_be_read_any_more_is_said_so(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    queue("sign_in_link", facts={"link": LINK})
    sealing.use_secret("another secret key, as long as need be")
    postman.work()
    sealing.use_secret(SECRET_KEY)
    row = the_mail(db)
    assert row["status"] == "failed"
    assert "SECRET_KEY" in row["attempts"][0]["words"]


def test_an_attachment_that_is_gone_fails_its_own_mail_only(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    queue(document=("invoice", "inv_00000000000000000000000000"))
    queue()
    postman.work()
    assert sorted(row["status"] for row in db.mails.find()) == ["failed", "sent"]


def test_those_who_wait_for_it_get_theirs_first(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    queue()
    queue("sign_in_link", facts={"link": LINK})
    postman.work()
    assert LINK in server.texts()[0]


def test_many_are_sent_by_several_at_once_and_each_only_once(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    for number in range(60):
        queue(to=f"user{number}@example.com")
    other = Postman(postman._settings)
    while postman.work() == 0.0 or other.work() == 0.0:
        pass
    assert len(server.recipients) == len(set(server.recipients)) == 60


def test_customers_of_test_clocks_are_never_written_to(
    db: Database[Row], server: MailServer, postman: Postman
) -> None:
    trial = create_customer(test_clock_id=create_test_clock().id)
    queue(customer_id=trial.id)
    queue(customer_id=create_customer().id)
    postman.work()
    assert len(server.mails) == 1
    assert sorted(row["status"] for row in db.mails.find()) == ["kept", "sent"]


def test_without_a_mail_server_it_is_kept(db: Database[Row], settings: Settings) -> None:
    queue("sign_in_link", facts={"link": LINK})
    Postman(settings).work()
    row = the_mail(db)
    assert row["status"] == "kept"
    assert row["sealed"]
