"""What ids name, beside the ids: one query for each kind that is expanded, however many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from api.references import Reference
from billing.reading import leaving_out

if TYPE_CHECKING:
    from api.answers import Resource

Row = dict[str, Any]
Expansion = dict[str, "Expansion"]
"""The references that are expanded, each with those of the object it expands to."""

MOST = 4
"""How many names can be asked for at once."""


def expandable(kind: Resource) -> list[str]:
    """What can be asked for: each reference, and each reference of what it expands to."""
    names = []
    for reference in kind.references:
        names.append(reference.name)
        names += [f"{reference.name}.{below.name}" for below in reference.kind.references]
    return names


def expansion_of(names: Iterable[str]) -> Expansion:
    """Dotted names as what is to be expanded."""
    found: Expansion = {}
    for name in names:
        head, _, rest = name.partition(".")
        below = found.setdefault(head, {})
        if rest:
            below[rest] = {}
    return found


def asked(kind: Resource, expansion: Expansion) -> Iterator[tuple[Reference, Expansion]]:
    """The references that are expanded, each with what is to be expanded of it."""
    for reference in kind.references:
        if (below := expansion.get(reference.name)) is not None:
            yield reference, below


def scopes_needed(kind: Resource, expansion: Expansion) -> Iterator[str]:
    """What reading all that is expanded needs."""
    for reference, below in asked(kind, expansion):
        yield reference.kind.scope
        yield from scopes_needed(reference.kind, below)


def expand(rows: list[Row], kind: Resource, expansion: Expansion) -> None:
    """Put what is named into shown `rows`, as its own GET shows it; null where that finds none."""
    for reference, below in asked(kind, expansion):
        ids = {row[reference.id_field] for row in rows} - {None}
        with leaving_out(()):  # theirs are wanted, whatever of the rows is not
            shown = reference.kind.found(ids) if ids else []
        expand(shown, reference.kind, below)
        by_id = {row["id"]: row for row in shown}
        for row in rows:
            row[reference.name] = by_id.get(row[reference.id_field])
