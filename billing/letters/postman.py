"""The job that sends what is in the outbox, over a few connections at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from time import monotonic

from billing.database import Row
from billing.letters.burst import Burst
from billing.letters.claims import LEASE_SECONDS, claim, keep_all
from billing.letters.smtp import Sender
from billing.server_clock import ServerClock
from billing.settings import Settings

_LOOK_SECONDS = 0.5
_THREADS = 4
_FOR_A_THREAD = 10  # mails that are worth a connection more
_AT_ONCE = 100
"""Mails that are claimed together, and sent before others are looked for."""
_SECONDS = 10.0
"""For which the same connections are kept, if there is as much to do."""
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 60.0


class Postman:
    """Sends mail until it is told to finish; without a mail server it keeps it."""

    name = "mail"

    def __init__(self, settings: Settings, *, lease_seconds: float = LEASE_SECONDS) -> None:
        self._settings, self._lease_seconds = settings, lease_seconds
        self._clock = ServerClock()
        self._ending = Event()
        self._pause = 0.0

    def work(self) -> float:
        """Send what is due; the seconds until the next time, more and more while the server is
        away."""
        if not self._settings.sends_mail:
            keep_all(self._clock.now())
            return _LOOK_SECONDS
        # Where the server was away, one mail is enough to see whether it is back.
        mails = self._claim(1 if self._pause else _AT_ONCE)
        if not mails:
            return _LOOK_SECONDS
        is_away = self._send(mails)
        self._pause = min(max(_FIRST_PAUSE, self._pause * 2), _LONGEST_PAUSE) if is_away else 0.0
        return self._pause

    def finish(self, seconds: float) -> None:
        """Begin with no other mail."""
        self._ending.set()

    def _claim(self, most: int = _AT_ONCE) -> list[Row]:
        if self._ending.is_set():
            return []
        return claim(self._clock.now(), most, self._lease_seconds)

    def _send(self, mails: list[Row]) -> bool:
        """Send these and what is due after them; whether the server was away."""
        until, is_away = monotonic() + _SECONDS, False
        with ExitStack() as stack:
            senders = [stack.enter_context(Sender(self._settings)) for _ in range(_THREADS)]
            while mails and not is_away:
                is_away = self._round(mails, senders)
                mails = [] if is_away or monotonic() > until else self._claim()
        return is_away

    def _round(self, mails: list[Row], senders: list[Sender]) -> bool:
        """Send them by as many at once as is worth it; whether the server was away."""
        burst = Burst(mails, self._settings, self._clock, self._ending)
        threads = min(len(senders), 1 + len(mails) // _FOR_A_THREAD)
        if threads == 1:
            return burst.send(senders[0])
        with ThreadPoolExecutor(threads, thread_name_prefix="mail") as pool:
            return any(list(pool.map(burst.send, senders[:threads])))
