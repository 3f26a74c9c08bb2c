"""Mail that lets its reader in: to whom it goes, what it says, and to whom it does not go."""

from __future__ import annotations

from typing import Any

import pytest

from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.entrance import ask
from billing.entrance.ask import ask_for_link
from billing.entrance.invite import add_user, send_invitation
from billing.inputs import parse
from billing.users.errors import EmailTaken, LinkNotPossible, LinkSpent, TooManyAttempts
from billing.users.inputs import UserInput
from billing.users.links import get_link_user, spend_link
from billing.users.models import User
from billing.users.throttle import LINKS
from tests.factories import PASSWORD, create_customer, create_user
from tests.mailbox import mails_to


def link_to(purpose: str, token: str) -> str:
    return f"https://billing.example.com/{purpose}/{token}"


def token_for(address: str) -> str:
    return str(mails_to(address)[0]["link"]).rpartition("/")[2]


def invite(**values: Any) -> User:
    usual = {"email": "vera@example.com", "name": "Vera", "role": "viewer", "status": "invited"}
    return add_user(parse(UserInput, {**usual, **values}), link_to)


def test_who_is_invited_is_sent_a_link(db: Database[Row]) -> None:
    with acting_as(Actor(type="user", id="usr_1", name="Ada")):
        user = invite()
    (mail,) = mails_to("vera@example.com")
    assert (mail["kind"], mail["language"], mail["about"]) == ("invitation", "en", user.id)
    assert mail["facts"] == {"name": "Vera", "inviter": "Ada", "hours": 168}
    assert spend_link(token_for("vera@example.com"), "invitation").id == user.id


def test_a_customers_people_are_addressed_in_the_customers_language(db: Database[Row]) -> None:
    customer = create_customer(name="Acme", preferences={"locale": "de-AT"})
    invite(role="customer", customer_id=customer.id)
    (mail,) = mails_to("vera@example.com")
    assert mail["language"] == "de-AT"
    assert mail["facts"]["account"] == "Acme"


def test_an_account_with_a_password_is_sent_nothing(db: Database[Row]) -> None:
    invite(status="active", password=PASSWORD)
    assert mails_to("vera@example.com") == []


def test_no_mail_goes_to_an_address_that_is_taken(db: Database[Row]) -> None:
    create_user(email="vera@example.com")
    with pytest.raises(EmailTaken):
        invite()
    assert mails_to("vera@example.com") == []


def test_inviting_again_ends_the_first_link(db: Database[Row]) -> None:
    user = invite()
    first = token_for(user.email)
    send_invitation(user.id, link_to)
    with pytest.raises(LinkSpent):
        get_link_user(first, "invitation")
    assert get_link_user(token_for(user.email), "invitation").id == user.id


def test_who_has_accepted_is_not_invited_again(db: Database[Row]) -> None:
    with pytest.raises(LinkNotPossible):
        send_invitation(create_user().id, link_to)


@pytest.mark.parametrize(
    ("purpose", "kind"), [("sign_in", "sign_in_link"), ("password_reset", "password_reset")]
)
def test_who_asks_is_sent_the_link_they_asked_for(
    db: Database[Row], purpose: Any, kind: str
) -> None:
    user = create_user()
    ask_for_link(f" {user.email.upper()} ", purpose, link_to)
    (mail,) = mails_to(user.email)
    assert mail["kind"] == kind
    assert mail["facts"] == {"name": user.name, "minutes": 15 if purpose == "sign_in" else 60}
    assert get_link_user(token_for(user.email), purpose).id == user.id
    assert db.events.count_documents({"type": "user.link_sent", "object_id": user.id}) == 1


def test_the_invited_are_sent_their_invitation(db: Database[Row]) -> None:
    user = invite()
    ask_for_link(user.email, "password_reset", link_to)
    assert [mail["kind"] for mail in mails_to(user.email)] == ["invitation"] * 2


def test_nobody_else_is_sent_anything(db: Database[Row]) -> None:
    disabled, linked = create_user(status="disabled"), create_user()
    db.users.update_one(
        {"_id": linked.id}, {"$set": {"oidc_subject": "x"}, "$unset": {"password_hash": 1}}
    )
    for email in (disabled.email, linked.email, "nobody@example.com", ""):
        ask_for_link(email, "sign_in", link_to)
    assert db.mails.count_documents({}) == 0


def test_addresses_with_and_without_an_account_are_refused_alike(db: Database[Row]) -> None:
    told = []
    for email in (create_user().email, "nobody@example.com"):
        for _ in range(LINKS.per_account):
            ask_for_link(email, "sign_in", link_to)
        with pytest.raises(TooManyAttempts) as refusal:
            ask_for_link(email, "password_reset", link_to)
        told.append(refusal.value.message)
    assert told[0] == told[1]


class Stopwatch:
    """What `time` is to whoever asks; goes on only when it is told to."""

    def __init__(self) -> None:
        self.shows = 0.0

    def monotonic(self) -> float:
        return self.shows

    def sleep(self, seconds: float) -> None:
        self.shows += seconds


def test_every_answer_takes_as_long(db: Database[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    watch, send = Stopwatch(), ask._send
    works = {"nobody@example.com": 0.002, create_user().email: 0.1}

    def send_slowly(email: str, *rest: Any) -> None:
        send(email, *rest)
        watch.sleep(works[email])

    monkeypatch.setattr(ask, "AT_LEAST_SECONDS", 0.25)
    monkeypatch.setattr(ask, "time", watch)
    monkeypatch.setattr(ask, "_send", send_slowly)
    for email in works:
        begun = watch.shows
        ask_for_link(email, "sign_in", link_to)
        assert watch.shows - begun == pytest.approx(0.25)
