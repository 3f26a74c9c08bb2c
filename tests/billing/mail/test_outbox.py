"""Mail is queued with what it is about, or not at all, and never twice under one key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pymongo.database import Database

from billing.database import Row
from billing.mail.errors import AddressUnusable
from billing.mail.outbox import queue_mail
from billing.transactions import in_transaction

LINK = "https://billing.example.com/links/s3cr3t"


def queue(kind: str = "reminder", **values: Any) -> str:
    usual: dict[str, Any] = {
        "to": "ada@example.com",
        "language": "en",
        "facts": {"number": "INV-1"},
    }
    return queue_mail(kind, **{**usual, **values})


def test_it_waits_in_the_outbox(db: Database[Row]) -> None:
    facts = {"number": "INV-1", "amount": [4900, "EUR"], "due_date": "2026-12-01"}
    id_ = queue(facts=facts, about="inv_1", document=("invoice", "inv_1"))
    row = db.mails.find_one({"_id": id_}) or {}
    assert row["status"] == "waiting"
    assert row["facts"] == facts
    assert (row["about"], row["document"]) == ("inv_1", ["invoice", "inv_1"])


def test_what_is_rolled_back_takes_its_mail_along(db: Database[Row]) -> None:
    def fails() -> None:
        queue(once="one")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        in_transaction(fails)
    assert db.mails.count_documents({}) == 0


def test_a_key_counts_once_also_for_many_at_the_same_time(db: Database[Row]) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(
            pool.map(lambda _: in_transaction(lambda: queue(once="receipt:pay_1")), range(16))
        )
    assert len(ids) == 1
    assert db.mails.count_documents({}) == 1
    assert queue(once="receipt:pay_2") not in ids


def test_a_link_that_lets_somebody_in_is_stored_sealed(db: Database[Row]) -> None:
    queue("sign_in_link", facts={"link": LINK, "minutes": 15})
    row = db.mails.find_one() or {}
    assert row["facts"] == {"minutes": 15}
    assert row["sealed"]
    assert "s3cr3t" not in str(row)


@pytest.mark.parametrize(
    "to", ["", "ada", "ada@", "a@b\nBcc: c@d", "a@b, c@d", "<a@b>", "a b@c", "a@b\r", "a@b@c"]
)
def test_an_address_is_one_address(db: Database[Row], to: str) -> None:
    with pytest.raises(AddressUnusable) as refused:
        queue(to=to)
    assert refused.value.field == "to"


@pytest.mark.parametrize(
    ("kind", "facts"),
    [("reminder", {"weather": "fine"}), ("reminder", {"number": 7}), ("sign_in_link", {})],
)
def test_a_kind_knows_its_facts(db: Database[Row], kind: str, facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"kind|must be"):
        queue(kind, facts=facts)
