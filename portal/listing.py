"""A list: filters, search and sort live in the URL, pages follow each other by cursor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from billing.errors import Invalid
from billing.pages import MAX_COUNT, Page
from portal.bulk.acts import BulkAct
from portal.languages.saying import said
from portal.lists.addresses import asked
from portal.lists.narrowing import Chip, Field
from portal.lists.nouns import many, one
from portal.lists.view_tabs import ViewTabs
from portal.shell import htmx
from portal.values import quantity

RESULTS = "results"  # the id of the part that a search replaces
_EMPTY = Page(items=[], has_more=False, next_cursor=None, total=0, total_capped=False)


@dataclass(slots=True)
class Listing:
    """One page of rows and the addresses that lead on from it."""

    page: Page
    values: dict[str, str]
    sort: str
    cursor: str = ""
    error: str = ""
    noun: str = "rows"
    export: str = ""
    """The endpoint of its table, where there is one."""
    fields: list[Field] = field(default_factory=list)
    """What else it can be narrowed by, in the form above it."""
    chips: list[Chip] = field(default_factory=list)
    views: ViewTabs | None = None
    carried: dict[str, str] = field(default_factory=dict)
    """What its addresses carry along that narrows nothing."""
    acts: Sequence[BulkAct] = ()
    """What can be done with many of its rows."""

    @property
    def items(self) -> list[dict[str, Any]]:
        return self.page.items

    @property
    def is_filtered(self) -> bool:
        return any(self.values.values())

    @property
    def total(self) -> str:
        """`1,234`, or `10,000+` where counting stopped."""
        return f"{quantity(MAX_COUNT)}+" if self.page.total_capped else quantity(self.page.total)

    @property
    def said(self) -> str:
        """`1,234 invoices`, for who hears and does not see that the rows are others."""
        if self.error:
            return self.error
        if not self.items:
            return str(gettext("No %(rows)s", rows=many(self.noun)))
        return self.counted(self.noun)

    def counted(self, rows: str) -> str:
        """`1,234 invoices`, `1 invoice`."""
        noun = one(rows) if self.total == "1" else many(rows)
        return f"{self.total} {noun}"

    def url(self, **changes: str | None) -> str:
        """This list with other filters or sort; its pages begin anew unless a cursor is given."""
        whole = self.views.whole if self.views and not self._asking(changes) else {}
        return self._at(request.endpoint or "", **changes, **whole)

    @property
    def acts_url(self) -> str:
        """Where what was chosen is sent, with the filters under which it was chosen."""
        return self._at(f"{request.blueprint}.bulk")

    @property
    def whole_url(self) -> str:
        """All rows of this list."""
        return self.url(**dict.fromkeys(self.values, ""), sort="")

    @property
    def export_url(self) -> str | None:
        """All rows of this list as a table for spreadsheets."""
        return self._at(self.export) if self.export and self.items else None

    def _at(self, endpoint: str, **changes: str | None) -> str:
        values: dict[str, Any] = self._asking(changes)
        return url_for(endpoint, **(request.view_args or {}), **values)

    def _asking(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        query = {**self.carried, **self.values, "sort": self.sort, **changes}
        return {name: value for name, value in query.items() if value}

    def sort_url(self, name: str) -> str:
        """The same list by another column, or the other way round."""
        return self.url(sort=f"-{name}" if self.sort == name else name)

    def sorted_by(self, name: str) -> str:
        """For aria-sort."""
        return {name: "ascending", f"-{name}": "descending"}.get(self.sort, "none")

    @property
    def older_url(self) -> str | None:
        return self.url(cursor=self.page.next_cursor) if self.page.has_more else None

    @property
    def newest_url(self) -> str | None:
        return self.url() if self.cursor else None


def listing(
    query: Callable[..., Page],
    *names: str,
    fixed: Mapping[str, Any] | None = None,
    convert: Mapping[str, Callable[[str], Any]] | None = None,
) -> Listing:
    """Ask `query` for the page that the URL describes; `names` are the filters it may carry.

    `convert` turns a filter's text into what the query takes, or raises Invalid. That, and a
    cursor or sort that the list does not know, is said on the page instead of being an error.
    """
    (values, sort), cursor = asked(request.args, names), request.args.get("cursor", "")[:2000]
    found = Listing(_EMPTY, values, sort, cursor)
    try:
        filters = {n: (convert or {}).get(n, str)(v) for n, v in values.items() if v}
        found.page = query(**{**filters, **(fixed or {})}, cursor=cursor or None, sort=sort or None)
    except Invalid as error:
        found.error = said(error.message)
    return found


def respond(template: str, results: str, found: Listing, **context: Any) -> ResponseReturnValue:
    """The whole page, or only its results to a search that replaces them."""
    fragment = htmx and htmx.target == RESULTS and not htmx.history_restore_request
    status = 422 if found.error else 200
    context |= {"listing": found, "rows": results}
    if not fragment:
        return render_template(template, **context), status
    return _part(found, render_template("_shared/_rows.html", **context)), status


def _part(found: Listing, rows: str) -> str:
    """The rows, and what is said of them outside of what they replace, where it is said."""
    if not found.export:
        return rows
    said = Markup('<p id="said" hx-swap-oob="innerHTML">{}</p>').format(found.said)
    views = render_template("_shared/_views.html", listing=found)
    return f'{rows}\n{said}\n<div id="views" hx-swap-oob="innerHTML">{views}</div>'
