"""How long it takes until a delivery is tried again, and until it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from billing.webhooks.schedule import GIVE_UP_AFTER, is_failing, next_attempt, pause_after

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
END = NOW + GIVE_UP_AFTER


def waits(tries: int, **values: float) -> float:
    """Seconds until the next try."""
    following = next_attempt(tries, NOW, END, **values)
    assert following is not None
    return (following - NOW).total_seconds()


def test_the_waits_grow_and_are_jittered() -> None:
    for tries, about in [(1, 5), (2, 30), (3, 120), (4, 600), (5, 1800), (8, 21600), (30, 43200)]:
        found = {waits(tries) for _ in range(200)}
        assert min(found) >= about * 0.8
        assert max(found) <= about * 1.2
        assert max(found) - min(found) > about * 0.2


def test_it_is_tried_for_three_days_and_once_more_at_their_end() -> None:
    at, tries, moments = NOW, 0, [NOW]
    while True:
        tries += 1
        following = next_attempt(tries, at, END)
        if following is None:
            break
        moments.append(following)
        at = following
    assert moments[-1] == END
    assert 12 <= len(moments) <= 16
    assert moments == sorted(moments)


def test_what_waited_for_longer_gets_its_one_try() -> None:
    assert next_attempt(1, END + timedelta(days=1), END) is None


def test_a_receiver_can_ask_for_more_time_within_bounds() -> None:
    assert waits(1, retry_after=100) == 100
    assert waits(3, retry_after=1) >= 96
    assert waits(1, retry_after=10**9) == 12 * 3600


def test_an_endpoint_is_failing_after_three_in_a_row_and_then_slowed() -> None:
    assert [is_failing(n) for n in (0, 1, 2, 3, 4)] == [False, False, False, True, True]
    assert pause_after(2) == timedelta()
    for failures, about in [(3, 5), (4, 10), (7, 60), (1000, 60)]:
        assert about * 0.8 <= pause_after(failures).total_seconds() <= about * 1.2
