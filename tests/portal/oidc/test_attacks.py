"""What is forged, stolen or swapped is refused with the same words; the log alone says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from billing import clock
from billing.database import Database, Row
from tests import openid_provider
from tests.openid_provider import CLIENT_ID, OpenIDProvider
from tests.portal.oidc.conftest import Portal
from tests.portal.oidc.flows import BUTTON, at_provider, come_back, go, refused
from tests.portal.page_client import PageClient

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


def test_an_id_token_that_lies_is_refused(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    for provider.lies in LIES.values():
        provider.asked.clear()
        refused(go(reader), 400, "did not pass our checks")
        assert "token" in provider.asked, provider.lies
    assert db.users.count_documents({}) == 1


def test_an_id_token_without_the_providers_signature_is_refused(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    for provider.sign in FORGERIES.values():
        provider.asked.clear()
        refused(go(reader), 400, "did not pass our checks")
        assert "token" in provider.asked, provider.sign
    assert db.users.count_documents({}) == 1


def test_claims_beside_a_missing_id_token_are_not_believed(
    reader: PageClient, provider: OpenIDProvider, db: Database[Row]
) -> None:
    claims = {"iss": provider.address, **openid_provider.ada()}
    provider.token_answer = {"id_token": None, "userinfo": claims}
    refused(go(reader), 400, "did not pass our checks")
    assert db.users.count_documents({}) == 1


def test_userinfo_about_somebody_else_is_not_believed(
    reader: PageClient, provider: OpenIDProvider
) -> None:
    provider.in_userinfo = {"email"}
    provider.lies = {"sub": "another-person"}
    refused(go(reader), 400, "did not pass our checks")


def test_a_redirect_from_another_provider_is_refused_before_the_code_is_used(
    reader: PageClient, provider: OpenIDProvider
) -> None:
    for issuer in ("https://other.example", "", None):
        provider.answer = {"iss": issuer}
        refused(go(reader), 400, "did not pass our checks")
    assert "token" not in provider.asked


def test_a_provider_that_does_not_announce_its_name_need_not_send_it(
    reader: PageClient, provider: OpenIDProvider
) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": None}
    provider.answer = {"iss": None}
    assert go(reader).status == 303


def test_an_answer_that_another_browser_asked_for_is_refused(
    reader: PageClient, provider: OpenIDProvider
) -> None:
    address = at_provider(PageClient(reader.app))
    refused(come_back(reader, address), 400, "not begun in this browser")
    assert "token" not in provider.asked


def test_an_answer_counts_once(reader: PageClient, provider: OpenIDProvider) -> None:
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
    reader: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.auth.pending.PendingSignIns.expires_in", -1)
    refused(come_back(reader, at_provider(reader)), 400, "more than ten minutes ago")


def test_an_answer_that_nobody_asked_for_is_refused(reader: PageClient) -> None:
    for query in ("", "?code=x", "?state=x", "?error=access_denied", "?code=x&state=x&iss=x"):
        refused(reader.get(f"{BUTTON}/callback{query}"), 400, "Begin again")


def test_too_many_answers_have_to_wait_and_are_not_lost(
    portal: Portal, provider: OpenIDProvider
) -> None:
    reader = PageClient(portal(token_rate_limit=1))
    now = clock.now().replace(second=20)  # all within one minute
    with clock.frozen(now):
        reader.get(f"{BUTTON}/callback")
        address = at_provider(reader)
        seen = come_back(reader, address)
    refused(seen, 429, "Try again in")
    assert seen.headers["Retry-After"] == "40"
    with clock.frozen(now + timedelta(minutes=2)):
        assert come_back(reader, address).status == 303


def test_a_code_that_was_stolen_is_of_no_use(reader: PageClient) -> None:
    stolen = parse_qs(urlsplit(at_provider(PageClient(reader.app))).query)
    address = at_provider(reader)
    own = parse_qs(urlsplit(address).query)
    assert own["code_challenge"] != stolen["code_challenge"]
    swapped = address.replace(own["code_challenge"][0], stolen["code_challenge"][0])
    refused(come_back(reader, swapped), 400, "did not pass our checks")


def test_who_says_no_at_the_provider_is_told_what_to_do(
    reader: PageClient, provider: OpenIDProvider
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


def test_who_signed_in_more_weakly_than_is_asked_for_is_refused(
    portal: Portal, provider: OpenIDProvider, db: Database[Row]
) -> None:
    reader = PageClient(portal(oidc_acr_values="phr phrh"))
    asked = parse_qs(urlsplit(at_provider(reader)).query)
    assert asked["acr_values"] == ["phr phrh"]
    for acr in (None, "0", ["phr"], "phr phrh"):
        provider.lies = {"acr": acr}
        refused(go(reader), 403, "weaker than this portal asks for")
    assert db.users.count_documents({}) == 0
    provider.lies = {"acr": "phrh"}
    assert go(reader).status == 303


def test_unasked_the_providers_own_policy_decides(
    reader: PageClient, provider: OpenIDProvider
) -> None:
    assert "acr_values" not in at_provider(reader)
    provider.lies = {"acr": "0"}
    assert go(reader).status == 303
