"""What an admin alone may change asks once more who they are, or there is a reason why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from billing.database import Database, Row
from billing.users.permissions import ROLES, SCOPES, scopes_of
from portal.access import Access
from portal.gates import CONFIRMED_FOR
from tests.factories import create_customer, create_user
from tests.portal.page_client import PageClient

ADMINISTRATION = frozenset(SCOPES).difference(
    *(scopes_of(role) for role in ROLES if role != "admin")
)
UNASKED = {
    "users.end": "only takes away, and must be quick when an account is in wrong hands",
    "oauth_clients.revoke": "only takes away, and must be quick when a secret has leaked",
    "webhooks.disable": "only takes away, and must be quick when a receiver is in wrong hands",
    "webhooks.test": "sends an event without content to where events go already",
    "webhooks.replay": "sends again what went to the same receiver already",
    "webhooks.replay_failed": "sends again what was on its way to the same receiver",
    "webhooks.replay_one": "sends again what went to the same receiver already",
    "test_clocks.create": "concerns test customers only, who never pay",
    "test_clocks.advance": "concerns test customers only, who never pay",
    "test_clocks.delete": "concerns test customers only, who never pay",
    "seller.logo": "a picture, whose bytes are checked; it leads nowhere",
    "seller.forget_logo": "a picture, which can be given again",
}
"""Acts of admins that ask nothing, and why."""
OTHERS = {"customers.invite"}
"""Acts that other staff may do as well, and that give somebody access."""


def of_admins(app: Flask) -> dict[str, Access]:
    """Every view that changes something and that an admin alone may use."""
    found = {}
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if access and "POST" in (rule.methods or ()) and access.scope in ADMINISTRATION:
            found[rule.endpoint] = access
    return found


def test_each_act_of_admins_asks_who_they_are_or_has_a_reason(app: Flask) -> None:
    asked = {name for name, access in of_admins(app).items() if access.is_sensitive}
    assert of_admins(app).keys() - asked == UNASKED.keys()
    assert len(asked) >= 15


@pytest.mark.parametrize("endpoint", sorted(OTHERS))
def test_giving_access_asks_as_well(app: Flask, endpoint: str) -> None:
    assert app.view_functions[endpoint].access.is_sensitive  # type: ignore[attr-defined]


def test_a_post_past_the_time_is_led_to_the_question_and_does_nothing(
    app: Flask, admin: PageClient, db: Database[Row]
) -> None:
    ids = {"user_id": create_user(role="viewer").id, "customer_id": create_customer().id}
    token = admin.get("/profile").values("/profile")["csrf_token"]
    for row in db.sessions.find():
        earlier = {"confirmed_at": row["confirmed_at"] - CONFIRMED_FOR - timedelta(seconds=1)}
        db.sessions.update_one({"_id": row["_id"]}, {"$set": earlier})
    before = db.events.count_documents({})
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if not (access and access.is_sensitive and access.audience == "staff"):
            continue
        with app.test_request_context():
            given = {name: ids.get(name, "1") for name in rule.arguments}
            path = app.url_for(rule.endpoint, **given)
        if "POST" in (rule.methods or ()):
            seen = admin.post(path, {"csrf_token": token})
        else:
            seen = admin.get(path)
        assert (seen.status, seen.to) == (303, f"/profile/confirm?next={path}"), path
    assert db.events.count_documents({}) == before
