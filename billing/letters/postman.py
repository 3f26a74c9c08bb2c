"""The job that sends what is in the outbox, over a few connections at once."""

import logging
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from billing.database import Row, database
from billing.errors import BillingError
from billing.letters.attachments import attachment_of
from billing.letters.claims import LEASE_SECONDS, claim, count_due, keep, keep_all, note
from billing.letters.letter import Letter
from billing.letters.message import message_of
from billing.letters.render import HIDDEN, letter_of, secret_link
from billing.letters.smtp import Outcome, Sender
from billing.mail.kinds import KINDS
from billing.sealing import SealBroken
from billing.server_clock import ServerClock
from billing.settings import Settings

_log = logging.getLogger("duebill.mail")

_LOOK_SECONDS = 0.5
_THREADS = 4
_FOR_A_THREAD = 10  # mails that are worth a connection more
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 60.0
_BURST_SECONDS = 5.0  # within what a worker may take to end
_MOST_OVER_ONE_CONNECTION = 100


class Postman:
    """Sends mail until it is told to finish; without a mail server it keeps it."""

    name = "mail"

    def __init__(self, settings: Settings, *, lease_seconds: float = LEASE_SECONDS) -> None:
        self._settings, self._lease_seconds = settings, lease_seconds
        self._clock = ServerClock()
        self._is_ending = False
        self._pause = 0.0

    def work(self) -> float:
        """One round; the seconds until the next, more and more while the server is away."""
        now = self._clock.now()
        if not self._settings.sends_mail:
            keep_all(now)
            return _LOOK_SECONDS
        due = count_due(now, _THREADS * _FOR_A_THREAD)
        if not due:
            return _LOOK_SECONDS
        is_away = self._round(1 if self._pause else min(_THREADS, 1 + due // _FOR_A_THREAD))
        self._pause = min(max(_FIRST_PAUSE, self._pause * 2), _LONGEST_PAUSE) if is_away else 0.0
        return self._pause

    def finish(self, seconds: float) -> None:
        """Begin with no other mail."""
        self._is_ending = True

    def _round(self, threads: int) -> bool:
        """Send what is due by so many at once; whether the server was away."""
        if threads == 1:
            return self._burst()
        with ThreadPoolExecutor(threads, thread_name_prefix="mail") as pool:
            bursts = [pool.submit(self._burst) for _ in range(threads)]
            return sum(burst.result() for burst in bursts) > 0

    def _burst(self) -> bool:
        """One after the other over one connection, until nothing is due or time is up, or the
        server is away, which is the answer."""
        until = monotonic() + _BURST_SECONDS
        with Sender(self._settings) as sender:
            for _ in range(_MOST_OVER_ONE_CONNECTION):
                if self._is_ending or monotonic() > until:
                    return False
                mail = claim(self._clock.now(), self._lease_seconds)
                if mail is None:
                    return False
                if self._deliver(mail, sender).is_everyones:
                    return True
        return False

    def _deliver(self, mail: Row, sender: Sender) -> Outcome:
        if _lives_on_test_clock(mail):
            keep(mail, self._clock.now())
            return Outcome("sent")
        said: Letter | None = None
        try:
            letter = letter_of(mail, self._settings.public_url, revealed=True)
            said = self._discreet_letter(mail, letter)
            message = message_of(mail, letter, attachment_of(mail), self._settings.mail_from or "")
            outcome = _discreet(mail, sender.send(message, mail["to"], mail.get("copies", ())))
        except SealBroken:
            outcome = Outcome("refused", words="Its link was sealed under another SECRET_KEY.")
        except BillingError as error:
            outcome = Outcome("refused", words=f"Its attachment cannot be made: {error.message}")
        except Exception:  # noqa: BLE001 -- it is logged, tried again, and holds up no other mail
            _log.exception("The mail %s cannot be made", mail["_id"])
            outcome = Outcome("trouble", words="It could not be made; see the log of the worker.")
        self._note(mail, outcome, said)
        return outcome

    def _discreet_letter(self, mail: Row, letter: Letter) -> Letter:
        """The letter as it may be kept."""
        if not KINDS[mail["kind"]].is_secret:
            return letter
        return letter_of(mail, self._settings.public_url, revealed=False)

    def _note(self, mail: Row, outcome: Outcome, said: Letter | None) -> None:
        if not note(mail, outcome, said, self._clock.now()):
            _log.warning("The mail %s was taken by another worker meanwhile", mail["_id"])
        elif outcome.result != "sent":
            _log.warning("The mail %s was not sent: %s", mail["_id"], outcome.words)


def _lives_on_test_clock(mail: Row) -> bool:
    """Nobody is written to for what only happens in a trial."""
    if "customer_id" not in mail:
        return False
    trial = {"_id": mail["customer_id"], "test_clock_id": {"$ne": None}}
    return database().customers.find_one(trial, {"_id": 1}) is not None


def _discreet(mail: Row, outcome: Outcome) -> Outcome:
    """Some servers quote what they refuse."""
    if not KINDS[mail["kind"]].is_secret or outcome.result == "sent":
        return outcome
    words = outcome.words.replace(secret_link(mail), HIDDEN)
    return Outcome(outcome.result, outcome.code, words)
