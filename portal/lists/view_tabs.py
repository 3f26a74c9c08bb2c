"""The saved views of a list as tabs above it, and the view that it opens with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, request, url_for

from billing.actors import current_actor
from billing.database import Row
from billing.saved_views.queries import list_views
from portal.lists.addresses import arguments_of, asked, query_of
from portal.shell import htmx

WHOLE = {"view": "all"}
"""In the address of a list with a default view, where all its rows are wanted."""


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ViewTabs:
    """`whole` is what the address of all rows carries, so that it does not lead to the default."""

    tabs: list[Tab]
    whole: Mapping[str, str]
    save_url: str | None
    manage_url: str


def view_tabs(name: str, filters: Mapping[str, Any]) -> ViewTabs:
    """The tabs of the list `name` for the present address.

    A bare address leads on to the default view of the reader: what is shown is always what the
    address says.
    """
    rows = list_views(name)
    present = query_of(*asked(request.args, filters))
    default = next((row for row in rows if current_actor().id in row["default_of"]), None)
    if default and not request.args and not htmx and _arguments(default, filters):
        abort(redirect(_url(name, default, filters), 302))
    tabs = [_tab(name, row, filters, present) for row in rows]
    is_kept = any(tab.is_current for tab in tabs)
    return ViewTabs(
        tabs=tabs,
        whole=WHOLE if default else {},
        save_url=None if is_kept or not present else _save_url(name, present, filters),
        manage_url=url_for("saved_views.index", list=name),
    )


def _tab(name: str, row: Row, filters: Mapping[str, Any], present: str) -> Tab:
    arguments = _arguments(row, filters)
    same = query_of(arguments, arguments.get("sort", "")) == present
    return Tab(row["name"], _url(name, row, filters), same)


def _arguments(row: Row, filters: Mapping[str, Any]) -> dict[str, str]:
    return arguments_of(row["query"], filters)


def _url(name: str, row: Row, filters: Mapping[str, Any]) -> str:
    arguments: dict[str, Any] = _arguments(row, filters)
    return url_for(f"{name}.index", **arguments or WHOLE)


def _save_url(name: str, present: str, filters: Mapping[str, Any]) -> str:
    arguments: dict[str, Any] = arguments_of(present, filters)
    return url_for("saved_views.create", list=name, **arguments)
