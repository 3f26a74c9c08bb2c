"""Counts in a real Redis, which is killed, frozen and brought back under them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from billing.rate_limits.redis import RedisCounters
from billing.rate_limits.shared import SharedCounters
from tests.redis_server import RedisServer, redis_server
from tests.waiting import wait_until

ENDS = 4_000_000_020


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def machines(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> tuple[RedisCounters, RedisCounters]:
    """Counters of two machines, on an empty Redis that a busy machine may let wait for a moment."""
    monkeypatch.setattr("billing.rate_limits.redis.ANSWER_SECONDS", 1.0)
    with Redis.from_url(server.url) as redis:
        redis.flushall()
    return (
        RedisCounters(server.url, SharedCounters()),
        RedisCounters(server.url, SharedCounters()),
    )


def test_machines_count_together(machines: tuple[RedisCounters, RedisCounters]) -> None:
    one, other = machines
    assert [one.count("a", ENDS), other.count("a", ENDS), one.count("a", ENDS)] == [1, 2, 3]
    assert (other.count("b", ENDS), other.count("a", ENDS + 60)) == (1, 1)


def test_counts_leave_redis_again(
    server: RedisServer, machines: tuple[RedisCounters, RedisCounters]
) -> None:
    machines[0].count("a", ENDS)
    with Redis.from_url(server.url) as redis:
        lives = [redis.ttl(key) for key in redis.keys("*")]
    assert len(lives) == 1
    assert 0 < lives[0] <= 120


def test_a_killed_redis_stops_nobody_and_is_used_again_once_it_is_back(
    server: RedisServer, machines: tuple[RedisCounters, RedisCounters]
) -> None:
    one, other = machines
    assert (one.count("a", ENDS), other.count("a", ENDS)) == (1, 2)
    server.kill()
    try:
        began = time.monotonic()
        assert [one.count("a", ENDS) for _ in range(50)] == list(range(1, 51)), "it counts alone"
        assert time.monotonic() - began < 30, "the driver's own retries take 3 s for each of them"
    finally:
        server.start()
    with Redis.from_url(server.url) as redis:
        wait_until(lambda: one.count("back", ENDS) > 0 and redis.dbsize() == 1)
        wait_until(lambda: other.count("here", ENDS) > 0 and redis.dbsize() == 2)
    assert one.count("both", ENDS) + other.count("both", ENDS) == 3


def test_a_redis_that_hangs_makes_nobody_wait_twice(
    server: RedisServer, machines: tuple[RedisCounters, RedisCounters]
) -> None:
    one = machines[0]
    one.count("a", ENDS)
    with server.frozen():
        began = time.monotonic()
        assert [one.count("a", ENDS) for _ in range(50)] == list(range(1, 51))
        assert time.monotonic() - began < 20, "not a second for each"
    wait_until(lambda: one.count("a", ENDS) < 50)  # its own count was higher


def test_a_redis_that_was_never_there_stops_nobody(tmp_path: Path) -> None:
    counters = RedisCounters(RedisServer(tmp_path).url, SharedCounters())
    assert [counters.count("a", ENDS) for _ in range(3)] == [1, 2, 3]
