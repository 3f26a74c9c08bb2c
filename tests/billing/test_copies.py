"""Copies in a real Redis that dies and hangs, and in one process."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from redis import Redis

from billing import copies, redis_away
from billing.copies import OwnCopies, RedisCopies
from tests.redis_server import RedisServer, redis_server
from tests.waiting import wait_until

SUMS = {"due USD not_due": [4900, 1]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def instances(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> tuple[RedisCopies, RedisCopies]:
    """Those of two instances, on an empty Redis that a busy machine may let wait for a moment."""
    monkeypatch.setattr(redis_away, "ANSWER_SECONDS", 1.0)
    with Redis.from_url(server.url) as redis:
        redis.flushall()
    return RedisCopies(server.url), RedisCopies(server.url)


def test_what_one_instance_made_the_other_finds(
    server: RedisServer, instances: tuple[RedisCopies, RedisCopies]
) -> None:
    one, other = instances
    one.put("books 1", SUMS)
    assert (other.find("books 1"), other.find("books 2")) == (SUMS, None)
    with Redis.from_url(server.url) as redis:
        lives = [redis.ttl(key) for key in redis.keys("*")]
        assert len(lives) == 1
        assert 0 < lives[0] <= copies.KEPT_SECONDS
        redis.set(redis.keys("*")[0], "{cut o")
    assert other.find("books 1") is None


def test_a_redis_that_hangs_or_is_dead_makes_nobody_wait_twice(
    server: RedisServer, instances: tuple[RedisCopies, RedisCopies]
) -> None:
    one, other = instances
    one.put("books 1", SUMS)
    with server.frozen():
        began = time.monotonic()
        for n in range(50):
            one.put(f"books {n}", SUMS)
            assert one.find("books 1") is None
        assert time.monotonic() - began < 20, "not a second for each"
    server.kill()
    try:
        assert [other.find("books 1") for _ in range(50)] == [None] * 50
    finally:
        server.start()
    wait_until(lambda: one.put("back", SUMS) is None and one.find("back") == SUMS)
    wait_until(lambda: other.find("back") == SUMS)
    assert one.find("books 1") is None


def test_without_redis_the_last_few_are_in_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    own = OwnCopies()
    for n in range(100):
        own.put(f"books {n}", n)
    assert (own.find("books 99"), own.find("books 0")) == (99, None)
    assert len(own._kept) == 64
    later = time.monotonic() + copies.KEPT_SECONDS
    monkeypatch.setattr(copies, "monotonic", lambda: later)
    assert own.find("books 99") is None


def test_what_is_set_is_used(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_chosen", {})
    assert isinstance(copies.copies(), OwnCopies)
    copies.use_redis(server.url)
    assert isinstance(copies.copies(), RedisCopies)
    copies.use_redis(None)
    assert isinstance(copies.copies(), OwnCopies)
