"""Choosing tax rates."""

from collections.abc import Iterable
from typing import Any

from flask import g
from flask_babel import gettext

from billing.taxes.queries import offered_rates, rates_by_id
from portal.forms import BoxesField
from portal.values import percentage


class TaxRatesField(BoxesField):
    """The tax rates that are offered, and archived ones where they are in use."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, _offered, _archived, **kwargs)


def rate_label(rate: dict[str, Any]) -> str:
    """`VAT 19 %`; an inclusive one says so."""
    label = f"{rate['name']} {percentage(rate['percentage'])}"
    return str(gettext("%(rate)s, inclusive", rate=label)) if rate["inclusive"] else label


def rate_labels(ids: Iterable[str]) -> dict[str, str]:
    """Id to label, of archived ones too."""
    return {tax_rate_id: rate_label(row) for tax_rate_id, row in rates_by_id(ids).items()}


def _offered() -> list[tuple[str, str]]:
    """Asked for once a request: a form has this field in each of its lines."""
    if "offered_rates" not in g:
        g.offered_rates = [(row["_id"], rate_label(row)) for row in offered_rates()]
    found: list[tuple[str, str]] = g.offered_rates
    return found


def _archived(ids: set[str]) -> list[tuple[str, str]]:
    labels = rate_labels(ids).items()
    return [(i, gettext("%(rate)s (archived)", rate=label)) for i, label in labels]
