"""Signing in by an OpenID provider: a real one over HTTP, honest and not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from argon2 import PasswordHasher
from flask import Flask

from billing import clock
from billing.database import Database, Row
from billing.settings import Settings
from billing.users.inputs import as_input
from billing.users.models import User
from billing.users.queries import get_user
from billing.users.save_user import update_user
from billing.users.tokens import Tokens
from portal.app import create_app
from tests import openid_provider
from tests.factories import PASSWORD, create_customer, create_user
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIDProvider
from tests.portal.page_client import PageClient, Seen

BUTTON = "/sign-in/oidc"


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIDProvider]:
    with openid_provider.openid_provider() as found:
        yield found


@pytest.fixture
def provider(running: OpenIDProvider) -> Iterator[OpenIDProvider]:
    yield running
    running.reset()


Portal = Callable[..., Flask]


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """No test here is about how well a hash is made."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("billing.users.passwords._hasher", cheap)
        yield


@pytest.fixture(scope="module")
def make(running: OpenIDProvider, settings: Settings, connected_database: None) -> Portal:
    def make(**changes: Any) -> Flask:
        told = {
            "oidc_issuer": running.address,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_role_claim": "groups",
            "oidc_role_map": "billing-admins=admin,finance=billing,readers=viewer",
            "oidc_name": "Example ID",
            "public_url": "http://localhost",
            "token_rate_limit": 10_000_000,
        }
        known = settings.model_dump(exclude={n for n in type(settings).model_fields if "oidc" in n})
        return create_app(Settings.model_validate({**known, **told, **changes}), connect=False)

    return make


@pytest.fixture(scope="module")
def usual(make: Portal) -> Flask:
    return make()


@pytest.fixture
def portal(usual: Flask, make: Portal, provider: OpenIDProvider, db: Database[Row]) -> Portal:
    """`portal(oidc_default_role="viewer")`: an application that trusts the provider."""
    usual.extensions.pop("duebill.oidc", None)  # what it has learnt of the provider
    return lambda **changes: make(**changes) if changes else usual


@pytest.fixture
def reader(portal: Portal) -> PageClient:
    """Nobody yet; somebody else is an admin already."""
    create_user(email="last.admin@example.com")
    return PageClient(portal())


def go(reader: PageClient, start: str = BUTTON) -> Seen:
    """Press the button and follow every redirect as a browser does, up to the first page."""
    return come_back(reader, at_provider(reader, start))


def at_provider(reader: PageClient, start: str = BUTTON) -> str:
    """The address at the provider that the button leads to."""
    answer = reader.browser.get(start)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(reader: PageClient, address: str) -> Seen:
    """Agree at the provider; what the portal answers to who comes back."""
    back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith(f"http://localhost{BUTTON}/callback?")
    return reader.get(back.removeprefix("http://localhost"))


def refused(seen: Seen, status: int, words: str) -> None:
    """A plain page that says what to do, with both ways of signing in still there."""
    assert seen.status == status, seen.alerts() if seen.page is not None else seen.to
    assert words in seen.alerts()
    assert seen.title == "Sign in"
    assert seen.form().get("action", "").startswith("/sign-in")


def only_user(db: Database[Row], email: str = "ada@example.com") -> Row:
    (row,) = db.users.find({"email": email})
    return row


def test_nobody_is_offered_what_is_not_configured(anonymous: PageClient) -> None:
    assert "Sign in with" not in anonymous.get("/sign-in").text
    for path in (BUTTON, f"{BUTTON}/callback?code=1&state=2"):
        assert anonymous.get(path).status == 404


def test_a_new_person_gets_an_account_without_a_password(
    reader: PageClient, db: Database[Row]
) -> None:
    assert "Sign in with Example ID" in reader.get("/sign-in").text
    assert reader.follow(go(reader)).title == "Dashboard"
    row = only_user(db)
    assert (row["name"], row["role"], row["status"]) == ("Ada Lovelace", "admin", "active")
    assert row["oidc_subject"] == "ada-at-the-provider"
    assert "password_hash" not in row
    for password in ("", "None", PASSWORD):
        seen = PageClient(reader.app).submit("/sign-in", email=row["email"], password=password)
        assert seen.status == 422


