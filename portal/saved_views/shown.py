"""Saved views as pages show them."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from billing.actors import current_actor
from billing.database import Row
from billing.saved_views.models import EVERYBODY
from portal.lists.addresses import arguments_of
from portal.lists.narrowing import Chip, chips_of
from portal.lists.staff_list import StaffList
from portal.values import within, words


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as its list's page of views shows it."""

    row: Row
    url: str
    filters: list[Chip]
    is_shared: bool
    is_default: bool


def shown(of: StaffList, row: Row) -> Shown:
    """For the present reader."""
    is_default = current_actor().id in row["default_of"]
    url, filters = address_of_view(of, row["query"]), in_words(of, row["query"])
    return Shown(row, url, filters, row["owner_id"] == EVERYBODY, is_default)


def address_of_view(of: StaffList, query: str) -> str:
    """Where the list shows what a view says."""
    arguments: dict[str, Any] = arguments_of(query, of.filters)
    return url_for(f"{of.name}.index", **arguments)


def in_words(of: StaffList, query: str) -> list[Chip]:
    """What a view says."""
    found = arguments_of(query, of.filters)
    sort = found.pop("sort", "")
    chips = list(chips_of(found, of.names, ()))
    return [*chips, Chip("sort", gettext("Sorted by"), _order(sort))] if sort else chips


def _order(sort: str) -> str:
    """`-due_date` → `due date, descending`."""
    column = within(words(sort.removeprefix("-")))
    if not sort.startswith("-"):
        return column
    return str(gettext("%(column)s, descending", column=column))
