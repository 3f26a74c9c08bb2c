"""Columns, cards and steps of the dunning board in words."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing import clock
from billing.database import Row
from billing.dunning.columns import ENDED, NEW, PAUSED
from billing.dunning.schedule import first_date
from billing.dunning.step_now import Foreseen
from billing.seller.models import Dunning
from portal.languages.saying import own_words
from portal.values import date_text, money

_ENDINGS = {
    "unpaid": lazy("the subscription becomes unpaid"),
    "cancel": lazy("the subscription is cancelled"),
    "leave": lazy("reminding ends"),
}
STATUSES = (lazy("active"), lazy("past due"), lazy("unpaid"), lazy("cancelled"))
"""Of subscriptions, as sentences say them; named here so that they are translated."""
_DONE = {
    "unpaid": lazy("Marked unpaid"),
    "cancel": lazy("Cancelled"),
    "leave": lazy("Reminded to the end"),
}


def column_title(key: str, rules: Dunning) -> str:
    """What a column is called."""
    if key == NEW:
        return str(gettext("Not reminded yet"))
    if key == PAUSED:
        return str(gettext("Paused"))
    if key == ENDED:
        return str(gettext("No further step"))
    if int(key) >= len(rules["days"]):
        return str(gettext("Last reminder sent"))
    return str(gettext("Reminder %(number)s sent", number=key))


def column_note(key: str, rules: Dunning) -> str:
    """What comes next for the invoices in a column."""
    if key == NEW:
        return (
            _reminder(1, rules) if rules["days"] else str(gettext("The settings name no reminders"))
        )
    if key == PAUSED:
        return str(gettext("Until the day that was agreed"))
    if key == ENDED:
        return str(_DONE[rules["final_action"]])
    if int(key) >= len(rules["days"]):
        return str(gettext("At last %(ending)s", ending=_ENDINGS[rules["final_action"]]))
    return _reminder(int(key) + 1, rules)


def _reminder(number: int, rules: Dunning) -> str:
    day = rules["days"][number - 1]
    return str(gettext("Reminder %(number)s on day %(day)s", number=number, day=day))


def card_of(row: Row, rules: Dunning) -> dict[str, Any]:
    """An invoice's row with what was done last and what comes next."""
    dunning, due = row.get("dunning") or {}, date.fromisoformat(row["due_date"])
    paused = dunning.get("paused")
    return {
        **row,
        "days": (clock.today() - due).days,
        "last": _last(dunning, rules),
        "next": _next(dunning, rules),
        "next_date": _next_date(dunning, due, rules),
        "paused_until": paused and paused["until"],
        "can_step": not dunning.get("ended") and bool(rules["days"] or dunning.get("step")),
    }


def foreseen_lines(found: Foreseen, currency: str, rules: Dunning) -> list[str]:
    """What taking the step will do, in sentences."""
    lines = []
    if found.step.kind == "reminded":
        reminded = gettext(
            "Reminder %(number)s of %(count)s is recorded and sent. "
            "What follows is due on %(day)s.",
            number=found.dunning["step"],
            count=len(rules["days"]),
            day=date_text(found.dunning["next_date"]),
        )
        lines.append(reminded)
    else:
        ending = _ENDINGS[rules["final_action"]]
        lines.append(gettext("This is the last step: %(ending)s.", ending=ending))
    if found.charge is not None:
        charged = money(found.charge, currency)
        lines.append(gettext("%(amount)s is charged to the customer's own source.", amount=charged))
    if found.statuses and found.statuses[0] != found.statuses[1]:
        before, after = (own_words(status.replace("_", " ")) for status in found.statuses)
        lines.append(
            gettext(
                "The subscription, which is %(before)s, is %(after)s from then on.",
                before=before,
                after=after,
            )
        )
    return lines


def _last(dunning: Row, rules: Dunning) -> str:
    if dunning.get("ended"):
        return str(_DONE[rules["final_action"]])
    step = dunning.get("step")
    return str(gettext("Reminder %(number)s", number=step)) if step else ""


def _next(dunning: Row, rules: Dunning) -> str:
    step = dunning.get("step", 0)
    if dunning.get("ended") or not (rules["days"] or step):
        return ""
    if step >= len(rules["days"]):
        ending = str(_ENDINGS[rules["final_action"]])
        return ending[:1].upper() + ending[1:]
    return str(gettext("Reminder %(number)s", number=step + 1))


def _next_date(dunning: Row, due: date, rules: Dunning) -> str | None:
    if dunning:
        return dunning.get("next_date")
    first = first_date(due, rules["days"])
    return first.isoformat() if first else None
