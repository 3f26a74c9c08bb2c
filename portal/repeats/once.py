"""The work that a form asks for, done once."""

from collections.abc import Callable
from typing import TypeVar

from flask import g

from billing.idempotency.errors import IdempotencyKeyInUse
from billing.idempotency.in_stages import once_in_stages
from billing.idempotency.models import DONE, Answer
from billing.idempotency.once import once
from portal.repeats.act import Act

T = TypeVar("T")


class Repeated(Exception):
    """The form was acted on before."""


class _NothingDone(Exception):
    """The work looked and did nothing, so that there is nothing to keep."""


def do_once(work: Callable[[], T], *, in_stages: bool = False) -> T | None:
    """What `work` gives, done in one transaction, where its form was not acted on before.

    `in_stages`: it takes several transactions or asks somebody else. None from `work` means that
    it did nothing. Raises what `work` raises, Repeated and IdempotencyKeyInUse.
    """
    act: Act | None = g.get("act")
    if act is None:
        return work()
    given: list[T] = []

    def do() -> Answer:
        if (result := work()) is None:
            raise _NothingDone
        given[:] = [result]  # of the last try: a transaction may be begun again
        return DONE

    try:
        answer = (once_in_stages if in_stages else once)(act.request, do)
    except _NothingDone:
        return None
    except IdempotencyKeyInUse as error:
        raise _still_under_way() from error
    if answer.is_replayed:
        raise Repeated
    act.is_done = True
    return given[0]


def _still_under_way() -> IdempotencyKeyInUse:
    return IdempotencyKeyInUse(
        "This was sent before and is still being worked on. Send it again in a while to see what "
        "came of it: it is done once."
    )
