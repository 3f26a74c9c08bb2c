"""What a person has given to programs, on the page of their account."""

from __future__ import annotations

import pytest
from flask import Flask

from billing.database import Database, Row
from billing.oauth.access import end_access
from billing.oauth.errors import ClientNotFound
from billing.users.errors import InvalidToken
from billing.users.tokens import Tokens
from tests.api.oauth_program import Program
from tests.factories import create_user
from tests.portal.page_client import PageClient


def alive(app: Flask, token: str) -> bool:
    settings = app.config["SETTINGS"]
    try:
        return bool(Tokens(settings.jwt_secret, settings.public_url).authenticate(token))
    except InvalidToken:
        return False


def test_a_person_sees_who_can_act_for_them_and_ends_it(app: Flask, db: Database[Row]) -> None:
    crm, till = Program(app, name="Harbour CRM"), Program(app, name="Till")
    user, other = create_user(role="viewer"), create_user()
    mine = crm.tokens(user, scope="read:customers")
    more = crm.tokens(user, scope="read:invoices")
    kept, theirs = till.tokens(user), crm.tokens(other)
    visitor = PageClient(app).sign_in(user)
    seen = visitor.get("/profile")
    assert seen.text.count("Harbour CRM") == 1
    assert "See invoices, payments and billing runs" in seen.text
    ended = visitor.send(seen, f"/oauth/access/{crm.id}/end")
    after = visitor.follow(ended)
    assert "Harbour CRM can no longer act for you." in after.text
    assert "See invoices" not in after.text
    assert [alive(app, each["access_token"]) for each in (mine, more, kept, theirs)] == [
        *(False, False, True, True)
    ]
    event = db.events.find_one({"type": "oauth_client.access_ended"})
    assert event is not None
    assert (event["object_id"], event["actor"]["id"]) == (crm.id, user.id)


def test_nobody_ends_what_others_gave(app: Flask, db: Database[Row]) -> None:
    crm, other = Program(app), create_user()
    token = crm.tokens(create_user())["access_token"]
    with pytest.raises(ClientNotFound):
        end_access(other.id, crm.id)
    visitor = PageClient(app).sign_in(other)
    assert "act for you" not in visitor.get("/profile").text
    data = {"csrf_token": visitor.get("/profile").values("/profile")["csrf_token"]}
    assert visitor.post(f"/oauth/access/{crm.id}/end", data).status == 404
    assert alive(app, token)
