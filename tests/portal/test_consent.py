"""The page on which a person lets a program act for them: asked each time, sent nowhere else."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from billing.database import Database, Row
from billing.inputs import merge
from billing.oauth.inputs import ClientInput, as_input
from billing.oauth.models import Client
from billing.oauth.revoke_client import revoke_client
from billing.oauth.update_client import update_client
from billing.settings import Settings
from billing.users.queries import list_users
from tests.factories import create_client, create_customer, create_user
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen

CALLBACK = "https://app.example.com/callback"


@pytest.fixture
def crm(db: Database[Row]) -> Client:
    return create_client(
        name="Harbour CRM",
        grant_types=["authorization_code", "refresh_token"],
        redirect_uris=[CALLBACK],
        scopes=["read:customers", "write:plans", "read:invoices"],
    )


def asking(client: Client, **changes: str | None) -> str:
    """The address that a program sends a person to; None leaves a parameter out."""
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": CALLBACK,
        "scope": "read:customers write:plans",
        "state": "a b&c=d",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        **changes,
    }
    kept = {name: value for name, value in asked.items() if value is not None}
    return f"/oauth/authorize?{urlencode(kept)}"


def decide(visitor: PageClient, address: str, decision: str = "allow") -> TestResponse:
    """Open the page and press a button of it."""
    form = visitor.get(address)
    data = {**dict(form.values()), "decision": decision}
    return visitor.browser.post(form.form().get("action", ""), data=data)


def told(answer: TestResponse) -> dict[str, str]:
    """What a redirect tells the program, after a look at where it leads."""
    assert answer.status_code == 303
    address, _, query = answer.headers["Location"].partition("?")
    assert address == CALLBACK
    return dict(parse_qsl(query))


def codes(db: Database[Row]) -> int:
    return db.oauth_codes.count_documents({})


def test_who_is_not_signed_in_does_that_first_and_comes_back(
    anonymous: PageClient, crm: Client, db: Database[Row]
) -> None:
    address = asking(crm)
    first = anonymous.get(address)
    assert first.to.startswith("/sign-in?next=")
    user = create_user()
    back = anonymous.submit(first.to, email=user.email, password="correct horse battery")
    assert back.to == address
    assert "Harbour CRM asks for access" in anonymous.follow(back).text
    assert anonymous.post(address).status == 400, "and a post without a token is nothing"
    assert codes(db) == 0


def test_the_page_says_who_asks_for_what_and_where_it_leads(
    visiting_as: Visitor, crm: Client
) -> None:
    visitor = visiting_as("viewer", name="Vera Rubin")
    seen = visitor.get(asking(crm, scope="read:customers write:plans write:invoices"))
    assert seen.title == "Harbour CRM asks for access"
    before, _, after = seen.text.partition("your account may not do")
    assert "Vera Rubin" in before
    assert "See customers" in before
    assert "Create, change and archive plans" in after
    assert "Issue, pay and void invoices" not in seen.text, "the program itself may not"
    assert "app.example.com" in after
    assert "form-action 'self' https://app.example.com;" in seen.headers["Content-Security-Policy"]
    assert seen.headers["X-Frame-Options"] == "DENY"


def test_allowing_sends_a_code_back_to_the_program(
    admin: PageClient, crm: Client, db: Database[Row], settings: Settings
) -> None:
    answer = told(decide(admin, asking(crm)))
    assert set(answer) == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("a b&c=d", settings.public_url)
    (kept,) = db.oauth_codes.find()
    assert kept["scopes"] == ["read:customers", "write:plans"]
    assert answer["code"] not in str(kept)
    event = db.events.find_one({"type": "oauth_client.authorized"})
    assert event is not None
    assert (event["object_id"], event["actor"]["name"]) == (crm.id, "Ada Admin")
    assert event["changes"] == {"scopes": [None, ["read:customers", "write:plans"]]}


def test_what_was_not_shown_is_not_allowed(
    admin: PageClient, crm: Client, db: Database[Row]
) -> None:
    form = admin.get(asking(crm, scope=None))
    more = {"scopes": [*crm.scopes, "write:invoices"]}
    update_client(crm.id, merge(ClientInput, as_input(crm), more))
    data = {**dict(form.values()), "decision": "allow"}
    told(admin.browser.post(form.form().get("action", ""), data=data))
    (kept,) = db.oauth_codes.find()
    assert kept["scopes"] == list(crm.scopes)


def test_each_code_is_another_one(admin: PageClient, crm: Client) -> None:
    assert told(decide(admin, asking(crm)))["code"] != told(decide(admin, asking(crm)))["code"]


@pytest.mark.parametrize("decision", ["deny", "", "ALLOW", "approve"])
def test_everything_but_allowing_is_a_refusal(
    admin: PageClient, crm: Client, db: Database[Row], settings: Settings, decision: str
) -> None:
    answer = told(decide(admin, asking(crm), decision))
    assert (answer["error"], answer["state"], answer["iss"]) == (
        "access_denied",
        "a b&c=d",
        settings.public_url,
    )
    assert "code" not in answer
    assert codes(db) == 0
    assert db.events.count_documents({"type": "oauth_client.authorized"}) == 0


def test_what_a_person_may_not_do_is_not_given(
    visiting_as: Visitor, crm: Client, db: Database[Row]
) -> None:
    told(decide(visiting_as("viewer"), asking(crm)))
    (kept,) = db.oauth_codes.find()
    assert kept["scopes"] == ["read:customers"]


def test_who_may_do_nothing_of_it_can_only_go_back(
    visiting_as: Visitor, crm: Client, db: Database[Row]
) -> None:
    visitor = visiting_as("viewer")
    seen = visitor.get(asking(crm, scope="write:plans"))
    assert "nothing to allow" in seen.text
    assert 'value="allow"' not in seen.html
    assert told(decide(visitor, asking(crm, scope="write:plans")))["error"] == "invalid_scope"
    assert codes(db) == 0


def test_a_customers_user_lets_it_see_their_own(
    visiting_as: Visitor, crm: Client, db: Database[Row]
) -> None:
    visitor = visiting_as("customer", customer_id=create_customer().id)
    assert "Only what belongs to your own account." in visitor.get(asking(crm)).text
    assert "code" in told(decide(visitor, asking(crm)))


def test_a_program_on_somebodys_computer_comes_back_to_its_own_port(
    admin: PageClient, db: Database[Row]
) -> None:
    app = create_client(
        type="public", grant_types=["authorization_code"], redirect_uris=["http://127.0.0.1/cb"]
    )
    address = asking(app, redirect_uri="http://127.0.0.1:51004/cb", scope=None)
    policy = admin.get(address).headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:51004;" in policy
    answer = decide(admin, address)
    assert answer.headers["Location"].startswith("http://127.0.0.1:51004/cb?code=")


def test_the_query_of_an_address_is_kept(admin: PageClient, db: Database[Row]) -> None:
    uri = "https://app.example.com/cb?tenant=7"
    client = create_client(grant_types=["authorization_code"], redirect_uris=[uri])
    answer = decide(admin, asking(client, redirect_uri=uri, scope=None))
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert set(query) == {"tenant", "code", "state", "iss"}
    assert query["tenant"] == ["7"]


def stays(admin: PageClient, address: str) -> Seen:
    """The page says what is wrong, to a reader and to a post alike; nobody is sent anywhere."""
    seen = admin.get(address)
    assert seen.status == 400
    assert "This request for access is not valid" in seen.text
    token = admin.get("/profile").values("/profile")["csrf_token"]
    posted = admin.post(address, {"csrf_token": token, "decision": "allow"})
    assert posted.status == 400
    return seen


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/callback",
        f"{CALLBACK}/",
        f"{CALLBACK}?x=1",
        f"{CALLBACK}#x",
        "https://app.example.com@evil.example/callback",
        "https://app.example.com:8443/callback",
        'https://app.example.com/"callback',
        "javascript:alert(1)",
        "https://app.example.com/cällback",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    admin: PageClient, crm: Client, db: Database[Row], uri: str
) -> None:
    for changes in ({}, {"response_type": "token"}, {"response_type": None}, {"scope": "x"}):
        seen = stays(admin, asking(crm, redirect_uri=uri, **changes))
        assert uri not in seen.text
    assert codes(db) == 0


def test_nobody_is_sent_on_for_a_client_that_is_unknown_or_revoked(
    admin: PageClient, crm: Client
) -> None:
    for client_id in ("cli_unknown", f"cli_{'0' * 26}", "", '"', "\N{SNOWMAN}"):
        stays(admin, asking(crm, client_id=client_id))
    assert "client does not exist" in stays(admin, asking(crm, client_id="cli_unknown")).text
    stays(admin, asking(crm, client_id=None))
    stays(admin, asking(crm) + f"&redirect_uri={CALLBACK}")
    revoke_client(crm.id)
    stays(admin, asking(crm))


def test_an_address_may_be_left_out_where_there_is_but_one(
    admin: PageClient, crm: Client, db: Database[Row]
) -> None:
    assert "code" in told(decide(admin, asking(crm, redirect_uri=None)))
    two = create_client(
        grant_types=["authorization_code"], redirect_uris=[CALLBACK, "https://b.example/cb"]
    )
    stays(admin, asking(two, redirect_uri=None))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"response_type": None}, "invalid_request"),
    ({"scope": "read:everything"}, "invalid_scope"),
    ({"scope": "read:users"}, "invalid_scope"),
    ({"scope": "write:invoices"}, "invalid_scope"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
]


@pytest.mark.parametrize(("changes", "error"), WRONG)
def test_a_program_that_asks_wrongly_is_told_so(
    admin: PageClient, crm: Client, settings: Settings, changes: dict[str, Any], error: str
) -> None:
    answer = told(admin.browser.get(asking(crm, **changes)))
    assert (answer["error"], answer["state"]) == (error, "a b&c=d")
    assert answer["iss"] == settings.public_url
    assert "state" not in told(admin.browser.get(asking(crm, **changes, state=None)))


def test_right_after_the_sign_in_a_page_leads_on(admin: PageClient, crm: Client) -> None:
    seen = admin.get(asking(crm, scope="x"), headers={"Sec-Fetch-Site": "same-origin"})
    assert seen.status == 400
    (onward,) = (link for link in seen.links() if link.startswith(CALLBACK))
    assert "error=invalid_scope" in onward


def test_a_client_that_only_acts_for_itself_asks_nobody(
    admin: PageClient, db: Database[Row]
) -> None:
    client = create_client(redirect_uris=[CALLBACK])
    assert told(admin.browser.get(asking(client)))["error"] == "unauthorized_client"


def test_the_page_is_for_whoever_is_signed_in_and_tells_no_one_else(
    anonymous: PageClient, crm: Client
) -> None:
    for address in (asking(crm), asking(crm, client_id="x"), asking(crm, scope="x")):
        assert anonymous.get(address).to.startswith("/sign-in?next=")
    assert list_users().items == []
