"""Tax rates: what they charge never changes."""

from __future__ import annotations

import pytest

from billing.database import Database, Row
from billing.errors import Invalid, StaleRevision
from billing.inputs import merge, parse
from billing.taxes.errors import TaxRateArchived, TaxRateFixed, TaxRateMissing, TaxRateNotFound
from billing.taxes.inputs import TaxRateInput, as_input
from billing.taxes.models import TaxRate
from billing.taxes.queries import (
    check_rates,
    get_tax_rate,
    list_tax_rates,
    offered_rates,
    rates_by_id,
)
from billing.taxes.save_tax_rate import archive_tax_rate, update_tax_rate
from tests.factories import create_tax_rate

UNKNOWN = f"txr_{'0' * 26}"


def change(rate: TaxRate, **values: object) -> TaxRate:
    return update_tax_rate(rate.id, merge(TaxRateInput, as_input(rate), values))


def test_an_unknown_rate_is_not_found(db: Database[Row]) -> None:
    for get in (get_tax_rate, archive_tax_rate):
        with pytest.raises(TaxRateNotFound):
            get(UNKNOWN)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("19", "19"), ("19.00", "19"), ("8.875", "8.875"), ("0", "0"), ("100", "100")],
)
def test_a_percentage_is_kept_exactly_and_without_idle_zeros(
    db: Database[Row], typed: str, kept: str
) -> None:
    assert get_tax_rate(create_tax_rate(percentage=typed).id).percentage == kept


@pytest.mark.parametrize("typed", ["", "19 %", "-1", "100.01", "1e1", "1.00001", "NaN", "1,5"])
def test_what_is_no_percentage_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(TaxRateInput, {"name": "VAT", "percentage": typed})
    assert [error.field for error in refusal.value.errors] == ["percentage"]


@pytest.mark.parametrize(("name", "value"), [("percentage", "20"), ("inclusive", True)])
def test_what_a_rate_charges_is_fixed(db: Database[Row], name: str, value: object) -> None:
    rate = create_tax_rate()
    with pytest.raises(TaxRateFixed) as refusal:
        change(rate, **{name: value})
    assert refusal.value.field == name
    assert get_tax_rate(rate.id).row() == rate.row()


def test_name_and_place_can_be_changed(db: Database[Row]) -> None:
    rate = create_tax_rate()
    changed = change(rate, name="USt", country="DE", state="Bayern", percentage="19.0")
    assert (changed.name, changed.country, changed.state, changed.revision) == (
        "USt", "DE", "Bayern", 2,
    )  # fmt: skip
    assert [row["_id"] for row in list_tax_rates(q="bay").items] == [rate.id]
    with pytest.raises(StaleRevision):
        update_tax_rate(rate.id, as_input(changed), expected_revision=1)


def test_an_archived_rate_is_offered_no_more_but_kept_where_it_is(db: Database[Row]) -> None:
    old, new = create_tax_rate(), create_tax_rate(percentage="20")
    assert archive_tax_rate(old.id).status == "archived"
    assert [row["_id"] for row in offered_rates()] == [new.id]
    assert set(rates_by_id([old.id, new.id, UNKNOWN])) == {old.id, new.id}
    check_rates([old.id, new.id], kept=[old.id])
    with pytest.raises(TaxRateArchived, match="VAT 19 %"):
        check_rates([new.id, old.id])
    with pytest.raises(TaxRateArchived):
        archive_tax_rate(old.id)
    assert change(get_tax_rate(old.id), status="active").status == "active"


def test_what_is_no_rate_is_missing_by_name(db: Database[Row]) -> None:
    with pytest.raises(TaxRateMissing, match=UNKNOWN) as refusal:
        check_rates([UNKNOWN], field="line_items.0.tax_rate_ids")
    assert refusal.value.field == "line_items.0.tax_rate_ids"
    assert rates_by_id([]) == {}


def test_what_happened_is_recorded(db: Database[Row]) -> None:
    rate = create_tax_rate()
    change(rate, name="USt")
    archive_tax_rate(rate.id)
    types = [row["type"] for row in db.events.find({"object_id": rate.id}).sort("_id")]
    assert types == ["tax_rate.created", "tax_rate.updated", "tax_rate.archived"]
