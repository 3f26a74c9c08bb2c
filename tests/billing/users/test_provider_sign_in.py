"""An identity at an OpenID provider becomes one user, whatever happens at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from mongoengine.errors import NotUniqueError

from billing.database import Database, Row
from billing.oidc_settings import OidcSettings
from billing.users.errors import IdentityNotAccepted
from billing.users.identity import Identity, claimed_role, claimed_values
from billing.users.models import User
from billing.users.provider_sign_in import sign_in_by_provider
from tests.factories import create_user

ISSUER = "https://id.example.com"


def identity(**values: Any) -> Identity:
    """Ada, an admin, with a verified email, unless told otherwise."""
    usual: dict[str, Any] = {
        "issuer": ISSUER,
        "subject": "ada",
        "name": "Ada",
        "email": "ada@example.com",
        "email_is_verified": True,
        "role": "admin",
        "role_is_managed": True,
    }
    return Identity(**{**usual, **values})


def test_two_first_sign_ins_at_once_make_one_user(db: Database[Row]) -> None:
    for n in range(5):
        who = identity(subject=f"ada-{n}", email=f"ada{n}@example.com")
        with ThreadPoolExecutor(4) as pool:
            users = list(pool.map(lambda _, who=who: sign_in_by_provider(who), range(4)))
        assert len({user.id for user in users}) == 1
    assert db.users.count_documents({}) == 5


def test_two_people_who_claim_one_account_at_once_do_not_share_it(db: Database[Row]) -> None:
    for n in range(5):
        account = create_user(email=f"ada{n}@example.com")
        claims = [identity(subject=f"{who}-{n}", email=account.email) for who in ("ada", "eve")]

        def try_it(who: Identity) -> str | None:
            try:
                return str(sign_in_by_provider(who).oidc_subject)
            except IdentityNotAccepted:
                return None

        with ThreadPoolExecutor(2) as pool:
            got_in = set(pool.map(try_it, claims)) - {None}
        row = db.users.find_one({"_id": account.id})
        assert row
        assert got_in == {row["oidc_subject"]}


def test_the_database_holds_an_identity_to_one_user(db: Database[Row]) -> None:
    sign_in_by_provider(identity())
    other = create_user()
    with pytest.raises(NotUniqueError):
        User.objects(id=other.id).update(set__oidc_issuer=ISSUER, set__oidc_subject="ada")
    sign_in_by_provider(identity(issuer="https://other.example", email="b@example.com"))
    assert db.users.count_documents({"oidc_subject": "ada"}) == 2


def test_an_unverified_email_that_nobody_has_makes_an_account_but_links_none(
    db: Database[Row],
) -> None:
    user = sign_in_by_provider(identity(email_is_verified=False))
    assert (user.email, user.password_hash) == ("ada@example.com", None)
    with pytest.raises(IdentityNotAccepted):
        sign_in_by_provider(identity(subject="eve", email_is_verified=False))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("groups", {"a", "b"}),
        ("team", {"finance"}),
        ("realm.roles", {"c"}),
        ("https://example.com/roles", {"d"}),
        ("clients.due.bill.roles", {"e"}),
        ("realm", set()),
        ("realm.roles.c", set()),
        ("nothing.there", set()),
        (None, set()),
    ],
)
def test_a_claim_is_found_by_its_path(path: str | None, found: set[str]) -> None:
    claims = {
        "groups": ["a", "b", 1, None, ["c"]],
        "team": "finance",
        "realm": {"roles": ["c"]},
        "https://example.com/roles": ["d"],
        "clients": {"due.bill": {"roles": ["e"]}, "due": "x"},
    }
    assert claimed_values(claims, path) == found


def test_the_default_role_is_for_who_has_no_mapped_one() -> None:
    told = {"oidc_issuer": ISSUER, "oidc_client_id": "a", "oidc_client_secret": "b"}
    mapped = {"oidc_role_claim": "groups", "oidc_role_map": "ops=support"}
    settings = OidcSettings.model_validate({**told, **mapped, "oidc_default_role": "viewer"})
    assert claimed_role({"groups": ["ops"]}, settings) == "support"
    assert claimed_role({"groups": ["x"]}, settings) == "viewer"
    assert claimed_role({}, settings) == "viewer"
    strict = settings.model_copy(update={"oidc_default_role": None})
    assert claimed_role({}, strict) is None
