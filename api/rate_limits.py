"""How often the API may be asked: each request is counted once, and its answer says the standing.

A request with a good token counts for its client or user, any other for its address. Headers are
those of the IETF draft "RateLimit header fields for HTTP" in its form of separate fields.
"""

from flask import Flask, Response, current_app, g, request

from billing.actors import Actor
from billing.rate_limits.limits import EXTENSION, WINDOW_SECONDS, RateLimits, Standing


def init_rate_limits(app: Flask) -> None:
    """Tell in the headers of every answer where its asker stands."""
    app.after_request(_tell)


def count_actor(actor: Actor) -> None:
    """One more request of a client or user, who is from now on its `g.caller`. Raises TooMany."""
    g.caller = actor
    _admit(_limits().by_actor(actor))


def count_address() -> None:
    """One more request of nobody known. Raises TooMany."""
    _admit(_limits().by_address(request.remote_addr))


def count_token_request() -> None:
    """One more attempt to get a token, with whatever credentials. Raises TooMany."""
    _admit(_limits().for_token(request.remote_addr))


def count_bad_token() -> None:
    """One more token that is not good. Raises TooMany."""
    _admit(_limits().failed(request.remote_addr))


def refuse_locked_out() -> None:
    """Raises TooMany for an address that showed too many bad tokens."""
    if standing := _limits().locked_out(request.remote_addr):
        _admit(standing)


def _limits() -> RateLimits:
    found: RateLimits = current_app.extensions[EXTENSION]
    return found


def _admit(standing: Standing) -> None:
    g.standing = standing
    standing.check()


def _tell(response: Response) -> Response:
    standing: Standing | None = g.get("standing")
    if standing is None:
        if not request.path.startswith("/api/") or request.blueprint not in {"api", None}:
            return response  # also of the pages about the API, which are no calls of it
        # It failed before it was known who asks: counted, though not refused any more.
        standing = g.standing = _limits().by_address(request.remote_addr)
    add = response.headers.add  # half the price of setting, which looks for what to replace
    add("RateLimit-Limit", str(standing.limit))
    add("RateLimit-Remaining", str(standing.remaining))
    add("RateLimit-Reset", str(standing.reset))
    add("RateLimit-Policy", f"{standing.limit};w={WINDOW_SECONDS}")
    return response