def test_the_trail_says_by_what_somebody_signed_in(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    go(reader)
    user_id = only_user(db)["_id"]
    created, signed_in = db.events.find({"object_id": user_id}).sort("_id")
    assert created["type"] == "user.created"
    assert created["actor"]["name"] == f"OpenID Connect ({provider.address})"
    assert signed_in["type"] == "user.signed_in"
    assert signed_in["actor"]["id"] == user_id
    assert signed_in["reason"] == f"By OpenID Connect ({provider.address})"
    other = create_user()
    PageClient(reader.app).sign_in(other)
    signed_in = db.events.find_one({"object_id": other.id, "type": "user.signed_in"})
    assert signed_in
    assert signed_in["reason"] == "By password"


def test_the_reader_goes_on_to_the_page_they_wanted(reader: PageClient) -> None:
    seen = reader.follow(reader.get("/customers?status=active"))
    button = next(link for link in seen.links() if link.startswith(BUTTON))
    assert go(reader, button).to == "/customers?status=active"


def test_nobody_is_sent_to_another_site(reader: PageClient) -> None:
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "evil"):
        assert go(PageClient(reader.app), f"{BUTTON}?next={target}").to == "/"


def test_the_session_is_a_new_one_after_signing_in(reader: PageClient) -> None:
    reader.get("/sign-in")
    with reader.browser.session_transaction() as session:
        session["planted"] = "by somebody else"
        token = session["csrf_token"]
    go(reader)
    with reader.browser.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != token
        assert not [key for key in session if key.startswith("_state_")]


def test_many_tabs_do_not_outgrow_the_cookie(reader: PageClient) -> None:
    wanted = f"{BUTTON}?next=/customers?q=" + "long" * 120
    addresses = [at_provider(reader, wanted) for _ in range(8)]
    cookie = reader.browser.get_cookie("duebill")
    assert cookie
    assert len(cookie.value) < 3500
    refused(come_back(reader, addresses[0]), 400, "Begin again")
    assert come_back(reader, addresses[-2]).status == 303


