"""One attempt: a POST to an address that was checked, with an end to everything.

No redirect is followed, no proxy of the environment is used, and the connection goes to the very
address that was looked up and allowed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

from urllib3.response import HTTPResponse

from billing.webhooks.connections import TROUBLE, Open, connect, word_for
from billing.webhooks.cut_off import cut_off_at
from billing.webhooks.outcome import Outcome
from billing.webhooks.targets import (
    Target,
    TargetRefused,
    TargetUnknown,
    addresses_of,
    parse_target,
)

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
_KEPT_BYTES = 1024
_READ_BYTES = 64 * 1024  # of an answer, before its connection is rather closed than used again
_MOST_ADDRESSES = 4


class Sender:
    """Posts, and keeps its connection open for what goes to the same address next.

    For one thread at a time.
    """

    def __init__(
        self, connect_seconds: float = CONNECT_SECONDS, whole_seconds: float = WHOLE_SECONDS
    ) -> None:
        self._connect_seconds, self._whole_seconds = connect_seconds, whole_seconds
        self._kept: Open | None = None

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Post and say what came of it; never raises for what the other side does."""
        began = monotonic()
        end = began + self._whole_seconds
        answer: HTTPResponse | None = None
        response, error = "", None
        try:
            answer, response = self._post(parse_target(url), headers, body, end)
        except TargetRefused:
            error = "address_refused"
        except TargetUnknown:
            error = "unknown_host"
        except TROUBLE as trouble:
            error = word_for(trouble) if monotonic() < end else "timeout"
        return Outcome(
            status=answer.status if answer else None,
            error=error,
            milliseconds=round((monotonic() - began) * 1000),
            response=response,
            retry_after=_retry_after(answer) if answer else None,
        )

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._kept:
            self._kept.connection.close()
            self._kept = None

    def _post(
        self, target: Target, headers: Mapping[str, str], body: bytes, end: float
    ) -> tuple[HTTPResponse, str]:
        addresses = addresses_of(target)[:_MOST_ADDRESSES]
        headers = {"Host": target.host_header, "Accept-Encoding": "identity", **headers}
        if reused := self._reusable(target, addresses):
            try:
                return self._ask(reused, headers, body, end)
            except ConnectionError:  # it was closed while it lay idle
                if monotonic() > end:
                    raise
        connected = connect(target, addresses, min(end, monotonic() + self._connect_seconds))
        return self._ask(connected, headers, body, end)

    def _reusable(self, target: Target, addresses: list[str]) -> Open | None:
        """The open connection, where it is one to an address that the name still has."""
        kept, self._kept = self._kept, None
        if kept is None:
            return None
        if kept.target == target and kept.address in addresses and kept.connection.is_connected:
            return kept
        kept.connection.close()
        return None

    def _ask(
        self, on: Open, headers: Mapping[str, str], body: bytes, end: float
    ) -> tuple[HTTPResponse, str]:
        """The answer and the beginning of its body."""
        connection, path = on.connection, on.target.path
        connection.timeout = max(end - monotonic(), 0.1)
        try:
            socket = connection.sock  # which the connection may hand over to its answer
            with cut_off_at(end, lambda: socket):
                connection.request(
                    "POST", path, body, headers, preload_content=False, decode_content=False
                )
                answer = connection.getresponse()
                kept = _read(answer)
            if monotonic() > end:  # cutting off can look like the answer's end
                raise TimeoutError
        except BaseException:
            connection.close()
            raise
        if answer.closed:  # read to its end, so the connection is free
            self._kept = on
        else:
            connection.close()
        return answer, kept


def _read(answer: HTTPResponse) -> str:
    """The first bytes as text; more is read only to free the connection."""
    kept = answer.read(_KEPT_BYTES)
    if not answer.closed:
        answer.read(_READ_BYTES)
    return kept.decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _retry_after(answer: HTTPResponse) -> float | None:
    """Seconds that the answer asks to wait; None where it does not, or not in words we know."""
    given = answer.headers.get("Retry-After", "")
    if given.isascii() and given.isdigit():
        return float(given[:9])
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None
