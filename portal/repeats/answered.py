"""The answer to a form, and to the same form sent again."""

import json
import logging
from collections.abc import Callable
from typing import Any

from cryptography.fernet import InvalidToken
from flask import Response, flash, g, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

from billing.errors import BillingError
from billing.idempotency.answering import add_answer, await_answer
from billing.idempotency.models import Answer
from portal.repeats.act import Act, act_of_request
from portal.repeats.leading_back import address_above
from portal.repeats.once import Repeated

_PATIENCE_SECONDS = 2.0
_LENT = frozenset({"Location", "HX-Location", "HX-Redirect", "HX-Refresh", "Content-Type"})
_log = logging.getLogger("duebill.portal")


def answered_once(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """What `view` answers, or what it answered to the same form before.

    Nothing is asked first. What was done meanwhile may be the reason why it is refused now, be
    it before it comes to the work.
    """
    act = g.act = act_of_request()
    if act is None:
        return view()
    shown = len(_flashed())
    try:
        response = make_response(view())
    except Repeated:
        return _answer_again(act)
    except (BillingError, HTTPException):
        if _was_done_before(act):
            return _answer_again(act)
        raise
    if act.is_done:
        _keep(act, response, _flashed()[shown:])
    elif response.status_code >= 400 and _was_done_before(act):
        return _answer_again(act)
    return response


def _was_done_before(act: Act) -> bool:
    return not act.is_done and await_answer(act.request, 0) is not None


def _keep(act: Act, response: Response, flashed: list[Any]) -> None:
    headers = {name: value for name, value in response.headers if name in _LENT}
    told = {"page": response.get_data(as_text=True), "flashed": flashed}
    body = act.seal.encrypt(json.dumps(told).encode())
    try:
        add_answer(act.request, Answer(response.status_code, headers, body))
    except PyMongoError as error:  # it is done, and whoever asked can be told
        _log.warning("An answer on %s is not kept: %s", request.path, type(error).__name__)


def _answer_again(act: Act) -> ResponseReturnValue:
    """What was answered; when that never came, the page above the form's."""
    answer = await_answer(act.request, _PATIENCE_SECONDS)
    told = _opened(act, answer) if answer and answer.is_known else None
    if answer is None or told is None:
        flash(gettext("This was done already."), "success")
        return redirect(address_above(), 303)
    for category, message in told["flashed"]:
        if (category, message) not in _flashed():
            flash(message, category)
    return Response(told["page"], answer.status, answer.headers)


def _opened(act: Act, answer: Answer) -> dict[str, Any] | None:
    """None when it was sealed with a secret that the installation has no more."""
    try:
        told: dict[str, Any] = json.loads(act.seal.decrypt(answer.body))
    except InvalidToken:
        return None
    return told


def _flashed() -> list[tuple[str, str]]:
    """What the next page will say."""
    return list(session.get("_flashes", ()))
