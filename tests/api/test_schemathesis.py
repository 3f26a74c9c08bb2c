"""schemathesis over every operation of the OpenAPI document, with a real token and real objects.

All of its checks are on. An operation goes on through its failures, and tells all of them at its
end. `make test-long` asks two thousand times of each operation.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.failures import AcceptedNegativeData, Failure, FailureGroup
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.schemas import BaseSchema

from api.openapi.document import document
from api.routes import PREFIX, features
from api.runs.endpoints import LAUNCH_RUN
from billing import clock
from billing.runs.run_billing import continue_run
from billing.users.tokens import Tokens
from tests.api.as_sent import is_as_documented
from tests.api.beyond_schema import only_for_what_a_schema_cannot_say
from tests.api.fuzzed_world import KNOWN, Repeated, World, without_network

LONG = "DUEBILL_LONG" in os.environ
EXAMPLES, STORIES = (2000, 500) if LONG else (20, 12)
NAMES = [endpoint.name for feature in features() for endpoint in feature.declared]
CONFIG: dict[str, Any] = {
    **({} if LONG else {"seed": 1}),
    "generation": {"max-examples": EXAMPLES},
    "dictionaries": {name: {"values": ids} for name, ids in KNOWN.items()},
    "parameters": {
        f"{place}.{name}": {"dictionary": name, "probability": 0.8}
        for name in KNOWN
        for place in ("path", "query", "body")
    },
    # A well-formed If-Match that names another revision is rightly answered by 412, and an
    # If-None-Match that names this one by 304; for 422 see `only_for_what_a_schema_cannot_say`.
    "checks": {
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "422", "429"]
        },
        # Text that is too long only by the spaces around it is trimmed and good; what is left to
        # refuse then is a stale If-Match.
        "negative_data_rejection": {
            "expected-statuses": [
                str(status)
                for status in (400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429)
            ]
        },
    },
}
HYPOTHESIS = settings(
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def world(tokens: Tokens, connected_database: None) -> World:
    return World(tokens)


@pytest.fixture(autouse=True)
def ids(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repeated]:
    """Where the same is asked again the same happens: runs work at once, time stands still."""
    repeated = Repeated()
    monkeypatch.setitem(app.extensions, LAUNCH_RUN, continue_run)
    monkeypatch.setattr("billing.ids._ascending", repeated)
    with clock.frozen(world.now), without_network():
        yield repeated


@pytest.fixture(scope="module")
def documented(app: Flask) -> BaseSchema:
    """The document, as schemathesis knows it, of the application."""
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_dict(document(features(), PREFIX), config=config)
    schema.app = app
    schema.hook(filter_failure)
    return schema


def filter_failure(
    _: Any, failure: Failure, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    """Whether it counts: a wrong request must be refused if it was still wrong when it came."""
    accepted = isinstance(failure, AcceptedNegativeData)
    return not (accepted and is_as_documented(case, response.request))


class Findings:
    """What failed so far of an operation, each kind of failure once."""

    def __init__(self, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}
        self._found: dict[tuple[str, ...], str] = {}

    def ask(self, case: schemathesis.Case) -> None:
        """Send the case and check the answer."""
        try:
            case.call_and_validate(
                headers=self._headers, additional_checks=[only_for_what_a_schema_cannot_say]
            )
        except FailureGroup as failures:
            kinds = sorted({one.title for one in failures.exceptions})
            self._found.setdefault(tuple(kinds), str(failures))

    def report(self) -> None:
        """Fails with all of them."""
        if self._found:
            pytest.fail("\n\n".join(self._found.values()), pytrace=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_operation_keeps_its_word(documented: BaseSchema, world: World, name: str) -> None:
    world.restore()
    found = Findings(world.token)
    asking(documented, name, found.ask)()
    found.report()


def asking(documented: BaseSchema, name: str, ask: Callable[..., None]) -> Callable[[], None]:
    """What asks for one operation, over and over: as the library's own plugin makes it, but only
    when its turn comes; made while tests are collected, it would hold up everybody's."""
    operation = documented.find_operation_by_id(name)
    return build_operation_test(
        config=documented.config,
        operation=operation,
        test_func=ask,
        explicit_settings=HYPOTHESIS,
        given_kwargs={},
        feedback=NO_FEEDBACK,
    )


@pytest.mark.slow
def test_operations_keep_their_word_one_after_the_other(
    documented: BaseSchema, world: World, ids: Repeated
) -> None:
    """What one answers is what the next is asked with; each story begins with all objects."""

    @documented.auth()
    class Bearer:
        def get(self, case: schemathesis.Case, _: Any) -> str:
            return world.token

        def set(self, case: schemathesis.Case, token: str, _: Any) -> None:
            case.headers["Authorization"] = f"Bearer {token}"

    class Story(documented.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            world.restore()
            ids.start_again()

    Story.run(settings=settings(HYPOTHESIS, max_examples=STORIES, stateful_step_count=8))


def test_all_checks_are_on() -> None:
    load_all_checks()
    checks = SchemathesisConfig.from_dict(CONFIG).projects.default.checks
    assert {n for n in CHECKS.get_all_names() if not checks.get_by_name(name=n).enabled} == set()


@pytest.mark.parametrize(
    ("operation", "query", "body", "fits"),
    [
        ("list_tax_rates", {"country": "DE", "limit": "5"}, None, True),
        ("list_tax_rates", {"cuontry": "DE"}, None, False),
        ("list_tax_rates", {"limit": "five"}, None, False),
        ("list_tax_rates", {"limit": ["5", "6"]}, None, False),
        ("create_tax_rate", {}, {"name": " VAT" + " " * 200, "percentage": "19"}, True),
        ("create_tax_rate", {}, {"name": "V" * 201, "percentage": "19"}, False),
        ("create_tax_rate", {}, {"name": "VAT", "percentage": "19", "rate": 19}, False),
    ],
)
def test_only_what_was_put_right_on_its_way_is_passed_over(
    documented: BaseSchema, operation: str, query: Any, body: Any, fits: bool
) -> None:
    case = documented.find_operation_by_id(operation).Case(query=query, body=body or NOT_SET)
    sent = requests.Request("POST", "http://localhost/x", params=query, json=body).prepare()
    assert is_as_documented(case, sent) == fits
