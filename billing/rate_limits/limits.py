"""Who may ask how often: requests a minute of a client or user, of an address, for tokens.

Windows begin with the minute of the clock, so one count tells all: what is left is the limit less
the count, and the reset is the next minute.
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from billing import clock
from billing.actors import Actor
from billing.errors import TooMany
from billing.rate_limits.shared import Counters, shared_counters
from billing.settings import Settings

EXTENSION = "duebill_rate_limits"  # where the application keeps its RateLimits for both edges
WINDOW_SECONDS = 60
_MOST_LOCKED_OUT = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: `count` requests of `limit`, `reset` seconds before it begins anew."""

    limit: int
    count: int
    reset: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.count)

    def check(self) -> None:
        """Raises TooMany once there were more than the limit."""
        if self.count > self.limit:
            raise TooMany(
                "More than %(limit)s requests a minute. Try again in %(seconds)s s.",
                limit=self.limit,
                seconds=str(self.reset),
                retry_after=self.reset,
            )


class RateLimits:
    """Counts requests. Counting never raises: `Standing.check` does, where the caller wants it."""

    def __init__(self, settings: Settings, counters: Counters | None = None) -> None:
        self._settings = settings
        self._counters = counters or _counters(settings)
        self._locked_out: dict[str, int] = {}

    def by_actor(self, actor: Actor) -> Standing:
        """One more by a client, also where it acts for a user, or by a user without one.

        A client's own limit goes before the default.
        """
        limit = actor.rate_limit or self._settings.api_rate_limit
        key = f"client:{actor.client_id}" if actor.client_id else f"{actor.type}:{actor.id}"
        return self._count(key, limit)

    def by_address(self, ip: str | None) -> Standing:
        """One more by nobody in particular."""
        return self._count(f"address:{_network(ip)}", self._settings.address_rate_limit)

    def for_token(self, ip: str | None) -> Standing:
        """One more attempt to sign in or to get a token."""
        return self._count(f"token:{_network(ip)}", self._settings.token_rate_limit)

    def failed(self, ip: str | None) -> Standing:
        """One more with a token that is not good. Beyond the limit the address is locked out."""
        standing = self._count(f"failed:{_network(ip)}", self._settings.address_rate_limit)
        if standing.count > standing.limit:
            if len(self._locked_out) >= _MOST_LOCKED_OUT:
                self._locked_out.clear()
            self._locked_out[_network(ip)] = _window()[0]
        return standing

    def locked_out(self, ip: str | None) -> Standing | None:
        """The standing of an address that showed too many bad tokens in this minute, else None.

        Its next token is not looked at, whether good or not: a guess is told nothing.
        """
        if not self._locked_out or (ends := self._locked_out.get(_network(ip))) is None:
            return None
        now_ends, reset = _window()
        if ends != now_ends:
            self._locked_out.pop(_network(ip), None)
            return None
        limit = self._settings.address_rate_limit
        return Standing(limit, limit + 1, reset)

    def _count(self, key: str, limit: int) -> Standing:
        ends, reset = _window()
        return Standing(limit, self._counters.count(key, ends), reset)


def _window() -> tuple[int, int]:
    """When the present window ends (Unix time), and in how many whole seconds, at least one."""
    now = clock.now().timestamp()
    ends = (int(now) // WINDOW_SECONDS + 1) * WINDOW_SECONDS
    return ends, max(1, ends - int(now))


@lru_cache(4096)
def _network(ip: str | None) -> str:
    """An IPv4 address, or the /64 that one subscriber of IPv6 is given whole."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return (ip or "unknown")[:64]
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def _counters(settings: Settings) -> Counters:
    if settings.redis_url:
        # Its driver takes a tenth of a second and 10 MiB to load, which most need not pay.
        from billing.rate_limits.redis import RedisCounters

        return RedisCounters(settings.redis_url, shared_counters())
    return shared_counters()
