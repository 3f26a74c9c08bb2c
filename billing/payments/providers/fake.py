"""A provider for trials and tests: what happens is decided by the token, never by chance.

`fake_ok` succeeds; `fake_decline` fails; `fake_timeout` takes the money and never answers;
`fake_twice` answers and reports the same once more; `fake_late` is pending until it is confirmed
or reported; `fake_no_refund` succeeds but refuses to pay back. Its own ledger is a collection, so
that it survives the process that asked, as a real provider would.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from billing import clock
from billing.database import Row, database
from billing.payments.providers.base import (
    Order,
    Outcome,
    OutcomeStatus,
    ProviderUnreachable,
    Report,
    ReportRefused,
)
from billing.phrases import Phrase

SIGNATURE = "Fake-Signature"
_SIGNING_KEY = b"everybody knows this one"
_FATES: dict[str, tuple[str, str | None]] = {
    "fake_ok": ("succeeded", None),
    "fake_decline": ("failed", "card_declined"),
    "fake_timeout": ("succeeded", None),
    "fake_twice": ("succeeded", None),
    "fake_late": ("pending", None),
    "fake_no_refund": ("succeeded", None),
}
CARDS: dict[str, Phrase] = {
    "fake_ok": Phrase("Test card that pays"),
    "fake_decline": Phrase("Test card that is declined"),
    "fake_late": Phrase("Test card that takes its time"),
}
"""By token: what can be tried where a real provider would ask for a card."""
_UNKNOWN = ("failed", "unknown_token")
_SILENT = {"fake_timeout"}
_UNREFUNDABLE = {"fake_no_refund"}


class _Told(BaseModel):
    """The body of a report."""

    key: str
    status: OutcomeStatus
    failure_code: str | None


class FakeProvider:
    """See the module's docstring. To be called outside of transactions, like any provider."""

    def create(self, order: Order) -> Outcome:
        is_new, row = _keep(order, *_FATES.get(order.token, _UNKNOWN))
        if is_new and order.token in _SILENT:
            raise ProviderUnreachable("The fake provider does not answer.")
        return _outcome(row)

    def confirm(self, key: str) -> Outcome | None:
        row = database().fake_provider.find_one({"_id": key})
        if row and row["status"] == "pending":
            row = _arrive(key)
        return _outcome(row) if row else None

    def refund(self, order: Order) -> Outcome:
        charge = database().fake_provider.find_one({"_id": order.token}) or {}
        if charge.get("token") in _UNREFUNDABLE or charge.get("status") != "succeeded":
            return _outcome(_keep(order, "failed", "refund_refused")[1])
        return _outcome(_keep(order, "succeeded", None)[1])

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Report:
        if not hmac.compare_digest(headers.get(SIGNATURE, ""), sign(body)):
            raise ReportRefused("The report is not signed by the provider.")
        try:
            told = _Told.model_validate_json(body, strict=True)
        except ValidationError as error:
            raise ReportRefused("The report cannot be read.") from error
        return Report(told.key, Outcome(told.status, told.key, told.failure_code))

    def report(self, key: str) -> tuple[bytes, dict[str, str]]:
        """The body and headers that it would send of an order; what was late has arrived then, and
        what it never heard of has failed."""
        row = _arrive(key) or {"status": "failed"}
        told = {name: row.get(name) for name in ("status", "failure_code")}
        body = json.dumps({"key": key, **told}).encode()
        return body, {SIGNATURE: sign(body)}


def _keep(order: Order, status: str, failure: str | None) -> tuple[bool, Row]:
    """The ledger's row of an order, made once per key; whether it is new."""
    row = {
        "token": order.token,
        "amount": order.amount,
        "currency": order.currency,
        "status": status,
        "failure_code": failure,
        "created_at": clock.now(),
    }
    made = database().fake_provider.update_one(
        {"_id": order.key}, {"$setOnInsert": row, "$inc": {"asked": 1}}, upsert=True
    )
    kept = database().fake_provider.find_one({"_id": order.key})
    return made.upserted_id is not None, kept or row


def _arrive(key: str) -> Row | None:
    """A late order's money is there."""
    ledger = database().fake_provider
    ledger.update_one({"_id": key, "status": "pending"}, {"$set": {"status": "succeeded"}})
    return ledger.find_one({"_id": key})


def _outcome(row: Row) -> Outcome:
    return Outcome(row["status"], row.get("_id"), row.get("failure_code"))


def sign(body: bytes) -> str:
    """The signature of a report's body."""
    return hmac.new(_SIGNING_KEY, body, hashlib.sha256).hexdigest()
