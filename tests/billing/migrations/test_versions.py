"""Every stored document tells its version, whoever wrote it, or is of its collection's first."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from billing import sealing
from billing.customers.models import Customer
from billing.database import Database, Row
from billing.documents import Document
from billing.letters.inputs import WordingInput
from billing.letters.save_wording import save_wording
from billing.payments.models import Payment
from billing.payments.queries import get_payment
from billing.schema import MIGRATIONS, VERSIONS
from billing.seller import current_seller
from billing.seller.save_settings import write_settings
from tests.factories import create_customer, create_payment
from tests.imports import test_import, test_import_invoices
from tests.portal.believable import build

MODELS = {model._get_collection_name() for model in Document.__subclasses__()} | {"settings"}


def versions(db: Database[Row], collection: str) -> set[Any]:
    return {row.get("schema_version") for row in db[collection].find({}, {"schema_version": 1})}


def test_each_migration_makes_the_next_version_of_its_collection() -> None:
    made: dict[str, int] = {}
    for migration in MIGRATIONS:
        assert migration.makes == made.get(migration.collection, 1) + 1
        assert migration.readers < migration.number
        made[migration.collection] = migration.makes
    assert made == VERSIONS


def test_every_document_of_a_believable_business_is_of_the_newest_version(
    db: Database[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also once all models have gone through one more migration than they have today, and also
    what the run, the imports and the rows that are made without a model write."""
    sealing.use_secret("a secret key for tests, as long as need be")
    for name in MODELS:
        monkeypatch.setitem(VERSIONS, name, VERSIONS.get(name, 1) + 1)
    build()
    write_settings({"brand_color": "#1b6660"})
    save_wording("reminder", "en", WordingInput(subject="Soon", body="{{ link }}", button="Pay"))
    test_import.imported(tmp_path, test_import.GOOD)
    test_import_invoices.run(tmp_path, *test_import_invoices.ALL)
    for name in db.list_collection_names():
        assert versions(db, name) <= {VERSIONS.get(name)}, name
    assert {name for name in MODELS if db[name].find_one() is None} == set(), "each was looked at"


def test_a_collection_of_one_version_pays_nothing_for_it(db: Database[Row]) -> None:
    create_customer()
    assert versions(db, "customers") == {None}
    assert "schema_version" not in (db.customers.find_one() or {})


def test_who_changes_a_document_leaves_its_version_alone(db: Database[Row]) -> None:
    payment = create_payment()
    db.payments.update_one({"_id": payment.id}, {"$unset": {"schema_version": 1}})
    old = get_payment(payment.id)
    old.method = "cash"
    old.save()
    db.settings.insert_one({"_id": "seller", "revision": 1, "dunning": {"days": []}})
    write_settings({"brand_color": "#1b6660"})
    save_wording("reminder", "en", WordingInput(subject="Soon", body="{{ link }}", button="Pay"))
    assert versions(db, "payments") == versions(db, "settings") == {None}


def test_nobody_outside_is_told_of_versions(db: Database[Row]) -> None:
    create_payment()
    write_settings({"brand_color": "#1b6660"})
    save_wording("reminder", "en", WordingInput(subject="Soon", body="{{ link }}", button="Pay"))
    assert "schema_version" not in current_seller()
    changed = {name for row in db.events.find() for name in row.get("changes", {})}
    assert "schema_version" not in changed


def test_who_reads_a_newer_document_goes_on_and_is_found_out(
    db: Database[Row], caplog: pytest.LogCaptureFixture
) -> None:
    known = create_customer(), create_payment()
    with caplog.at_level(logging.WARNING):
        assert Customer.objects(id=known[0].id).first()
        assert get_payment(known[1].id)
        assert caplog.messages == []
        db.payments.update_many({}, {"$set": {"schema_version": VERSIONS["payments"] + 1}})
        assert [get_payment(known[1].id).amount for _ in range(2)]
        assert Payment.objects(id=known[1].id).first()
    (told,) = caplog.messages
    assert f"payments has documents of version {VERSIONS['payments'] + 1}" in told
