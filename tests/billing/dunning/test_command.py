"""`flask billing dunning` and `flask billing settle`, as they are typed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from billing import clock
from billing.database import Database, Row
from billing.invoices.queries import get_invoice
from billing.payments.source import PaymentSource, set_payment_source
from tests.factories import create_customer, create_invoice, create_payment

pytestmark = pytest.mark.slow


def typed(uri: str, directory: Path, *arguments: str) -> str:
    """What the command prints."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "billing", *arguments],
        env={**os.environ, "MONGODB_URI": uri, "DATA_DIR": str(directory)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def test_dunning_says_what_it_did(db: Database[Row], mongodb_uri: str, tmp_path: Path) -> None:
    payer = create_customer()
    set_payment_source(payer.id, PaymentSource(token="fake_ok"))
    paid, owed = create_invoice(customer=payer), create_invoice()
    as_of = (clock.today() + timedelta(days=14)).isoformat()
    output = typed(mongodb_uri, tmp_path, "dunning", "--as-of", as_of)
    assert output.split("\n")[:3] == [
        "  Reminded   2",
        "  Charged    1, of which 1 succeeded",
        "  Ended      0",
    ]
    assert get_invoice(paid.id).status == "paid"
    assert get_invoice(owed.id).dunning["step"] == 1
    event = db.events.find_one({"type": "invoice.reminded"}) or {}
    assert event["actor"]["name"] == "Command line"


def test_settle_finds_out_what_was_not_answered(
    db: Database[Row], mongodb_uri: str, tmp_path: Path
) -> None:
    payment = create_payment(provider="fake", reference="fake_timeout")
    assert typed(mongodb_uri, tmp_path, "settle") == "0 settled.\n"
    assert typed(mongodb_uri, tmp_path, "settle", "--older-than", "0") == "1 settled.\n"
    assert get_invoice(payment.invoice_id).status == "paid"
