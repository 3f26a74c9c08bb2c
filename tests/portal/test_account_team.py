"""The people of a customer."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from billing.actors import Actor, ScopeMissing, acting_as
from billing.database import database
from billing.errors import BillingError
from billing.sealing import unseal
from billing.self_service.change_team import (
    ChangeMember,
    InviteMember,
    change_member,
    invite_member,
    remove_member,
)
from billing.self_service.team import LastOwner, team_of
from billing.users.errors import UserNotFound
from billing.users.models import User
from tests.factories import PASSWORD, create_customer, create_user
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

TEAM = "/account/team"


def _person(customer_id: str, **values: Any) -> User:
    role = values.pop("customer_role", "owner")
    user = create_user(role="customer", customer_id=customer_id, **values)
    User.objects(id=user.id).update_one(set__customer_role=role)
    user.reload()
    return user


@pytest.fixture
def customer_id(db: object) -> str:
    return str(create_customer(name="Acme").id)


@pytest.fixture
def owner(app: Flask, customer_id: str) -> PageClient:
    person = _person(customer_id, email="olga@acme.example", name="Olga")
    return PageClient(app).sign_in(person)


def _link_of(email: str) -> str:
    """The path in the newest mail to somebody."""
    mail = database().mails.find_one({"to": email}, sort=[("_id", -1)])
    assert mail is not None
    assert mail["kind"] == "invitation"
    link: str = json.loads(unseal(mail["sealed"], "mail"))["link"]
    return "/" + link.split("/", 3)[3]


def test_who_is_invited_joins_as_what_the_owner_said(
    app: Flask, owner: PageClient, customer_id: str
) -> None:
    seen = owner.submit(f"{TEAM}/invite", email="Vito@Acme.example", customer_role="viewer")
    assert "vito@acme.example was sent an invitation." in owner.follow(seen).text
    joining = PageClient(app)
    accepted = joining.submit(_link_of("vito@acme.example"), name="Vito", password=PASSWORD)
    assert accepted.to == "/account"
    assert joining.get(TEAM).status == 200
    assert joining.get(f"{TEAM}/invite").status == 403
    vito = User.objects(email="vito@acme.example").first()
    assert (vito.customer_id, vito.is_owner) == (customer_id, False)
    event = database().events.find_one({"type": "user.created", "object_id": vito.id})
    assert event is not None
    assert event["actor"]["name"] == "Olga"


def test_a_viewer_becomes_an_owner_and_back_without_signing_in_again(
    app: Flask, owner: PageClient, customer_id: str
) -> None:
    person = _person(customer_id, customer_role="viewer")
    viewer = PageClient(app).sign_in(person)
    assert viewer.get(f"{TEAM}/invite").status == 403
    owner.submit(f"{TEAM}/{person.id}/role", customer_role="owner")
    assert viewer.get(f"{TEAM}/invite").status == 200
    owner.submit(f"{TEAM}/{person.id}/role", customer_role="viewer")
    assert viewer.get(f"{TEAM}/invite").status == 403


def test_who_is_removed_is_out_at_once_and_can_be_invited_again(
    app: Flask, owner: PageClient, customer_id: str
) -> None:
    person = _person(customer_id, email="vito@acme.example")
    removed = PageClient(app).sign_in(person)
    assert "was removed." in owner.follow(owner.submit(f"{TEAM}/{person.id}/remove")).text
    assert removed.get("/account").to.startswith("/sign-in")
    assert "vito@acme.example" not in owner.get(TEAM).text
    owner.submit(f"{TEAM}/invite", email="vito@acme.example")
    assert "Invited" in owner.get(TEAM).text
    again = PageClient(app)
    again.submit(_link_of("vito@acme.example"), name="Vito", password=PASSWORD)
    assert again.get("/account").status == 200


def test_the_last_owner_stays(owner: PageClient, customer_id: str) -> None:
    _person(customer_id, customer_role="viewer")
    create_user(role="customer", customer_id=customer_id, status="invited", password=None)
    me = User.objects(email="olga@acme.example").first()
    told = "This is the only owner"
    seen = owner.submit(f"{TEAM}/{me.id}/role", customer_role="viewer")
    assert (seen.status, told in seen.alerts()) == (409, True)
    seen = owner.submit(f"{TEAM}/{me.id}/remove")
    assert (seen.status, told in seen.alerts()) == (409, True)
    assert User.objects(id=me.id).first().is_owner


def test_two_owners_who_remove_each_other_at_once_leave_one(customer_id: str) -> None:
    people = [_person(customer_id) for _ in range(2)]

    def remove(user: User) -> str:
        try:
            remove_member(customer_id, user.id)
        except LastOwner as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, people)) == ["", "last_owner"]
    assert len(team_of(customer_id)) == 1


def test_an_address_of_somebody_else_is_not_invited_and_not_explained(
    owner: PageClient, customer_id: str
) -> None:
    create_user(email="staff@duebill.example")
    _person(str(create_customer().id), email="theirs@other.example")
    for email in ("staff@duebill.example", "theirs@other.example"):
        seen = owner.submit(f"{TEAM}/invite", email=email)
        assert seen.error_of("email") == "This address cannot be invited; use another one."
    seen = owner.submit(f"{TEAM}/invite", email="olga@acme.example")
    assert "on the team already" in seen.error_of("email")
    assert owner.submit(f"{TEAM}/invite", email="nobody").status == 422


def test_a_viewer_sees_the_team_and_changes_nothing(
    app: Flask, owner: PageClient, customer_id: str
) -> None:
    person = _person(customer_id, customer_role="viewer")
    viewer = PageClient(app).sign_in(person)
    assert "olga@acme.example" in viewer.get(TEAM).text
    assert not [link for link in viewer.get(TEAM).links() if link.startswith(f"{TEAM}/")]
    token = viewer.get("/profile").values("/profile")["csrf_token"]
    for act in ("invite", f"{person.id}/invite", f"{person.id}/role", f"{person.id}/remove"):
        assert viewer.post(f"{TEAM}/{act}", {"csrf_token": token}).status == 403, act
    actor = Actor(type="user", id=person.id, role="customer", customer_id=customer_id)
    with acting_as(actor), pytest.raises(ScopeMissing):
        invite_member(customer_id, InviteMember(email="a@b.example"), lambda *_: "")
    with acting_as(actor), pytest.raises(ScopeMissing):
        change_member(customer_id, person.id, ChangeMember(customer_role="owner"))


def test_people_of_another_customer_are_not_found(owner: PageClient, customer_id: str) -> None:
    other = str(create_customer().id)
    theirs = _person(other)
    staff = create_user()
    for user in (theirs, staff):
        for act in ("invite", "role", "remove"):
            assert owner.get(f"{TEAM}/{user.id}/{act}").status == 404
    me = User.objects(email="olga@acme.example").first()
    actor = Actor(
        type="user",
        id=me.id,
        role="customer",
        customer_id=customer_id,
        scopes=frozenset({"write:account"}),
    )
    with acting_as(actor):
        with pytest.raises(UserNotFound):
            remove_member(other, theirs.id)
        assert [user.id for user in team_of(other)] == [me.id]


def test_staff_invite_the_first_owner(app: Flask, visiting_as: Visitor, customer_id: str) -> None:
    support = visiting_as("support")
    page = f"/customers/{customer_id}"
    assert "Nobody yet." in support.get(page).text
    seen = support.submit(f"{page}/invite", email="olga@acme.example")
    assert "olga Owner Invited" in support.follow(seen).text
    joining = PageClient(app)
    joining.submit(_link_of("olga@acme.example"), name="Olga", password=PASSWORD)
    assert joining.get(f"{TEAM}/invite").status == 200
    assert visiting_as("viewer").get(f"{page}/invite").status == 403


def test_a_team_has_an_end(customer_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.self_service.change_team.MOST", 1)
    _person(customer_id)
    with pytest.raises(BillingError, match="at most 1"):
        invite_member(customer_id, InviteMember(email="a@b.example"), lambda *_: "")


def test_staff_make_owners_and_viewers_too(admin: PageClient, customer_id: str) -> None:
    values = {"name": "Vito", "email": "vito@acme.example", "role": "customer"}
    more = {"customer_id": customer_id, "customer_role": "viewer"}
    seen = admin.submit("/users/new", **values, **more)
    assert "Customer, viewer" in admin.follow(seen).text
    vito = User.objects(email="vito@acme.example").first()
    admin.submit(f"/users/{vito.id}/edit", name="Vito V.")
    assert not User.objects(id=vito.id).first().is_owner, "another name makes no owner"
    admin.submit(f"/users/{vito.id}/edit", customer_role="owner")
    assert User.objects(id=vito.id).first().is_owner
    refused = admin.submit("/users/new", **{**values, "role": "support", "customer_role": "owner"})
    assert "only allowed for the role customer" in refused.alerts()
