"""What is still to happen to a subscription as things stand, and how some of it is taken back."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext, pgettext

from billing.changes.possible import Action
from billing.database import Row
from portal.subscriptions.shown import change_text
from portal.template_helpers import may
from portal.values import date_text, money


@dataclass(frozen=True, slots=True)
class Coming:
    """Something on `day` (ISO date), and the page of `label` that changes it."""

    day: str
    text: str
    url: str | None = None
    label: str = ""


def coming(row: Row, next_invoice: Row | None, possible: Collection[Action]) -> list[Coming]:
    """The latest first, so that the next one stands where the past begins."""
    if not possible:
        return []
    found = [*_course(row, possible), *_invoice(next_invoice)]
    return sorted(found, key=lambda each: each.day, reverse=True)


def _course(row: Row, possible: Collection[Action]) -> Iterator[Coming]:
    def act(action: Action, endpoint: str) -> str | None:
        allowed = action in possible and may("write:subscriptions")
        return url_for(f".{endpoint}", subscription_id=row["_id"]) if allowed else None

    if row["status"] == "trialing" and row.get("trial_end_date"):
        yield Coming(row["trial_end_date"], gettext("The trial ends"))
    if (change := row.get("pending_change")) and row.get("current_period_end"):
        text = gettext("Changes to %(terms)s", terms=change_text(change))
        url = act("revoke_change", "revoke_change")
        yield Coming(row["current_period_end"], text, url, gettext("Drop the change"))
    pause = row.get("pause") or {}
    if pause and row["status"] != "paused":
        url = act("resume", "resume")
        yield Coming(pause["from"], pgettext("coming", "Pauses"), url, gettext("Change the pause"))
    if pause.get("resumes_on"):
        yield Coming(pause["resumes_on"], gettext("Goes on after the pause"))
    if row.get("end_date"):
        yield Coming(row["end_date"], gettext("Ends"), act("keep", "keep"), gettext("Keep it"))


def _invoice(row: Row | None) -> Iterator[Coming]:
    if row:
        amount = money(row["total"], row["currency"])
        until = row.get("period_end")
        text = gettext("Invoice of %(amount)s", amount=amount)
        if until:
            text = gettext(
                "Invoice of %(amount)s for the time until %(day)s",
                amount=amount,
                day=date_text(until),
            )
        yield Coming(row["issue_date"], text, "#next-title", gettext("Look at it"))
