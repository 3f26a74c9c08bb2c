"""schemathesis over every operation of the OpenAPI document, with a real token and real objects."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from api.openapi.document import document
from api.routes import PREFIX, features
from api.runs.endpoints import LAUNCH_RUN
from billing.runs.run_billing import continue_run, start_run
from billing.users.tokens import Tokens
from tests.api.factories import (
    create_client,
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_meter,
    create_payment,
    create_plan,
    create_subscription,
    create_tax_rate,
    create_user,
)

EXAMPLES = 100


def known(prefix: str, *numbers: int) -> list[str]:
    """The ids of a kind's first, second … object in the seeded database."""
    return [f"{prefix}_{number:026}" for number in numbers]


SEEDED = {
    "customer_id": known("cus", 1, 2),
    "plan_id": known("plan", 1, 2),
    "subscription_id": known("sub", 1, 2),
    "invoice_id": known("inv", 1, 2),
    "payment_id": known("pay", 1, 2),
    "credit_note_id": known("cn", 1),
    "coupon_id": known("cpn", 1, 2),
    "tax_rate_id": known("txr", 1, 2),
    "meter_id": known("mtr", 1, 2),
    "user_id": known("usr", 1, 2),
    "run_id": known("run", 1),
    "client_id": known("cli", 1, 2),
}
CONFIG = {
    "generation": {"max-examples": EXAMPLES},
    "dictionaries": {name: {"values": ids} for name, ids in SEEDED.items()},
    "parameters": {
        f"{place}.{name}": {"dictionary": name, "probability": 0.8}
        for name in SEEDED
        for place in ("path", "query", "body")
    },
    # A well-formed If-Match that names another revision is rightly answered by 412; for 422 see
    # `only_for_what_a_schema_cannot_say`.
    "checks": {
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "401", "403", "404", "409", "412", "422", "429"]
        },
        # Text that is too long only by the spaces around it is trimmed and good; what is left to
        # refuse then is a stale If-Match.
        "negative_data_rejection": {
            "expected-statuses": [
                str(status)
                for status in (400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429)
            ]
        },
    },
}


class LaterApp:
    """Stands for the application while tests are collected, when there is no database yet."""

    app: Flask

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


later = LaterApp()
schema = schemathesis.openapi.from_dict(
    document(features(), PREFIX), config=SchemathesisConfig.from_dict(CONFIG)
)
schema.app = later


@schema.hook
def filter_query(_: Any, query: dict[str, Any] | None) -> bool:
    """An empty list and null are not sent at all, so nobody could refuse them."""
    return all(value not in ([], {}, None) for value in (query or {}).values())


@pytest.fixture
def seeded(app: Flask, db: Any, tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Objects under known ids; the header of an admin who is none of them."""
    later.app = app
    monkeypatch.setitem(app.extensions, LAUNCH_RUN, continue_run)
    made: dict[str, int] = defaultdict(int)

    def next_id(prefix: str) -> str:
        made[prefix] += 1
        return known(prefix, made[prefix])[0]

    with monkeypatch.context() as patch:
        patch.setattr("billing.documents.new_id", next_id)
        for cycle in ("yearly", "monthly"):
            customer, plan = create_customer(), create_plan(billing_cycle=cycle)
            create_subscription(customer_id=customer.id, plan_id=plan.id)
            create_invoice(customer_id=customer.id, draft=cycle == "monthly")
            create_user(role="viewer")
            create_meter(key=cycle)
            create_payment(amount=100)
            create_coupon()
            create_tax_rate()
            create_client()
        create_credit_note()
        start_run()
    token = tokens.issue(create_user()).access_token
    return {"Authorization": f"Bearer {token}"}


# Rules that JSON Schema has no words for, or that would need a list of hundreds of names.
BEYOND_SCHEMA = (
    "must not contain NUL characters",
    "must not contain lone surrogates",
    "must be a three-letter ISO 4217 code",
    "must be an IANA time zone",
    "must be a language tag",
    "value is not a valid email address",
    "cursor must be a next_cursor",
    "needs expand=",  # a field of what is not expanded
    "is not a field of what expand=",
    "cannot be given with after",
    "must not be negative",
    "must be (greater|less) than or equal to [12][0-9]{3}-[0-9]{2}-[0-9]{2}",
    "must not be empty",  # after its spaces are trimmed
    "must have at least 12 characters",  # the same
    "for the pricing model",  # what one model takes and another does not
    "must each have a key of their own",
    "must ascend, each day once",
    "must not begin with TEST",
    "must name each rate once",
    "invoice_prefix and credit_note_prefix must differ",
    "Tier [0-9]+ (needs an up_to|must reach further)",
    "The last tier must have no end",
    "must be in_(advance|arrears) for a charge",
    "is no meter that a charge of this plan has",
    "customer_id is required for the role customer",
    "A new user needs a password",
    "The amount is larger than an invoice can bear",
    "give either lines or an amount",
    "lines must name each line once",
    "has nothing left to credit",
    "Only .* of it is left",
    "must not be above 100",
    "must be above 0",
    "or percent_off must be given",
    "excludes percent_off",
    "must be given with an amount",
    "goes with an amount only",
    "must be given for a repeating coupon",
    "goes with a repeating coupon only",
    "must be an address such as https://app.example.com/callback",
    "must begin with https://, or with http:// for this computer only",
    "must not have a fragment",
    "must name one host",
    "grant_types of a public client cannot have client_credentials",
    "token_endpoint_auth_method is none for public clients",
    "redirect_uris are required for authorization_code",
    "refresh_token goes with authorization_code only",
)


def only_for_what_a_schema_cannot_say(_: Any, response: Any, case: schemathesis.Case) -> None:
    """What the document allows is refused as invalid only by a rule of the list above."""
    if not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    told = response.json()
    if told["code"] == "invalid":
        beyond = [e for e in told["errors"] if not _is_beyond(e["message"])]
        assert not beyond, f"the document allows what is refused: {beyond}"
        assert told["errors"]


def _is_beyond(message: str) -> bool:
    return any(re.search(rule, message) for rule in BEYOND_SCHEMA)


@pytest.mark.slow
@schema.parametrize()
@settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_operation_keeps_its_word(seeded: dict[str, str], case: schemathesis.Case) -> None:
    case.call_and_validate(headers=seeded, additional_checks=[only_for_what_a_schema_cannot_say])
