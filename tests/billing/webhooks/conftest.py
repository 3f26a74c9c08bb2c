"""Receivers on loopback, which these tests allow, and workers in threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from billing import sealing
from billing.webhooks import targets
from tests.billing.webhooks.receiver import Receiver, receiving


@pytest.fixture(autouse=True)
def secret_key() -> None:
    sealing.use_secret("kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe")


@pytest.fixture
def to_loopback() -> Iterator[None]:
    targets.allow_private(True)
    yield
    targets.allow_private(False)


@pytest.fixture
def receiver(to_loopback: None) -> Iterator[Receiver]:
    with receiving() as found:
        yield found
