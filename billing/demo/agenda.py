"""A made-up past, lived day by day: what is to happen when, and the clock to go with it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from billing import clock

Action = Callable[[], None]

# From here on it is the same date from New York to Tokyo.
_MORNING = time(9, 30, tzinfo=UTC)


class Agenda:
    """Things to do, each on its day, in the order in which they were put there."""

    def __init__(self, first: date, last: date) -> None:
        self.day, self.last = first, last
        self._days: defaultdict[date, list[Action]] = defaultdict(list)

    def put(self, day: date, action: Action) -> None:
        """Do `action` on `day`, tomorrow at the earliest; never if that is after the last day."""
        self._days[max(day, self.day + timedelta(days=1))].append(action)

    def live(self, every_day: Action, on_progress: Callable[[int, int], None]) -> None:
        """Live every day to the last: what is on the agenda, then `every_day`, half a minute
        apart. `on_progress(done, total)` counts days."""
        total = (self.last - self.day).days
        for done in range(total):
            self.day += timedelta(days=1)
            for number, action in enumerate([*self._days.pop(self.day, []), every_day]):
                with clock.frozen(moment(self.day, number)):
                    action()
            on_progress(done + 1, total)


def moment(day: date, number: int = 0) -> datetime:
    """The instant at which the `number`th thing of a day happens."""
    return datetime.combine(day, _MORNING) + timedelta(seconds=30 * number)
