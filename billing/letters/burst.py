"""Mails one after the other over one connection, and what came of them written down in between.

Should the process be killed, those that were sent and not written down are sent once more when
their claims are over: no more than were sent in a fraction of a second.
"""

import logging
from collections import deque
from collections.abc import Sequence
from threading import Event, Lock
from time import monotonic

from billing.database import Row, database
from billing.errors import BillingError
from billing.letters.attachments import attachment_of
from billing.letters.claims import Done, give_back, write_down
from billing.letters.letter import Letter
from billing.letters.message import message_of
from billing.letters.render import HIDDEN, Stationery, letter_of, secret_link
from billing.letters.smtp import Outcome, Sender
from billing.mail.kinds import KINDS
from billing.sealing import SealBroken
from billing.server_clock import ServerClock
from billing.settings import Settings

_log = logging.getLogger("duebill.mail")

_SECONDS = 2.0  # after which what is more urgent gets its turn
_WRITTEN_AT_ONCE = 25
_WRITTEN_AFTER_SECONDS = 0.2


class Burst:
    """Mails that were claimed together, sent by as many threads as call `send`."""

    def __init__(
        self, mails: Sequence[Row], settings: Settings, clock: ServerClock, ending: Event
    ) -> None:
        self._left, self._lock = deque(mails), Lock()
        self._trials = _on_test_clocks(mails)
        self._settings, self._clock, self._ending = settings, clock, ending
        self._stationery = Stationery()
        self._until = monotonic() + _SECONDS
        self._is_away = False

    def send(self, sender: Sender) -> bool:
        """Send one after the other until none is left, time is up, or the server is away, which
        is the answer."""
        done: list[Done] = []
        written_at = monotonic()
        while mail := self._next():
            done.append(
                self._kept(mail) if mail["_id"] in self._trials else self._sent(mail, sender)
            )
            if len(done) >= _WRITTEN_AT_ONCE or monotonic() - written_at > _WRITTEN_AFTER_SECONDS:
                _write_down(done)
                done, written_at = [], monotonic()
        _write_down(done)
        return self._is_away

    def _next(self) -> Row | None:
        """A mail to send; where nothing more is to be begun the others are given back."""
        with self._lock:
            if not (self._is_away or self._ending.is_set() or monotonic() > self._until):
                return self._left.popleft() if self._left else None
            left = list(self._left)
            self._left.clear()
        give_back(left)
        return None

    def _kept(self, mail: Row) -> Done:
        return Done(mail, self._clock.estimate(), None)

    def _sent(self, mail: Row, sender: Sender) -> Done:
        said: Letter | None = None
        try:
            said = self._letter(mail, revealed=False)
            letter = self._letter(mail, revealed=True) if KINDS[mail["kind"]].is_secret else said
            message = message_of(mail, letter, attachment_of(mail), self._settings.mail_from or "")
            outcome = _discreet(mail, sender.send(message, mail["to"], mail.get("copies", ())))
        except SealBroken:
            outcome = Outcome("refused", words="Its link was sealed under another SECRET_KEY.")
        except BillingError as error:
            outcome = Outcome("refused", words=f"Its attachment cannot be made: {error.message}")
        except Exception:  # noqa: BLE001 -- it is logged, tried again, and holds up no other mail
            _log.exception("The mail %s cannot be made", mail["_id"])
            outcome = Outcome("trouble", words="It could not be made; see the log of the worker.")
        self._is_away = self._is_away or outcome.is_everyones
        if outcome.result != "sent":
            _log.warning("The mail %s was not sent: %s", mail["_id"], outcome.words)
        return Done(mail, self._clock.estimate(), outcome, said)

    def _letter(self, mail: Row, *, revealed: bool) -> Letter:
        """As it is sent, or as it may be kept."""
        url = self._settings.public_url
        return letter_of(mail, url, revealed=revealed, stationery=self._stationery)


def _write_down(done: Sequence[Done]) -> None:
    if lost := write_down(done):
        _log.warning("%d mails were taken by another worker meanwhile", lost)


def _on_test_clocks(mails: Sequence[Row]) -> set[str]:
    """The ids of those to customers of trials: nobody is written to for what only happens there."""
    whose = list({mail["customer_id"] for mail in mails if "customer_id" in mail})
    trials = {"_id": {"$in": whose}, "test_clock_id": {"$ne": None}}
    found = {row["_id"] for row in database().customers.find(trials, {"_id": 1})}
    return {mail["_id"] for mail in mails if mail.get("customer_id") in found}


def _discreet(mail: Row, outcome: Outcome) -> Outcome:
    """Some servers quote what they refuse."""
    if not KINDS[mail["kind"]].is_secret or outcome.result == "sent":
        return outcome
    words = outcome.words.replace(secret_link(mail), HIDDEN)
    return Outcome(outcome.result, outcome.code, words)
