"""One list of staff: what it asks, by what it can be narrowed, and what it exports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from billing.pages import Page
from billing.selections import Selection, selection_of
from portal.bulk.acts import BulkAct
from portal.listing import Listing, listing
from portal.lists.addresses import asked
from portal.lists.columns import Column
from portal.lists.filters import day, moment
from portal.lists.narrowing import Field, Names, chips_of, label_of
from portal.lists.nouns import many, one
from portal.lists.view_tabs import view_tabs
from portal.template_helpers import may


@dataclass(frozen=True, slots=True)
class StaffList:
    """`name` is its blueprint's, whose views `index` and `export` are its page and its table.

    `filters` maps each name that the address may carry to what makes the query's value of it.
    """

    name: str
    rows: str
    """What its rows are, as people say it: one of portal.lists.nouns."""
    scope: str
    query: Callable[..., Page]
    filters: Mapping[str, Callable[[str], Any]]
    columns: Sequence[Column]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Filters that the form above the list offers, with what to choose from, if not typed."""
    shown: frozenset[str] = frozenset({"q", "status"})
    """Filters that tabs or fields of the page show."""
    names: Mapping[str, Names] = field(default_factory=dict)
    """What the ids in a filter are called."""
    acts: Sequence[BulkAct] = ()
    """What can be done with many of its rows, by who has `acts_scope`."""
    acts_scope: str = ""

    @property
    def noun(self) -> str:
        """What its rows are, in the reader's language."""
        return many(self.rows)

    @property
    def one(self) -> str:
        """What one of its rows is."""
        return one(self.rows)

    @property
    def title(self) -> str:
        """As its page's heading says."""
        return self.noun[:1].upper() + self.noun[1:]

    def page(self) -> Listing:
        """The page that the address describes."""
        views = view_tabs(self.name, self.filters)
        found = listing(self.query, *self.filters, fixed=self.fixed, convert=self.filters)
        found.views = views
        found.export = f"{self.name}.export"
        found.noun = self.rows
        found.acts = self.acts if may(self.acts_scope) else ()
        found.fields = [self._field(name, options) for name, options in self.more.items()]
        found.chips = list(chips_of(found.values, self.names, self.shown))
        return found

    def selection(self) -> Selection:
        """All rows that the address describes, whatever its cursor. Raises Invalid."""
        values, sort = asked(request.args, self.filters)
        return self.select(values, sort)

    def select(self, values: Mapping[str, str], sort: str) -> Selection:
        """All rows under these filters. Raises Invalid."""
        found = {name: self.filters[name](value) for name, value in values.items() if value}
        return selection_of(self.query, **{**found, **self.fixed}, sort=sort or None)

    @property
    def read(self) -> dict[str, int]:
        """What its table reads of each row."""
        return {name: 1 for column in self.columns for name in column.fields}

    def _field(self, name: str, options: Sequence[str]) -> Field:
        kind = "date" if self.filters[name] in {day, moment} else "text"
        return Field(name, label_of(name), "select" if options else kind, options)
