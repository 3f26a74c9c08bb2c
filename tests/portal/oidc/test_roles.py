"""The provider's claim decides on the role, at each sign-in."""

from __future__ import annotations

from typing import Any

from billing.database import Database, Row
from billing.settings import Settings
from billing.users.inputs import as_input
from billing.users.queries import get_user
from billing.users.save_user import update_user
from billing.users.tokens import Tokens
from tests.factories import create_user
from tests.openid_provider import OpenIDProvider
from tests.portal.oidc.conftest import Portal
from tests.portal.oidc.flows import go, only_user, refused
from tests.portal.page_client import PageClient


def test_the_highest_mapped_role_wins(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    cases: list[tuple[Any, str]] = [
        (["finance", "billing-admins", "readers"], "admin"),
        (["readers", "finance"], "billing"),
        ("finance", "billing"),
        (["readers", 7, None, {"finance": True}], "viewer"),
    ]
    for provider.person["groups"], role in cases:
        assert go(PageClient(reader.app)).status == 303
        assert only_user(db)["role"] == role


def test_nobody_gets_in_without_a_mapped_role(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    for groups in ([], None, "customer", {"finance": True}, ["Finance"], 1):
        provider.person["groups"] = groups
        refused(go(reader), 403, "gives you no role in Duebill")
    assert db.users.count_documents({}) == 1


def test_a_role_follows_the_provider_and_the_trail_tells(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    go(reader)
    provider.person["groups"] = ["finance"]
    assert go(PageClient(reader.app)).status == 303
    row = only_user(db)
    assert row["role"] == "billing"
    event = db.events.find_one({"object_id": row["_id"], "type": "user.updated"})
    assert event
    assert event["changes"] == {"role": ["admin", "billing"], "session_version": [1, 2]}
    assert reader.get("/").status == 303, "the session with the old role has ended"


def test_who_lost_every_role_is_out_at_once(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row], settings: Settings
) -> None:
    go(reader)
    tokens = Tokens(settings.jwt_secret, settings.public_url)
    pair = tokens.issue(get_user(only_user(db)["_id"]))
    assert reader.get("/").status == 200
    provider.person["groups"] = ["everyone"]
    refused(go(PageClient(reader.app)), 403, "gives you no role in Duebill")
    assert reader.get("/").status == 303
    families = db.token_families.find_one({"user_id": only_user(db)["_id"]})
    assert families
    assert families["revoked_at"], pair.scope


def test_the_only_admin_is_not_demoted(
    portal: Portal, provider: OpenIDProvider, db: Database[Row]
) -> None:
    app = portal()
    go(PageClient(app))
    provider.person["groups"] = ["readers"]
    refused(go(PageClient(app)), 409, "make somebody else one first")
    assert only_user(db)["role"] == "admin"


def test_a_default_role_is_for_the_first_sign_in_only(portal: Portal, db: Database[Row]) -> None:
    create_user()
    app = portal(oidc_role_claim=None, oidc_role_map=(), oidc_default_role="viewer")
    go(PageClient(app))
    user = get_user(only_user(db)["_id"])
    assert user.role == "viewer"
    update_user(user.id, as_input(user).model_copy(update={"role": "support"}))
    assert go(PageClient(app)).status == 303
    assert only_user(db)["role"] == "support"


def test_a_claim_can_be_deep_and_told_by_the_userinfo_only(
    portal: Portal, provider: OpenIDProvider, db: Database[Row]
) -> None:
    app = portal(oidc_role_claim="resource_access.due.bill.roles")
    provider.person["resource_access"] = {"due.bill": {"roles": ["finance"]}}
    provider.in_userinfo = {"resource_access", "email", "email_verified", "name"}
    assert go(PageClient(app)).status == 303
    row = only_user(db)
    assert (row["role"], row["name"]) == ("billing", "Ada Lovelace")