class TestRoles:
    """The claim decides, at each sign-in."""

    def test_the_highest_mapped_role_wins(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
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
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        for groups in ([], None, "customer", {"finance": True}, ["Finance"], 1):
            provider.person["groups"] = groups
            refused(go(reader), 403, "gives you no role in Duebill")
        assert db.users.count_documents({}) == 1

    def test_a_role_follows_the_provider_and_the_trail_tells(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
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
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row], settings: Settings
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
        self, portal: Portal, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        app = portal()
        go(PageClient(app))
        provider.person["groups"] = ["readers"]
        refused(go(PageClient(app)), 409, "make somebody else one first")
        assert only_user(db)["role"] == "admin"

    def test_a_default_role_is_for_the_first_sign_in_only(
        self, portal: Portal, db: Database[Row]
    ) -> None:
        create_user()
        app = portal(oidc_role_claim=None, oidc_role_map=(), oidc_default_role="viewer")
        go(PageClient(app))
        user = get_user(only_user(db)["_id"])
        assert user.role == "viewer"
        update_user(user.id, as_input(user).model_copy(update={"role": "support"}))
        assert go(PageClient(app)).status == 303
        assert only_user(db)["role"] == "support"

    def test_a_claim_can_be_deep_and_told_by_the_userinfo_only(
        self, portal: Portal, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        app = portal(oidc_role_claim="resource_access.due.bill.roles")
        provider.person["resource_access"] = {"due.bill": {"roles": ["finance"]}}
        provider.in_userinfo = {"resource_access", "email", "email_verified", "name"}
        assert go(PageClient(app)).status == 303
        row = only_user(db)
        assert (row["role"], row["name"]) == ("billing", "Ada Lovelace")


class TestLinking:
    """Which account an identity signs in as."""

    def test_an_account_of_staff_is_linked_by_its_verified_email(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
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
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        go(reader)
        provider.person["email"] = "married@example.com"
        provider.person["email_verified"] = False
        assert go(PageClient(reader.app)).status == 303
        assert db.users.count_documents({"oidc_subject": {"$exists": True}}) == 1

    def test_an_unverified_email_links_nothing(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        create_user(email="ada@example.com")
        for provider.person["email_verified"] in (False, None, "true", 1):
            refused(go(reader), 403, "does not say that this address is verified")
        assert "oidc_subject" not in only_user(db)

    def test_a_customers_user_is_never_linked(self, reader: PageClient, db: Database[Row]) -> None:
        create_user(email="ada@example.com", role="customer", customer_id=create_customer().id)
        refused(go(reader), 403, "is a customer's")
        assert "oidc_subject" not in only_user(db)

    def test_a_deactivated_account_is_never_linked(
        self, reader: PageClient, db: Database[Row]
    ) -> None:
        create_user(email="ada@example.com", status="disabled")
        refused(go(reader), 403, "deactivated. Ask an admin")
        assert "oidc_subject" not in only_user(db)

    def test_a_linked_account_that_was_deactivated_or_given_to_a_customer_stays_closed(
        self, reader: PageClient, db: Database[Row]
    ) -> None:
        go(reader)
        user = get_user(only_user(db)["_id"])
        update_user(user.id, as_input(user).model_copy(update={"status": "disabled"}))
        refused(go(PageClient(reader.app)), 403, "cannot be used this way")
        customer = {"status": "active", "role": "customer", "customer_id": create_customer().id}
        update_user(user.id, as_input(user).model_copy(update=customer))
        refused(go(PageClient(reader.app)), 403, "cannot be used this way")

    def test_another_subject_with_the_same_email_gets_nothing(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        go(reader)
        provider.person["sub"] = "somebody-else"
        refused(go(PageClient(reader.app)), 403, "linked to somebody else")
        assert only_user(db)["oidc_subject"] == "ada-at-the-provider"

    def test_an_admin_can_unlink_and_the_next_sign_in_links_again(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
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

    def test_an_account_needs_an_email(self, reader: PageClient, provider: OpenIDProvider) -> None:
        provider.person["email"] = None
        refused(go(reader), 403, "did not tell your email")
        provider.person["email"] = "not an address"
        refused(go(reader), 422, "not valid")


LIES = {
    "a wrong nonce": {"nonce": "of-another-sign-in"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "another audience in our name": {"aud": "another-client", "azp": CLIENT_ID},
    "another authorized party": {"aud": [CLIENT_ID, "other"], "azp": "other"},
    "two audiences and no authorized party": {"aud": [CLIENT_ID, "other"]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://other.example"},
    "expired": {"iat": 1_700_000_000, "exp": 1_700_000_300},
    "no expiry": {"exp": None},
    "from the future": {"iat": 4_000_000_000, "exp": 4_000_000_300},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 7},
}
FORGERIES: dict[str, Any] = {
    "signed by nobody": openid_provider.signed_by_nobody,
    "signed with the client's secret": openid_provider.signed_with_the_client_secret,
    "signed with the public key": openid_provider.signed_with_the_public_key,
    "signed with another's key": openid_provider.signed_with_a_foreign_key,
    "no token": lambda *_: "no.token.at-all",
    "no text": lambda *_: 7,
}


class TestAttacks:
    """Each is refused with the same words; the log alone says why."""

    def test_an_id_token_that_lies_is_refused(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        for provider.lies in LIES.values():
            provider.asked.clear()
            refused(go(reader), 400, "did not pass our checks")
            assert "token" in provider.asked, provider.lies
        assert db.users.count_documents({}) == 1

    def test_an_id_token_without_the_providers_signature_is_refused(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        for provider.sign in FORGERIES.values():
            provider.asked.clear()
            refused(go(reader), 400, "did not pass our checks")
            assert "token" in provider.asked, provider.sign
        assert db.users.count_documents({}) == 1

    def test_claims_beside_a_missing_id_token_are_not_believed(
        self, reader: PageClient, provider: OpenIDProvider, db: Database[Row]
    ) -> None:
        claims = {"iss": provider.address, **openid_provider.ada()}
        provider.token_answer = {"id_token": None, "userinfo": claims}
        refused(go(reader), 400, "did not pass our checks")
        assert db.users.count_documents({}) == 1

    def test_userinfo_about_somebody_else_is_not_believed(
        self, reader: PageClient, provider: OpenIDProvider
    ) -> None:
        provider.in_userinfo = {"email"}
        provider.lies = {"sub": "another-person"}
        refused(go(reader), 400, "did not pass our checks")

    def test_a_redirect_from_another_provider_is_refused_before_the_code_is_used(
        self, reader: PageClient, provider: OpenIDProvider
    ) -> None:
        for issuer in ("https://other.example", "", None):
            provider.answer = {"iss": issuer}
            refused(go(reader), 400, "did not pass our checks")
        assert "token" not in provider.asked

    def test_a_provider_that_does_not_announce_its_name_need_not_send_it(
        self, reader: PageClient, provider: OpenIDProvider
    ) -> None:
        provider.metadata = {"authorization_response_iss_parameter_supported": None}
        provider.answer = {"iss": None}
        assert go(reader).status == 303

    def test_an_answer_that_another_browser_asked_for_is_refused(
        self, reader: PageClient, provider: OpenIDProvider
    ) -> None:
        address = at_provider(PageClient(reader.app))
        refused(come_back(reader, address), 400, "not begun in this browser")
        assert "token" not in provider.asked

    def test_an_answer_counts_once(self, reader: PageClient, provider: OpenIDProvider) -> None:
        provider.lies = {"aud": "other"}
        address = at_provider(reader)
        refused(come_back(reader, address), 400, "did not pass our checks")
        provider.lies = {}
        refused(come_back(reader, address), 400, "not begun in this browser")
        address = at_provider(reader)
        provider.answer = {"code": None, "error": "access_denied"}
        refused(come_back(reader, address), 403, "declined")
        provider.answer = {}
        refused(come_back(reader, address), 400, "not begun in this browser")

    def test_an_answer_after_ten_minutes_is_refused(
        self, reader: PageClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.auth.pending.PendingSignIns.expires_in", -1)
        refused(come_back(reader, at_provider(reader)), 400, "more than ten minutes ago")

    def test_an_answer_that_nobody_asked_for_is_refused(self, reader: PageClient) -> None:
        for query in ("", "?code=x", "?state=x", "?error=access_denied", "?code=x&state=x&iss=x"):
            refused(reader.get(f"{BUTTON}/callback{query}"), 400, "Begin again")

    def test_too_many_answers_have_to_wait_and_are_not_lost(
        self, portal: Portal, provider: OpenIDProvider
    ) -> None:
        reader = PageClient(portal(token_rate_limit=1))
        reader.get(f"{BUTTON}/callback")
        address = at_provider(reader)
        seen = come_back(reader, address)
        refused(seen, 429, "Try again in")
        assert 0 < int(seen.headers["Retry-After"]) <= 60
        with clock.frozen(clock.now() + timedelta(minutes=2)):
            assert come_back(reader, address).status == 303

    def test_a_code_that_was_stolen_is_of_no_use(self, reader: PageClient) -> None:
        stolen = parse_qs(urlsplit(at_provider(PageClient(reader.app))).query)
        address = at_provider(reader)
        own = parse_qs(urlsplit(address).query)
        assert own["code_challenge"] != stolen["code_challenge"]
        swapped = address.replace(own["code_challenge"][0], stolen["code_challenge"][0])
        refused(come_back(reader, swapped), 400, "did not pass our checks")

    def test_who_says_no_at_the_provider_is_told_what_to_do(
        self, reader: PageClient, provider: OpenIDProvider
    ) -> None:
        words = "<b>Call 0900-1234</b>"
        provider.answer = {"code": None, "error": "access_denied", "error_description": words}
        seen = go(reader)
        refused(seen, 403, "You or your sign-in provider declined")
        assert "0900" not in seen.html
        provider.answer = {"code": None, "error": "temporarily_unavailable"}
        refused(go(reader), 403, "could not complete")
        provider.answer = {"code": None}
        refused(go(reader), 400, "did not pass our checks")


class TestProviderAway:
    """The portal waits a little, says so, and lets people in by password."""

    @pytest.mark.parametrize("endpoint", ["openid-configuration", "token", "keys"])
    def test_a_provider_that_hangs_is_not_waited_for(
        self,
        portal: Portal,
        provider: OpenIDProvider,
        monkeypatch: pytest.MonkeyPatch,
        endpoint: str,
    ) -> None:
        monkeypatch.setattr("portal.auth.connection.TIMEOUT", 1.5)
        provider.hangs = {endpoint}
        reader = PageClient(portal())
        start = f"{BUTTON}?next=/customers"
        seen = reader.get(start) if endpoint == "openid-configuration" else go(reader, start)
        refused(seen, 503, "does not answer as it should")
        assert endpoint in provider.asked
        assert reader.send(seen, email=create_user().email, password=PASSWORD).status == 303

    def test_few_threads_wait_for_it_at_once(
        self, portal: Portal, provider: OpenIDProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.auth.connection.MOST_WAITING", 1)
        provider.hangs = {"token"}
        app = portal()
        readers = [PageClient(app) for _ in range(3)]
        addresses = [at_provider(reader) for reader in readers]
        with ThreadPoolExecutor(3) as pool:
            pages = [pool.submit(come_back, *pair) for pair in zip(readers, addresses, strict=True)]
            for page in islice(as_completed(pages), 2):
                refused(page.result(), 503, "does not answer as it should")
            provider.released.set()
        assert sorted(page.result().status for page in pages) == [303, 503, 503]
        assert provider.asked.count("token") == 1

    def test_a_dead_provider_does_not_keep_people_from_signing_in(
        self, portal: Portal, settings: Settings
    ) -> None:
        reader = PageClient(portal(oidc_issuer="http://127.0.0.1:9"))
        assert reader.get("/sign-in").status == 200
        refused(reader.get(BUTTON), 503, "Sign in with your password")
        reader.sign_in(create_user())

    def test_a_dead_provider_is_not_asked_at_every_click(
        self, portal: Portal, provider: OpenIDProvider
    ) -> None:
        provider.metadata = {"issuer": "https://other.example"}
        reader = PageClient(portal())
        for _ in range(3):
            refused(reader.get(BUTTON), 503, "administrator finds the reason in the log")
        assert provider.asked == ["openid-configuration"]
        provider.metadata = {}
        reader.app.extensions["duebill.oidc"]._ask_at = 0  # ten seconds later
        assert go(reader).status == 303

    def test_a_provider_that_is_not_safe_to_use_is_not_used(
        self, portal: Portal, provider: OpenIDProvider
    ) -> None:
        unsafe: list[dict[str, Any]] = [
            {"issuer": None},
            {"authorization_endpoint": None},
            {"token_endpoint": "http://id.example.com/token"},
            {"jwks_uri": "ftp://127.0.0.1/keys"},
            {"userinfo_endpoint": 7},
            {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        ]
        for provider.metadata in unsafe:
            app = portal()
            app.extensions.pop("duebill.oidc", None)
            refused(PageClient(app).get(BUTTON), 503, "does not answer as it should")

    @pytest.mark.parametrize("endpoint", ["openid-configuration", "token", "keys", "userinfo"])
    def test_it_is_not_followed_elsewhere(
        self, reader: PageClient, provider: OpenIDProvider, endpoint: str
    ) -> None:
        provider.redirects, provider.in_userinfo = {endpoint}, {"email"}
        seen = reader.get(BUTTON) if endpoint == "openid-configuration" else go(reader)
        assert seen.status in {400, 503}
        assert provider.asked.count(endpoint) == 1

    def test_a_provider_may_want_the_clients_secret_in_the_form(
        self, reader: PageClient, provider: OpenIDProvider
    ) -> None:
        provider.client_authentication = "client_secret_post"
        assert go(reader).status == 303

    def test_new_keys_are_fetched_when_one_is_not_known(
        self, reader: PageClient, provider: OpenIDProvider
    ) -> None:
        go(reader)
        provider.rotate()
        provider.asked.clear()
        for _ in range(2):
            assert go(PageClient(reader.app)).status == 303
        assert provider.asked == ["authorize", "token", "keys", "authorize", "token"]


def test_a_wrong_client_secret_is_the_administrators_matter(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    reader = PageClient(portal(oidc_client_secret="wrong"))
    refused(go(reader), 400, "did not pass our checks")
    assert "invalid_client" in caplog.text


def test_no_secret_is_written_to_the_log(
    reader: PageClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        address = at_provider(reader)
        with reader.browser.session_transaction() as session:
            (asked,) = [v["data"] for k, v in session.items() if k.startswith("_state_")]
        come_back(reader, address)
    assert asked["code_verifier"] not in caplog.text
    assert CLIENT_SECRET not in caplog.text
    assert "access-token" not in caplog.text


def test_who_is_signed_in_is_not_asked_again(reader: PageClient) -> None:
    go(reader)
    assert reader.follow(reader.get(BUTTON)).to == "/"


def test_who_has_no_password_is_told_so(reader: PageClient) -> None:
    go(reader)
    assert "have no password" in reader.get("/profile").text


def test_a_linked_users_role_is_said_to_be_the_providers(
    reader: PageClient, db: Database[Row]
) -> None:
    go(reader)
    user: User = get_user(only_user(db)["_id"])
    assert "Set anew by the provider" in reader.get(f"/users/{user.id}/edit").text
