"""Signatures, judged by a receiver's library that we did not write; secrets and their overlap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from billing import clock, sealing
from billing.sealing import SealBroken, seal, unseal
from billing.webhooks.message import headers_of
from billing.webhooks.secret_keys import ending, live, make_secret, signing_keys

BODY = '{"type":"invoice.paid","data":{"name":"Ærø & Søn"}}'


@pytest.fixture(autouse=True)
def secret_key() -> Iterator[None]:
    sealing.use_secret("kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe")
    yield
    sealing.use_secret("kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe")


def test_a_receiver_verifies_what_was_signed() -> None:
    secret = make_secret()
    headers = headers_of("evt_1", BODY, clock.wall_clock(), [secret.text])
    assert Webhook(secret.text).verify(BODY, headers)["type"] == "invoice.paid"
    for changed, its_headers in [
        (BODY.replace("paid", "void"), headers),
        (BODY, {**headers, "webhook-id": "evt_2"}),
        (BODY, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}),
    ]:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret.text).verify(changed, its_headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(make_secret().text).verify(BODY, headers)


def test_during_an_overlap_either_secret_verifies() -> None:
    old, new, now = make_secret(), make_secret(), clock.wall_clock()
    kept = [new.row, *ending([old.row], now, timedelta(hours=1))]
    headers = headers_of("evt_1", BODY, now, signing_keys(kept, now))
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (old, new):
        Webhook(secret.text).verify(BODY, headers)
    later = now + timedelta(hours=1, seconds=1)
    headers = headers_of("evt_1", BODY, now, signing_keys(kept, later))
    Webhook(new.text).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old.text).verify(BODY, headers)


def test_an_overlap_makes_no_secret_live_longer() -> None:
    now = clock.wall_clock()
    first = ending([make_secret().row], now, timedelta(hours=1))
    assert ending(first, now, timedelta(hours=9)) == first
    assert ending(first, now, timedelta()) == []
    assert live(first, now + timedelta(minutes=61)) == []


def test_secrets_are_kept_sealed_and_made_of_32_random_bytes() -> None:
    secret = make_secret()
    assert secret.text.startswith("whsec_")
    assert len(secret.text) == len("whsec_") + 44
    assert secret.text not in str(secret.row)
    assert signing_keys([secret.row], clock.wall_clock()) == [secret.text]
    assert make_secret().text != secret.text


def test_what_was_sealed_needs_the_same_key_and_purpose() -> None:
    sealed = seal("word", "one purpose")
    assert unseal(sealed, "one purpose") == "word"
    with pytest.raises(SealBroken):
        unseal(sealed, "another")
    sealing.use_secret("another secret key, as long as need be")
    with pytest.raises(SealBroken):
        unseal(sealed, "one purpose")
