"""Finding tax rates."""

from collections.abc import Collection, Iterable
from typing import Unpack

from billing.database import Row, database
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.search import matching
from billing.taxes.errors import TaxRateArchived, TaxRateMissing, TaxRateNotFound
from billing.taxes.models import COLLECTION, TaxRate

SORTS = {"created_at": "_id", "name": "name_key"}
_MOST_OFFERED = 100


def find_tax_rate(tax_rate_id: str) -> TaxRate | None:
    """The tax rate, or None."""
    found: TaxRate | None = TaxRate.objects(id=tax_rate_id).first()
    return found


def get_tax_rate(tax_rate_id: str) -> TaxRate:
    """The tax rate. Raises TaxRateNotFound."""
    if (rate := find_tax_rate(tax_rate_id)) is None:
        raise TaxRateNotFound("There is no such tax rate.")
    return rate


def rates_by_id(ids: Iterable[str]) -> dict[str, Row]:
    """The rows of these tax rates, archived or not, in one query; none for unknown ids."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    return {row["_id"]: row for row in database()[COLLECTION].find({"_id": {"$in": wanted}})}


def check_rates(
    ids: Collection[str], *, kept: Collection[str] = (), field: str = "tax_rate_ids"
) -> None:
    """Raises TaxRateMissing for what is no tax rate, and TaxRateArchived for one that is
    archived and not among those `kept` from before."""
    rates = rates_by_id(ids)
    for tax_rate_id in ids:
        if tax_rate_id not in rates:
            raise TaxRateMissing("There is no tax rate %(id)s.", id=tax_rate_id, field=field)
        rate = rates[tax_rate_id]
        if rate["status"] == "archived" and tax_rate_id not in kept:
            raise TaxRateArchived(
                "The tax rate %(name)s %(percentage)s %% is archived; choose another.",
                name=rate["name"],
                percentage=rate["percentage"],
                field=field,
            )


def list_tax_rates(
    *,
    status: str | None = None,
    country: str | None = None,
    q: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Tax rates, newest first; `q` matches beginnings of words of name, country and state."""
    filters = {"status": status, "country": country}
    where: Row = {name: value for name, value in filters.items() if value is not None}
    if q:
        where |= {"_id": q.strip()} if q.strip().startswith("txr_") else matching(q)
    return paginate(COLLECTION, where, PageRequest(**page), sorts=SORTS)


def offered_rates() -> list[Row]:
    """Active tax rates by name, for choosing from."""
    found = database()[COLLECTION].find({"status": "active"}).sort("_id", -1).limit(_MOST_OFFERED)
    return sorted(found, key=lambda row: (row["name_key"], row["percentage"], row["_id"]))
