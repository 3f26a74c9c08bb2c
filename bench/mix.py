"""Reads and writes mixed as clients mix them: 60 % one customer, 20 % lists, 20 % new customers.

First 500 connections that never rest, beside the same mix on bare Flask routes and raw PyMongo,
both for a minute; at saturation a request waits for 500 / rate seconds, which is no server time
(Little's law). Then 500 users who think for about a second between requests. Customers are drawn
at random, each write carries an Idempotency-Key, and lists are of customers and of invoices.
"""

import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.http_load import Deck, Load, Request, load
from bench.http_servers import Servers, servers
from bench.table import Row

CONNECTIONS = 500
PROGRAMS = 10
"""How many tokens the connections that never rest share; each of the users has one of their own."""
CARDS = 2000
ROUNDS = 3
SECONDS = 20
WARM_UP_SECONDS = 4
THINKING_SECONDS = 30
_BODY = json.dumps({"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+49 30 1"})


def rows(uri: str) -> list[Row]:
    """Every figure, on a database of its own at this server."""
    with (
        tempfile.TemporaryDirectory(prefix="duebill-bench-") as directory,
        servers(uri, "bench_mix", Path(directory)) as (both, ids),
    ):
        return _restless(both, ids) + _thinking(both, ids)


def _restless(both: Servers, ids: list[str]) -> list[Row]:
    tokens = [both.token() for _ in range(PROGRAMS)]
    ours = deck(f"{both.portal}/api/v1", tokens, ids, is_keyed=True)
    ceiling = deck(both.ceiling, tokens, ids)
    for cards in (ours, ceiling):
        load(cards, WARM_UP_SECONDS, connections=CONNECTIONS)
    rounds = [(_round(ours), _round(ceiling)) for _ in range(ROUNDS)]
    mine, best = _of([one for one, _ in rounds]), _of([other for _, other in rounds])
    print(f"  mix: {mine.rate:,.0f}/s of {best.rate:,.0f}/s, errors {mine.errors}", flush=True)
    times = (mine.p50, mine.p95, mine.p99)
    return [
        Row("mix, 500 connections", mine.rate, "requests/s", best.rate, 0.9 * best.rate, *times),
        Row("mix, 500 connections, alone", mine.rate, "requests/s", None, 1000.0),
        Row("mix, 500 connections, errors", mine.errors, "requests", target=0, is_at_most=True),
        Row(
            *("bare Flask and PyMongo: mix", best.rate, "requests/s", None, None),
            *(best.p50, best.p95, best.p99),
        ),
    ]


def _thinking(both: Servers, ids: list[str]) -> list[Row]:
    tokens = [both.token() for _ in range(CONNECTIONS)]
    users = deck(f"{both.portal}/api/v1", tokens, ids, is_keyed=True)
    found = load(users, THINKING_SECONDS, connections=CONNECTIONS, think=1.0)
    print(f"  500 users: {found.rate:,.0f}/s, p95 {found.p95:.1f} ms, errors {found.errors}")
    times = (found.p50, found.p95, found.p99)
    return [
        Row("mix, 500 users, p95", found.p95, "ms", None, 200.0, *times, is_at_most=True),
        Row("mix, 500 users, errors", found.errors, "requests", target=0, is_at_most=True),
    ]


def _round(cards: Deck) -> Load:
    return load(cards, SECONDS, connections=CONNECTIONS)


def _of(loads: list[Load]) -> Load:
    names = ("rate", "p50", "p95", "p99")
    errors = sum(one.errors for one in loads)
    return Load(*(median(getattr(one, name) for one in loads) for name in names), errors=errors)


def deck(
    base: str, tokens: Sequence[str], ids: list[str], *, is_keyed: bool = False
) -> list[Request]:
    """Twelve of twenty read a customer, four a list, four create; the same for both servers."""
    chance = random.Random(1)

    def card(number: int) -> Request:
        token, kind = tokens[number % len(tokens)], number // len(tokens) % 20
        if kind < 12:
            return Request(f"{base}/customers/{chance.choice(ids)}", token)
        if kind < 16:
            return Request(f"{base}/{('customers', 'invoices')[kind % 2]}", token)
        return Request(f"{base}/customers", token, _BODY, is_keyed)

    return [card(number) for number in range(max(CARDS, 20 * len(tokens)))]
