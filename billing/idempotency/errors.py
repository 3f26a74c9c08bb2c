"""Why a request with a key is refused before it is looked at."""

from billing.errors import Conflict, Invalid


class IdempotencyKeyReused(Invalid):
    """The key was sent with another request before; each request needs its own."""

    code = "idempotency_key_reused"


class IdempotencyKeyInUse(Conflict):
    """The first request with this key is still being worked on."""

    code = "idempotency_key_in_use"
    is_lost_race = True
    retry_after = 1
