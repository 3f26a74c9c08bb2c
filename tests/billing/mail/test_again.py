"""Sending again and cancelling, and what stands against it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from billing.database import Row
from billing.letters.claims import claim
from billing.mail.again import cancel_mail, send_again
from billing.mail.errors import MailNotCancellable, MailNotFound, MailNotSendable
from billing.mail.outbox import queue_mail
from billing.mail.queries import count_failing, count_waiting, list_mails
from billing.server_clock import ServerClock

LINK = {"link": "https://billing.example.com/links/s3cr3t"}


def queue(kind: str = "reminder", **facts: Any) -> str:
    return queue_mail(kind, to="ada@example.com", language="en", facts=facts)


def settle(db: Database[Row], mail_id: str, status: str, *unset: str) -> None:
    change: Row = {"$set": {"status": status, "tries": 3, "expires_at": ServerClock().now()}}
    if unset:
        change["$unset"] = dict.fromkeys(unset, 1)
    db.mails.update_one({"_id": mail_id}, change)


@pytest.mark.parametrize("status", ["sent", "failed", "kept", "cancelled"])
def test_what_is_settled_can_be_sent_again_as_another_mail(db: Database[Row], status: str) -> None:
    mail_id = queue()
    settle(db, mail_id, status)
    mail = send_again(mail_id)
    assert (mail["status"], mail["tries"], mail["sendings"]) == ("waiting", 0, 2)
    assert "expires_at" not in mail
    assert db.events.find_one({"object_id": mail_id, "type": "mail.resent"})
    assert claim(ServerClock().now(), 1)


def test_what_waits_for_its_next_try_is_tried_at_once(db: Database[Row]) -> None:
    mail_id = queue()
    later = ServerClock().now() + timedelta(hours=4)
    db.mails.update_one({}, {"$set": {"due_at": later, "tries": 5}})
    assert send_again(mail_id)["sendings"] == 1, "it is still the same mail"
    assert claim(ServerClock().now(), 1)


def test_a_link_that_was_sent_cannot_be_sent_again(db: Database[Row]) -> None:
    mail_id = queue("sign_in_link", **LINK)
    settle(db, mail_id, "sent", "sealed")
    with pytest.raises(MailNotSendable):
        send_again(mail_id)


def test_one_that_was_kept_can(db: Database[Row]) -> None:
    mail_id = queue("sign_in_link", **LINK)
    settle(db, mail_id, "kept")
    assert send_again(mail_id)["status"] == "waiting"


def test_what_waits_can_be_cancelled(db: Database[Row]) -> None:
    mail_id = queue()
    assert cancel_mail(mail_id)["status"] == "cancelled"
    assert claim(ServerClock().now(), 1) == []
    assert db.events.find_one({"object_id": mail_id, "type": "mail.cancelled"})
    with pytest.raises(MailNotCancellable):
        cancel_mail(mail_id)


def test_what_is_being_sent_is_left_alone_until_its_worker_is_gone(db: Database[Row]) -> None:
    mail_id = queue()
    assert claim(ServerClock().now(), 1, 300.0)
    with pytest.raises(MailNotCancellable):
        cancel_mail(mail_id)
    with pytest.raises(MailNotSendable):
        send_again(mail_id)
    long_ago = ServerClock().now() - timedelta(seconds=1)
    db.mails.update_one({}, {"$set": {"due_at": long_ago}})
    assert cancel_mail(mail_id)["status"] == "cancelled"


def test_there_must_be_such_a_mail(db: Database[Row]) -> None:
    for operation in (send_again, cancel_mail):
        with pytest.raises(MailNotFound):
            operation("mail_00000000000000000000000000")


def test_the_list_is_filtered_and_tells_no_facts(db: Database[Row]) -> None:
    first, second = queue("sign_in_link", **LINK), queue(number="INV-1")
    settle(db, first, "failed")
    assert [row["_id"] for row in list_mails().items] == [second, first]
    assert [row["_id"] for row in list_mails(status="failed").items] == [first]
    assert [row["_id"] for row in list_mails(kind="reminder", to="ada@example.com").items] == [
        second
    ]
    assert not {"facts", "sealed", "said"} & set(list_mails().items[1])


def test_what_waits_and_what_has_trouble_is_counted(db: Database[Row]) -> None:
    queue()
    queue()
    db.mails.update_one({}, {"$push": {"attempts": {"result": "trouble"}}})
    assert (count_waiting(100), count_failing(100)) == (2, 1)
