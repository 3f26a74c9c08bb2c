"""`fields` and `expand`: what is wanted of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.expansion import Expansion, expand, scopes_needed
from api.selection import Row, Selection, pick
from billing.actors import Actor

if TYPE_CHECKING:
    from api.answers import Resource


@dataclass(frozen=True, slots=True)
class Shaping:
    """What is wanted of the objects in an answer: `selection` None is all of their fields."""

    kind: Resource | None
    expansion: Expansion
    selection: Selection | None

    @property
    def unread(self) -> list[str]:
        """What need not be read for it."""
        if self.selection is None or self.kind is None:
            return []
        expanded = {f"{name}_id" for name in self.expansion}
        return [name for name in self.kind.dear if name not in self.selection.keys() | expanded]

    def admit(self, actor: Actor) -> None:
        """Raises ScopeMissing unless the actor may read all that is to be expanded."""
        if self.kind:
            for scope in scopes_needed(self.kind, self.expansion):
                actor.require(scope)

    def shape(self, rows: list[Row]) -> list[Row]:
        """Shown rows as they are wanted."""
        if self.kind:
            expand(rows, self.kind, self.expansion)
        return rows if self.selection is None else [pick(row, self.selection) for row in rows]
