"""The settings: defaults, changes with their event, and what they decide."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from billing.database import Row
from billing.errors import Invalid, StaleRevision
from billing.inputs import parse
from billing.invoices.finalize import finalize_invoice
from billing.invoices.numbering import credit_note_series, invoice_series
from billing.seller import current_seller
from billing.seller.inputs import SettingsInput, as_input
from billing.seller.models import settings_row
from billing.seller.save_settings import save_settings
from billing.taxes.errors import TaxRateArchived, TaxRateMissing
from billing.taxes.save_tax_rate import archive_tax_rate
from tests.factories import create_customer, create_invoice, create_tax_rate


def save(**values: Any) -> Row:
    return save_settings(parse(SettingsInput, {"name": "Duebill Ltd", **values}))


def test_before_the_first_save_the_defaults_hold(db: Database[Row]) -> None:
    seller = current_seller()
    assert seller["invoice_prefix"] == "INV"
    usual = {"days": [0, 3, 7, 14], "final_action": "unpaid", "automatic": True}
    assert seller["dunning"] == usual
    assert not seller["mails"]["invoices"], "nobody's runs begin to mail by themselves"
    assert set(seller["change_defaults"].values()) == {"create_prorations"}
    assert db.settings.count_documents({}) == 0


def test_what_is_saved_is_current_and_leaves_an_event(db: Database[Row]) -> None:
    dunning = {"days": [5], "final_action": "cancel", "automatic": False}
    save(tax_id="DE123456789", dunning=dunning, mails={"invoices": True})
    assert current_seller()["name"] == "Duebill Ltd"
    assert current_seller()["dunning"] == dunning
    assert current_seller()["mails"]["invoices"]
    event = db.events.find_one({"type": "settings.updated"})
    assert event is not None
    assert event["changes"]["tax_id"] == [None, "DE123456789"]
    assert event["changes"]["name"] == ["Your company", "Duebill Ltd"]
    assert "invoice_prefix" not in event["changes"]


def test_the_input_of_the_settings_makes_them_again(db: Database[Row]) -> None:
    before = save(address={"city": "Ulm", "country": "DE"}, timezone="Europe/Berlin")
    after = save_settings(as_input(settings_row()), before["revision"])
    told = {"revision", "updated_at"}
    assert {n: v for n, v in after.items() if n not in told} == {
        n: v for n, v in before.items() if n not in told
    }


def test_a_stale_revision_changes_nothing(db: Database[Row]) -> None:
    seen = settings_row()["revision"]
    save()
    with pytest.raises(StaleRevision):
        save_settings(parse(SettingsInput, {"name": "Too late"}), seen)
    assert current_seller()["name"] == "Duebill Ltd"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"invoice_prefix": "inv"}, "invoice_prefix"),
        ({"invoice_prefix": "A-B"}, "invoice_prefix"),
        ({"credit_note_prefix": "TESTINV"}, "credit_note_prefix"),
        ({"credit_note_prefix": "INV"}, ""),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"payment_terms_days": 400}, "payment_terms_days"),
        ({"number_reset": "monthly"}, "number_reset"),
        ({"dunning": {"days": [3, 3]}}, "dunning.days"),
        ({"dunning": {"days": [-1]}}, "dunning.days.0"),
        ({"dunning": {"final_action": "shout"}}, "dunning.final_action"),
        ({"change_defaults": {"upgrade": "maybe"}}, "change_defaults.upgrade"),
    ],
)
def test_what_cannot_be_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(SettingsInput, {"name": "Duebill Ltd", **values})
    assert [error.field for error in refused.value.errors] == [field]


def test_default_rates_must_be_there_and_not_archived_when_chosen(db: Database[Row]) -> None:
    kept, archived, unknown = create_tax_rate().id, create_tax_rate().id, f"txr_{'0' * 26}"
    archive_tax_rate(archived)
    save(default_tax_rate_ids=[kept])
    for refusal, chosen in ((TaxRateArchived, archived), (TaxRateMissing, unknown)):
        with pytest.raises(refusal) as refused:
            save(default_tax_rate_ids=[kept, chosen])
        assert refused.value.field == "default_tax_rate_ids"
    archive_tax_rate(kept)
    save(default_tax_rate_ids=[kept], timezone="Europe/Berlin")
    assert current_seller()["default_tax_rate_ids"] == [kept]


def test_new_customers_get_the_sellers_terms_and_zone(db: Database[Row]) -> None:
    save(payment_terms_days=30, timezone="Europe/Berlin")
    plain = create_customer()
    assert plain.preferences.payment_terms_days == 30
    assert plain.preferences.timezone == "Europe/Berlin"
    told = create_customer(preferences={"timezone": "UTC"})
    assert told.preferences.timezone == "UTC"
    assert told.preferences.payment_terms_days == 30


def test_series_begin_anew_each_year_or_never(db: Database[Row]) -> None:
    save()
    seller = current_seller()
    assert invoice_series(seller, "2026-11-23") == "INV-2026"
    assert credit_note_series(seller, "2026-11-23") == "CN-2026"
    save(number_reset="never")
    assert invoice_series(current_seller(), "2026-11-23") == "INV"


def test_a_series_that_never_begins_anew_counts_for_itself(db: Database[Row]) -> None:
    create_invoice()
    save(number_reset="never")
    drafts = [create_invoice(draft=True) for _ in range(2)]
    numbers = [finalize_invoice(draft.id).number for draft in drafts]
    assert numbers == ["INV-000001", "INV-000002"]
    save(number_reset="yearly")
    assert create_invoice().number.endswith("-000002")


def test_an_issued_invoice_keeps_the_seller_as_it_was(db: Database[Row]) -> None:
    invoice = create_invoice()
    save(tax_id="GB1")
    stored = db.invoices.find_one({"_id": invoice.id})
    assert stored is not None
    assert stored["seller"]["name"] == "Your company"
    assert create_invoice().seller["tax_id"] == "GB1"
