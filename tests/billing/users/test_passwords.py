"""Few password hashes are computed at once, and who has to come again has not failed."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event, Lock

import pytest
from argon2.exceptions import VerifyMismatchError

from billing.database import Database, Row
from billing.errors import TooMany
from billing.users import passwords
from billing.users.inputs import NewPassword
from billing.users.links import get_link_user, new_link
from billing.users.passwords import ADMITTED, AT_ONCE, hash_password, password_matches
from billing.users.reset_password import reset_password
from billing.users.throttle import WINDOW
from tests.factories import PASSWORD, create_user
from tests.full_house import full_house
from tests.waiting import wait_until

THREADS = 8


class Hasher:
    """Takes until it is told to go on, and knows how many computed together."""

    def __init__(self) -> None:
        self.go_on = Event()
        self.most = self._now = 0
        self._lock = Lock()

    def hash(self, password: str) -> str:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self.go_on.wait(30)
        with self._lock:
            self._now -= 1
        return password

    def verify(self, _hash: str, password: str) -> bool:
        return bool(self.hash(password))


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Hasher:
    slow = Hasher()
    monkeypatch.setattr(passwords, "_hasher", slow)
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 30)
    return slow


def test_passwords_take_half_of_the_threads_and_few_of_them_compute(hasher: Hasher) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        asked: list[Future[object]] = [
            pool.submit(password_matches, "$argon2id$", PASSWORD)
            if n % 2
            else pool.submit(hash_password, PASSWORD)
            for n in range(THREADS)
        ]
        try:
            told = _first(asked, THREADS - ADMITTED)
            assert {type(each.exception()) for each in told} == {TooMany}
            wait_until(lambda: hasher.most == AT_ONCE)
        finally:
            hasher.go_on.set()
    assert sum(each.exception() is None for each in asked) == ADMITTED
    assert hasher.most == AT_ONCE
    assert password_matches("$argon2id$", PASSWORD)  # all have left again


def _first(asked: list[Future[object]], count: int) -> list[Future[object]]:
    """As many as are done while the others are computed or wait."""
    done: set[Future[object]] = set()
    while len(done) < count:
        some = wait(set(asked) - done, 30, "FIRST_COMPLETED").done
        assert some, f"only {len(done)} were told at once"
        done |= some
    return list(done)


def test_who_waits_in_vain_is_told_so_and_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.01)
    kept = hash_password(PASSWORD)
    with passwords._computed, passwords._computed:
        for _ in range(ADMITTED + 1):
            with pytest.raises(TooMany, match="being checked just now") as refusal:
                password_matches(kept, PASSWORD)
            assert refusal.value.retry_after == 2
    assert password_matches(kept, PASSWORD)


def test_a_link_is_not_spent_on_a_password_that_could_not_be_hashed(db: Database[Row]) -> None:
    user = create_user()
    token, chosen = new_link(user.id, "password_reset", WINDOW), NewPassword(new_password="x7 " * 5)
    with full_house(), pytest.raises(TooMany):
        reset_password(token, chosen)
    assert get_link_user(token, "password_reset").id == user.id
    assert reset_password(token, chosen).id == user.id


def test_nobodys_hash_costs_what_each_does_and_is_matched_by_nothing() -> None:
    """Without a computation of its own, which each process would begin with."""
    assert not passwords._hasher.check_needs_rehash(passwords._NOBODY)
    assert passwords._NOBODY.split("$")[:4] == hash_password(PASSWORD).split("$")[:4]
    with pytest.raises(VerifyMismatchError):
        passwords._hasher.verify(passwords._NOBODY, PASSWORD)
    assert not password_matches(None, PASSWORD)
