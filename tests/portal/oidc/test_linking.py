"""Which account an identity at the provider signs in as."""

from __future__ import annotations

from billing.database import Database, Row
from billing.users.inputs import as_input
from billing.users.queries import get_user
from billing.users.save_user import update_user
from tests.factories import create_customer, create_user
from tests.openid_provider import OpenIDProvider
from tests.portal.oidc.flows import go, only_user, refused
from tests.portal.page_client import PageClient


def test_an_account_of_staff_is_linked_by_its_verified_email(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    user = create_user(email="ada@example.com", role="viewer")
    provider.person["email"] = "Ada@Example.com"
    assert go(reader).status == 303
    row = only_user(db)
    assert (row["_id"], row["oidc_issuer"]) == (user.id, provider.address)
    assert row["role"] == "admin"
    types = [event["type"] for event in db.events.find({"object_id": user.id}).sort("_id")]
    assert types == ["user.created", "user.linked", "user.updated", "user.signed_in"]
    PageClient(reader.app).sign_in(get_user(user.id))


def test_the_subject_counts_once_linked_whatever_the_email(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    go(reader)
    provider.person["email"] = "married@example.com"
    provider.person["email_verified"] = False
    assert go(PageClient(reader.app)).status == 303
    assert db.users.count_documents({"oidc_subject": {"$exists": True}}) == 1


def test_an_unverified_email_links_nothing(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    create_user(email="ada@example.com")
    for provider.person["email_verified"] in (False, None, "true", 1):
        refused(go(reader), 403, "does not say that this address is verified")
    assert "oidc_subject" not in only_user(db)


def test_a_customers_user_is_never_linked(reader: PageClient, db: Database[Row]) -> None:
    create_user(email="ada@example.com", role="customer", customer_id=create_customer().id)
    refused(go(reader), 403, "is a customer's")
    assert "oidc_subject" not in only_user(db)


def test_a_deactivated_account_is_never_linked(reader: PageClient, db: Database[Row]) -> None:
    create_user(email="ada@example.com", status="disabled")
    refused(go(reader), 403, "deactivated. Ask an admin")
    assert "oidc_subject" not in only_user(db)


def test_a_linked_account_that_was_deactivated_or_given_to_a_customer_stays_closed(
    reader: PageClient, db: Database[Row]
) -> None:
    go(reader)
    user = get_user(only_user(db)["_id"])
    update_user(user.id, as_input(user).model_copy(update={"status": "disabled"}))
    refused(go(PageClient(reader.app)), 403, "cannot be used this way")
    customer = {"status": "active", "role": "customer", "customer_id": create_customer().id}
    update_user(user.id, as_input(user).model_copy(update=customer))
    refused(go(PageClient(reader.app)), 403, "cannot be used this way")


def test_another_subject_with_the_same_email_gets_nothing(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    go(reader)
    provider.person["sub"] = "somebody-else"
    refused(go(PageClient(reader.app)), 403, "linked to somebody else")
    assert only_user(db)["oidc_subject"] == "ada-at-the-provider"


def test_an_admin_can_unlink_and_the_next_sign_in_links_again(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    go(reader)
    user_id = only_user(db)["_id"]
    admin = PageClient(reader.app).sign_in(create_user())
    seen = admin.get(f"/users/{user_id}")
    assert provider.address in seen.text
    assert "By OpenID Connect" in seen.text
    assert f"/users/{user_id}/unlink" in seen.links()
    seen = admin.follow(admin.submit(f"/users/{user_id}/unlink"))
    assert "needs a password" in seen.text
    assert "oidc_subject" not in only_user(db)
    assert reader.get("/").status == 303, "what was signed in so has ended"
    again = admin.submit(f"/users/{user_id}/unlink")
    assert (again.status, "not linked" in again.alerts()) == (409, True)
    provider.person["sub"] = "new-employment"
    assert go(PageClient(reader.app)).status == 303
    assert only_user(db)["oidc_subject"] == "new-employment"


def test_an_account_needs_an_email(reader: PageClient, provider: OpenIDProvider) -> None:
    provider.person["email"] = None
    refused(go(reader), 403, "did not tell your email")
    provider.person["email"] = "not an address"
    refused(go(reader), 422, "not valid")
