"""What each layer of the API adds to a request, in process and one request at a time.

A layer that can be called alone is timed alone; idempotency and the audit event are what a write
takes with them and without, which takes turns so that whatever else the machine does falls on
both.
"""

import itertools
import json
import tempfile
import time
from collections.abc import Callable
from statistics import median
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient

from api.rate_limits import count_actor
from bench.http_seed import seed
from bench.http_servers import JWT_SECRET, PUBLIC_URL
from bench.table import Row
from billing import database, indexes
from billing.last_inserts import insert_last
from billing.pipeline import Insert
from billing.settings import Settings
from billing.users.tokens import Tokens
from portal.app import create_app

ROUNDS = 5
TIMES = 200
CUSTOMERS = 1000
_KEYS = itertools.count()
_BODY = json.dumps({"name": "Ada Lovelace", "email": "ada@example.com"})

Work = Callable[[], object]


def rows(uri: str) -> list[Row]:
    """Every layer, on a database of its own at this server."""
    database.connect(uri.replace("/duebill?", "/bench_layers?"))
    database.database().client.drop_database("bench_layers")
    indexes.ensure_indexes()
    user, (known, *_) = seed(CUSTOMERS)
    tokens = Tokens(JWT_SECRET, PUBLIC_URL)
    token = tokens.issue(user).access_token
    try:
        return _layers(_app(), tokens, token, known)
    finally:
        database.database().client.drop_database("bench_layers")
        database.disconnect()


def _app() -> Flask:
    with tempfile.TemporaryDirectory(prefix="duebill-bench-") as directory:
        environment = {
            "DATA_DIR": directory,
            "SECRET_KEY": JWT_SECRET,
            "JWT_SECRET": JWT_SECRET,
            "PUBLIC_URL": PUBLIC_URL,
            "MONGODB_URI": database.uri(),
            "API_RATE_LIMIT": "10000000",
            "LOG_LEVEL": "error",
        }
        return create_app(Settings.load(environment), connect=False)


def _layers(app: Flask, tokens: Tokens, token: str, known: str) -> list[Row]:
    client, actor = app.test_client(), tokens.authenticate(token)
    headers = {"Authorization": f"Bearer {token}"}
    plain, keyed = _post(client, headers), _post(client, headers, keyed=True)
    with app.test_request_context("/api/v1/customers"):
        alone = [
            _row("token check, mostly kept", _each(lambda: tokens.authenticate(token))),
            _row("rate limit, in memory", _each(lambda: count_actor(actor))),
        ]
    get = _each(lambda: client.get(f"/api/v1/customers/{known}", headers=headers))
    write, with_key = _side_by_side(plain, keyed)
    told, untold = _side_by_side(plain, _without_events(plain))
    return [
        _row("GET a customer, whole", get),
        *alone,
        _row("POST a customer, whole, without a key", write),
        _row("idempotency key of a write", with_key - write),
        _row("audit event of a write", told - untold),
    ]


def _post(client: FlaskClient, headers: dict[str, str], *, keyed: bool = False) -> Work:
    def post() -> object:
        key = {"Idempotency-Key": f"bench-{next(_KEYS)}"} if keyed else {}
        answer = client.post(
            "/api/v1/customers",
            data=_BODY,
            headers={**headers, **key},
            content_type="application/json",
        )
        assert answer.status_code == 201, answer.data
        return answer

    return post


def _without_events(work: Work) -> Work:
    def insert_customer(customer: Insert, _event: Insert) -> None:
        insert_last(customer)

    def quietly() -> object:
        with patch("billing.events.journal.insert_last", insert_customer):
            return work()

    return quietly


def _each(work: Work, times: int = TIMES) -> float:
    """Microseconds that `work` takes: the median of the rounds."""
    return median(_timed(work, times) for _ in range(ROUNDS))


def _side_by_side(one: Work, other: Work) -> tuple[float, float]:
    """Both, each round one right after the other."""
    pairs = [(_timed(one, TIMES), _timed(other, TIMES)) for _ in range(ROUNDS)]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def _timed(work: Work, times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times * 1e6


def _row(name: str, microseconds: float) -> Row:
    print(f"  {name}: {microseconds:,.0f} µs", flush=True)
    return Row(name, microseconds, "µs", is_at_most=True)
