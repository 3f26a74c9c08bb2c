"""One declaration per endpoint: it parses, checks the scope, calls, answers and documents.

@endpoints.put("/customers/<customer_id>", "Replace a customer", scope="write:customers",
               body=(CustomerInput,), answer=One(CUSTOMER), revised=True)
def update_customer(customer_id: str, body: CustomerInput, revision: int | None) -> Customer:
    return save_customer.update_customer(customer_id, body, revision)
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

from flask import Response
from pydantic import BaseModel

from api.answers import Answer, One
from api.bearer import anonymous_actor, bearer_actor
from api.body import read_body, read_patch, refuse_body
from api.conditions import expected_revisions
from api.deprecation import has_deprecated_fields, note, note_fields
from api.idempotency import idempotently
from api.papers.answers import Pdf
from api.query import Query
from api.shaping import Shaping
from api.shaping_parameters import ShapingParameters, shaping_parameters
from billing.actors import Actor, acting_as
from billing.deprecation import Deprecation
from billing.errors import BillingError, NotFound, StaleRevision
from billing.inputs import Input
from billing.reading import leaving_out

Call = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Everything that is to be known of one endpoint."""

    method: str
    path: str
    summary: str
    call: Call
    answer: Answer
    tag: str
    scope: str | None = None
    """None: any token will do. Nothing is asked for where `public` is set."""
    public: bool = False
    gives_token: bool = False
    """Whether it is public and gives a token, and so is limited as an attempt to get in."""
    staff_only: bool = False
    """A customer's own user is told that there is nothing here."""
    query: type[Query] = Query
    body: tuple[type[BaseModel], ...] = ()
    patch: type[Input] | None = None
    revised: bool = False
    """Whether it writes one object and so honours If-Match."""
    in_stages: bool = False
    """Whether it takes more than one transaction: it asks a payment provider, or is long."""
    is_secret: bool = False
    """Whether its answer holds a secret that is shown once."""
    refusals: tuple[type[BillingError], ...] = ()
    """What billing may refuse it with, beyond what all endpoints share."""
    deprecated: Deprecation | None = None

    @property
    def name(self) -> str:
        """The operation's name, in Flask and in OpenAPI."""
        return self.call.__name__

    @property
    def is_repeatable(self) -> bool:
        """Whether it takes an Idempotency-Key: all that write do, once it is known who asks."""
        return self.method != "GET" and not self.public

    @property
    def is_conditional(self) -> bool:
        """Whether it takes an If-None-Match: what reads one object that changes, or a PDF."""
        answer = self.answer
        has_tag = isinstance(answer, Pdf) or (isinstance(answer, One) and answer.resource.revised)
        return self.method == "GET" and has_tag

    @cached_property
    def shaping(self) -> ShapingParameters | None:
        """What its answer can be shaped by."""
        reads = self.method == "GET" and not self.public
        return shaping_parameters(self.answer, reads=reads)

    @cached_property
    def parameters(self) -> type[Query]:
        """All its query parameters: those of its own, and those that shape the answer."""
        return self.shaping.extend(self.query) if self.shaping else self.query

    def view(self, **ids: str) -> Response:
        """Answer the current request; called by Flask."""
        note(self.deprecated)
        actor = anonymous_actor(self.gives_token) if self.public else bearer_actor()
        with acting_as(actor):
            self._admit(actor)
            query = self.parameters.of_request()
            shaping = self._wanted(query, actor)
            arguments = ids | self._arguments(query)
            if shaping is None:
                return self._respond(self.answer, arguments)
            answer = replace(cast(Any, self.answer), shaping=shaping)
            # A write reads what it needs; only what is merely shown can be left unread.
            with leaving_out(shaping.unread if self.method == "GET" else ()):
                return self._respond(answer, arguments)

    def _wanted(self, query: Query, actor: Actor) -> Shaping | None:
        """How the answer is to be shaped. Raises ScopeMissing for what the actor may not expand."""
        shaping = self.shaping.asked_in(query) if self.shaping else None
        if shaping:
            shaping.admit(actor)
        return shaping

    def _admit(self, actor: Actor) -> None:
        if self.staff_only and actor.role == "customer":
            raise NotFound("There is nothing at this address.")
        if self.scope:
            actor.require(self.scope)

    def _respond(self, answer: Answer, arguments: dict[str, Any]) -> Response:
        """Where several revisions are accepted, each is tried: a refused one changes nothing."""
        if not self.revised:
            return self._once(answer, arguments)
        *others, last = expected_revisions()
        for revision in others:
            with suppress(StaleRevision):
                return self._once(answer, {**arguments, "revision": revision})
        return self._once(answer, {**arguments, "revision": last})

    def _once(self, answer: Answer, arguments: dict[str, Any]) -> Response:
        def respond() -> Response:
            return answer.respond(self.call(**arguments))

        if not self.is_repeatable:
            return respond()
        return idempotently(respond, in_stages=self.in_stages, is_secret=self.is_secret)

    def _arguments(self, query: Query) -> dict[str, Any]:
        """What the function takes beyond ids and revision: query, body or patch, as declared."""
        found: dict[str, Any] = {} if self.query is Query else {"query": query}
        if self.patch:
            found["patch"] = read_patch(self.patch)
        elif self.body:
            found["body"] = read_body(self.body)
        else:
            refuse_body()
        if self._takes_deprecated:
            note_fields(list(found.values()))
        return found

    @cached_property
    def _takes_deprecated(self) -> bool:
        models = (self.query, *self.body, *filter(None, [self.patch]))
        return any(has_deprecated_fields(model) for model in models)


@dataclass
class Endpoints:
    """The endpoints of one feature, in the order of their declaration."""

    tag: str
    description: str
    declared: list[Endpoint] = field(default_factory=list)

    def get(self, path: str, summary: str, **options: Any) -> Callable[[Call], Call]:
        """Declare a reading endpoint; `options` are the fields of Endpoint."""
        return self._declare("GET", path, summary, options)

    def post(self, path: str, summary: str, **options: Any) -> Callable[[Call], Call]:
        """Declare an endpoint that creates or does something."""
        return self._declare("POST", path, summary, options)

    def put(self, path: str, summary: str, **options: Any) -> Callable[[Call], Call]:
        """Declare an endpoint that replaces."""
        return self._declare("PUT", path, summary, options)

    def patch(self, path: str, summary: str, **options: Any) -> Callable[[Call], Call]:
        """Declare an endpoint that merges."""
        return self._declare("PATCH", path, summary, options)

    def delete(self, path: str, summary: str, **options: Any) -> Callable[[Call], Call]:
        """Declare an endpoint that ends something."""
        return self._declare("DELETE", path, summary, options)

    def _declare(
        self, method: str, path: str, summary: str, options: dict[str, Any]
    ) -> Callable[[Call], Call]:
        def declare(call: Call) -> Call:
            self.declared.append(
                Endpoint(
                    method=method, path=path, summary=summary, call=call, tag=self.tag, **options
                )
            )
            return call

        return declare
