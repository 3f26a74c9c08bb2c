"""The three steps of a bulk action, for each list that offers some."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy

from billing.bulk.carry_out import start_bulk
from billing.bulk.choose import choose_rows
from billing.bulk.foresight import Foreseen
from billing.bulk.kinds import KINDS
from billing.bulk.models import MOST_ROWS, BulkAction
from billing.bulk.queries import counts_of, foreseen, get_bulk_action, rows_of, status_of
from billing.database import Row
from portal.access import page
from portal.addresses import address_of
from portal.answers import form_page
from portal.bulk.acts import BulkAct
from portal.bulk.forms import ReasonForm, StartForm
from portal.forms import InputForm
from portal.lists.staff_list import StaffList
from portal.runs.launch import launch
from portal.shell import htmx

_GONE = Foreseen(lazy("Gone"), "", "", lazy("It is not there any more."))
_LONGEST_ID = 60


def add_bulk(blueprint: Blueprint, of: StaffList) -> None:
    """Put the steps beside the list's page on its blueprint."""
    steps = _Steps(of)
    guarded = page(of.acts_scope)
    blueprint.add_url_rule("/bulk", "bulk", guarded(steps.choose), methods=["POST"])
    one = "/bulk/<action_id>"
    blueprint.add_url_rule(one, "bulk_action", guarded(steps.show))
    blueprint.add_url_rule(one, "bulk_start", guarded(steps.start), methods=["POST"])


class _Steps:
    def __init__(self, of: StaffList) -> None:
        self.of = of
        self.acts = {act.kind: act for act in of.acts}

    def choose(self) -> ResponseReturnValue:
        """Take down which rows; they are shown next, and nothing is done yet."""
        wanted = request.form.get("act")
        act = next((each for each in self.of.acts if each.name == wanted), None) or abort(400)
        form = InputForm()
        if action := form.submit(lambda _: choose_rows(act.kind, self._ids())):
            return redirect(self._url(action), 303)
        for problem in form.problems():
            flash(problem, "error")
        back = f"{url_for(f'{self.of.name}.index')}?{urlencode(request.args)}"
        return redirect(back.rstrip("?"), 303)

    def show(self, action_id: str) -> ResponseReturnValue:
        """What would happen; after it was begun how far it is, and in the end what came of it."""
        action, act = self._action(action_id)
        return self._page(action, act, self._form(act))

    def start(self, action_id: str) -> ResponseReturnValue:
        """Begin, or go on with what was interrupted, in a process of its own."""
        action, act = self._action(action_id)
        form = self._form(act)
        started = form.submit(lambda data: start_bulk(action_id, data.reason))
        if not started:
            return self._page(action, act, form)
        if started.status != "completed":
            launch("portal.bulk.process", action_id)
        return redirect(self._url(action), 303)

    def _ids(self) -> list[str]:
        if request.form.get("all"):
            return self.of.selection().ids(MOST_ROWS + 1)
        chosen = request.form.getlist("id")[: MOST_ROWS + 1]
        return [one for one in chosen if len(one) <= _LONGEST_ID]

    def _action(self, action_id: str) -> tuple[BulkAction, BulkAct]:
        action = get_bulk_action(action_id)
        return action, self.acts.get(action.kind) or abort(404)

    def _form(self, act: BulkAct) -> StartForm:
        return ReasonForm() if KINDS[act.kind].takes_reason else StartForm()

    def _url(self, action: BulkAction) -> str:
        return url_for(f"{self.of.name}.bulk_action", action_id=action.id)

    def _page(self, action: BulkAction, act: BulkAct, form: StartForm) -> ResponseReturnValue:
        status = status_of(action)
        context: dict[str, Any] = {"of": self.of, "action": action, "act": act, "status": status}
        if status == "chosen":
            return form_page("bulk/preview.html", form, **context, **_preview(action))
        context |= {"counts": counts_of(action.id), "form": form}
        if status == "completed":
            context["shown"] = _shown(action)
        fragment = htmx and htmx.target == "bulk"
        template = "bulk/_action.html" if fragment else "bulk/detail.html"
        return render_template(template, **context), form.http_status


def _preview(action: BulkAction) -> Row:
    shown = _shown(action)
    possible = [row["seen"] for row in shown if row["seen"].refusal is None]
    return {
        "refused": [row for row in shown if row["seen"].refusal],
        "possible": [row for row in shown if not row["seen"].refusal],
        "sums": sorted(_sums(possible).items()),
    }


def _sums(rows: Iterable[Foreseen]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.currency is not None and row.amount is not None:
            sums[row.currency] += row.amount
    return sums


def _shown(action: BulkAction) -> list[Row]:
    """Each row with what is foreseen of it and where its object is looked at."""
    seen = foreseen(action)
    return [
        {
            **row,
            "seen": seen.get(row["object_id"], _GONE),
            "url": address_of(row["object_id"]) if row["object_id"] in seen else None,
        }
        for row in rows_of(action.id)
    ]
