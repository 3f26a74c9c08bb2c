"""What erasing somebody would do, holding by holding, before it is done."""

from dataclasses import dataclass
from datetime import date

from billing.database import database
from billing.pages import MAX_COUNT
from billing.personal_data.holdings import HOLDINGS, Fate
from billing.personal_data.obstacles import obstacles_to
from billing.personal_data.retention import retained
from billing.personal_data.subjects import Subject
from billing.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Part:
    """A holding that is not empty: what becomes of its `count` rows, of which `staying` keep their
    names until the day `until`. More than MAX_COUNT are not counted."""

    name: str
    fate: Fate
    count: int
    staying: int = 0
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go and what would stay; `obstacles` are what has to end before."""

    parts: list[Part]
    obstacles: list[Phrase]

    @property
    def until(self) -> date | None:
        """The day from which on nothing names them any more."""
        return max((part.until for part in self.parts if part.until), default=None)


def preview_erasure(subject: Subject, years: int) -> Preview:
    """What erase() would do now; papers are kept for `years`."""
    stays = {each.holding.name: each for each in retained(subject, years)}
    parts = []
    for holding in HOLDINGS:
        rows = database()[holding.collection]
        count = rows.count_documents(holding.where(subject), limit=MAX_COUNT)
        kept = stays.get(holding.name)
        told = (kept.count, kept.until) if kept else (0, None)
        if count:
            parts.append(Part(holding.name, holding.fate, count, *told))
    return Preview(parts, obstacles_to(subject))
