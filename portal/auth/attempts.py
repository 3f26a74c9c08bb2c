"""Attempts to get in, limited for an address whatever account they are for."""

from flask import current_app, request

from billing.rate_limits.limits import EXTENSION, RateLimits


def count_attempt() -> None:
    """One more attempt by this address, together with those at the API. Raises TooMany."""
    limits: RateLimits = current_app.extensions[EXTENSION]
    limits.for_token(request.remote_addr).check()
