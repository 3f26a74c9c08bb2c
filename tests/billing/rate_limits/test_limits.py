"""Who is counted as whom, and against which limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from billing import clock
from billing.actors import Actor
from billing.errors import TooMany
from billing.rate_limits.limits import RateLimits
from billing.rate_limits.shared import SharedCounters
from billing.settings import Settings

NOON = datetime(2026, 11, 23, 12, 0, 18, tzinfo=UTC)
ADA = Actor(type="user", id="usr_ada")
SHOP = Actor(type="client", id="cli_shop", client_id="cli_shop")


@pytest.fixture
def limits(settings: Settings) -> RateLimits:
    few = {"api_rate_limit": 5, "address_rate_limit": 4, "token_rate_limit": 3}
    return RateLimits(settings.model_copy(update=few), SharedCounters())


def test_a_standing_tells_limit_rest_and_seconds_to_the_next_minute(limits: RateLimits) -> None:
    with clock.frozen(NOON):
        found = [limits.by_actor(ADA) for _ in range(2)]
    assert [(one.limit, one.remaining, one.reset) for one in found] == [(5, 4, 42), (5, 3, 42)]


def test_beyond_the_limit_is_too_many_until_the_minute_is_over(limits: RateLimits) -> None:
    with clock.frozen(NOON):
        for _ in range(5):
            limits.by_actor(ADA).check()
        with pytest.raises(TooMany) as refused:
            limits.by_actor(ADA).check()
        assert refused.value.retry_after == 42
        assert limits.by_actor(ADA).remaining == 0
    with clock.frozen(NOON + timedelta(seconds=41)), pytest.raises(TooMany):
        limits.by_actor(ADA).check()
    with clock.frozen(NOON + timedelta(seconds=42)):
        assert limits.by_actor(ADA).remaining == 4


def test_a_clients_own_limit_goes_before_the_default(limits: RateLimits) -> None:
    with clock.frozen(NOON):
        wide = Actor(type="client", id="cli_wide", rate_limit=500)
        narrow = Actor(type="client", id="cli_narrow", rate_limit=1)
        assert [limits.by_actor(who).limit for who in (SHOP, wide, narrow)] == [5, 500, 1]
        with pytest.raises(TooMany):
            limits.by_actor(narrow).check()


def test_what_a_client_does_for_users_is_counted_for_the_client(limits: RateLimits) -> None:
    with clock.frozen(NOON):
        for user in ("usr_ada", "usr_eve"):
            limits.by_actor(Actor(type="user", id=user, client_id=SHOP.id))
        assert limits.by_actor(SHOP).remaining == 2
        assert limits.by_actor(ADA).remaining == 4


def test_each_is_counted_apart(limits: RateLimits) -> None:
    with clock.frozen(NOON):
        for _ in range(3):
            limits.by_actor(ADA), limits.by_address("192.0.2.7")
        assert limits.by_actor(SHOP).remaining == 4
        assert limits.by_actor(Actor(type="client", id=ADA.id)).remaining == 4
        assert limits.by_address("192.0.2.8").remaining == 3
        assert limits.for_token("192.0.2.7").remaining == 2
        assert limits.failed("192.0.2.7").remaining == 3


@pytest.mark.parametrize(
    ("first", "second", "are_one"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        (None, None, True),
        ("unix:", None, False),
    ],
)
def test_who_shares_an_address(
    limits: RateLimits, first: str | None, second: str | None, are_one: bool
) -> None:
    with clock.frozen(NOON):
        limits.by_address(first)
        assert limits.by_address(second).count == (2 if are_one else 1)


def test_an_address_of_many_bad_tokens_is_locked_out_until_the_minute_is_over(
    limits: RateLimits,
) -> None:
    with clock.frozen(NOON):
        for _ in range(4):
            limits.failed("192.0.2.7").check()
            assert limits.locked_out("192.0.2.7") is None
        with pytest.raises(TooMany):
            limits.failed("192.0.2.7").check()
        standing = limits.locked_out("192.0.2.7")
        assert standing is not None
        with pytest.raises(TooMany):
            standing.check()
        assert limits.locked_out("192.0.2.8") is None
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert limits.locked_out("192.0.2.7") is None
