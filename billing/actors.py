"""Who is acting, and what they may do and see.

An edge sets the actor once per request; operations stamp it on their audit events and queries
confine a customer's actor to that customer's own objects.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from billing.errors import BillingError, Forbidden


class ScopeMissing(Forbidden):
    """The actor is known but lacks the scope that the operation needs."""

    code = "missing_scope"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, an integration or the system itself, for the time of one request."""

    type: Literal["user", "client", "system", "anonymous"]
    id: str = ""
    name: str = ""
    role: str = ""
    scopes: frozenset[str] = frozenset()
    customer_id: str | None = None
    request_id: str | None = None
    ip: str | None = None
    token_family: str | None = None  # the sign-in that this actor's token belongs to
    client_id: str | None = None  # the integration that the token was given to, if it was one
    rate_limit: int | None = None  # requests a minute granted to this client; None: the default

    def require(self, scope: str) -> None:
        """Raises ScopeMissing, which names the scope, unless the actor has it."""
        if scope not in self.scopes:
            raise ScopeMissing("This needs the scope %(scope)s.", scope=scope)


SYSTEM = Actor(type="system", name="Duebill")

_current: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def current_actor() -> Actor:
    """The actor of this context; the system itself where no edge has set one."""
    return _current.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Everything within happens in the name of `actor`."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)


def own_customer_id() -> str | None:
    """The only customer whose objects the actor may see; None when there is no such bound."""
    actor = _current.get()
    if actor.role == "customer" and actor.customer_id is None:
        raise BillingError("A customer's user must belong to a customer.")
    return actor.customer_id
