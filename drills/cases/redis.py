"""Redis slow, frozen, dead, back and flushed: nobody waits for it, nothing is lost by it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis as RedisClient

from drills.report import Report
from drills.world.books import count_books
from drills.world.servers import Redis
from drills.world.stutter import frozen, stuttering
from drills.world.world import World, world
from drills.world.writer import Writer, missing_and_doubled

SECONDS = 5.0
_SLOWEST = 2.0


def drill(report: Report) -> None:
    """The same load throughout; each phase is measured for itself."""
    with world(nodes=1, redis=True) as found:
        redis = found.redis
        assert redis
        names: list[str] = []
        with _phase("well", found, report, names):
            pass
        report.some("keys in Redis", _keys(redis))
        with _phase("slow", found, report, names), stuttering([redis], stands=0.15, moves=0.01):
            time.sleep(SECONDS)
        with _phase("frozen", found, report, names), frozen([redis]):
            time.sleep(SECONDS)
        redis.kill()
        with _phase("dead", found, report, names):
            pass
        redis.begin()
        with _phase("back", found, report, names):
            pass
        report.some("keys in Redis once it is back", _keys(redis))
        with _phase("flushed", found, report, names):
            _client(redis).flushall()
        lost, doubled = missing_and_doubled(names)
        report.zero("acknowledged and lost", lost)
        report.zero("acknowledged and doubled", doubled)
        count_books(report)


@contextmanager
def _phase(name: str, found: World, report: Report, names: list[str]) -> Iterator[None]:
    """Write and read while the context lasts, but for SECONDS at least; every answer is 2xx."""
    with Writer(found.client(), rate=60, threads=6, prefix=name) as writer:
        began = time.monotonic()
        yield
        time.sleep(max(0.0, SECONDS - (time.monotonic() - began)))
        rate = writer.rate
    failed = sum(count for status, count in writer.statuses.items() if status != 201)
    report.some(f"{name}: writes a second", rate, 20)
    report.zero(f"{name}: failed requests", failed)
    report.within(f"{name}: slowest request, seconds", writer.slowest, _SLOWEST)
    names += writer.names


def _client(redis: Redis) -> "RedisClient":
    return RedisClient.from_url(redis.url)


def _keys(redis: Redis) -> int:
    return int(_client(redis).dbsize())
