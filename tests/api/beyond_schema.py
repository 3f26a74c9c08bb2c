"""What may be refused as invalid although the document allows it."""

from __future__ import annotations

import re
from typing import Any

import schemathesis

# Rules that JSON Schema has no words for, or that would need a list of hundreds of names.
_BEYOND_SCHEMA = (
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
    "names no type of event",
    "must be from from_seq to",
    "from must not be after",
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
    "customer_role is only allowed for the role customer",
    "A new user needs a password",
    "password is chosen by who is invited",
    "can sign in already and cannot be invited",
    "Give them a password, or leave them invited",
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
    """A check: what the document allows is refused only by a rule of the list above."""
    mode = case.meta.generation.mode if case.meta else None
    if response.status_code != 422 or mode is None or not mode.is_positive:
        return
    told = response.json()
    if told["code"] == "invalid":
        # A field that may be a number or text is told what it lacks as either of them.
        excused = {error["field"] for error in told["errors"] if _is_beyond(error["message"])}
        wrong = [error for error in told["errors"] if error["field"] not in excused]
        assert not wrong, f"the document allows what is refused: {wrong}"
        assert told["errors"]


def _is_beyond(message: str) -> bool:
    return any(re.search(rule, message) for rule in _BEYOND_SCHEMA)
