"""Columns, cards and steps of the dunning board in words."""

from datetime import date
from typing import Any

from billing import clock
from billing.database import Row
from billing.dunning.board import ENDED, NEW, PAUSED
from billing.dunning.schedule import first_date
from billing.dunning.step_now import Foreseen
from billing.seller.models import Dunning
from portal.template_helpers import date_text, money

_ENDINGS = {
    "unpaid": "the subscription becomes unpaid",
    "cancel": "the subscription is cancelled",
    "leave": "reminding ends",
}
_DONE = {"unpaid": "Marked unpaid", "cancel": "Cancelled", "leave": "Reminded to the end"}


def column_title(key: str, rules: Dunning) -> str:
    """What a column is called."""
    if key == NEW:
        return "Not reminded yet"
    if key == PAUSED:
        return "Paused"
    if key == ENDED:
        return "No further step"
    if int(key) >= len(rules["days"]):
        return "Last reminder sent"
    return f"Reminder {key} sent"


def column_note(key: str, rules: Dunning) -> str:
    """What comes next for the invoices in a column."""
    if key == NEW:
        days = rules["days"]
        return f"Reminder 1 on day {days[0]}" if days else "The settings name no reminders"
    if key == PAUSED:
        return "Until the day that was agreed"
    if key == ENDED:
        return _DONE[rules["final_action"]]
    if int(key) >= len(rules["days"]):
        return f"At last {_ENDINGS[rules['final_action']]}"
    return f"Reminder {int(key) + 1} on day {rules['days'][int(key)]}"


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
        said = f"Reminder {found.dunning['step']} of {len(rules['days'])} is recorded and sent."
        lines.append(f"{said} What follows is due on {date_text(found.dunning['next_date'])}.")
    else:
        lines.append(f"This is the last step: {_ENDINGS[rules['final_action']]}.")
    if found.charge is not None:
        lines.append(f"{money(found.charge, currency)} is charged to the customer's own source.")
    if found.statuses and found.statuses[0] != found.statuses[1]:
        before, after = (status.replace("_", " ") for status in found.statuses)
        lines.append(f"The subscription, which is {before}, is {after} from then on.")
    return lines


def _last(dunning: Row, rules: Dunning) -> str:
    if dunning.get("ended"):
        return _DONE[rules["final_action"]]
    step = dunning.get("step")
    return f"Reminder {step}" if step else ""


def _next(dunning: Row, rules: Dunning) -> str:
    step = dunning.get("step", 0)
    if dunning.get("ended") or not (rules["days"] or step):
        return ""
    if step >= len(rules["days"]):
        ending = _ENDINGS[rules["final_action"]]
        return ending[:1].upper() + ending[1:]
    return f"Reminder {step + 1}"


def _next_date(dunning: Row, due: date, rules: Dunning) -> str | None:
    if dunning:
        return dunning.get("next_date")
    first = first_date(due, rules["days"])
    return first.isoformat() if first else None
