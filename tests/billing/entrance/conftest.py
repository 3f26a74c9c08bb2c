"""Links are sealed as in a running portal, and nobody waits for a mail that is not sent."""

from __future__ import annotations

import pytest

from billing import sealing
from billing.entrance import ask


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    sealing.use_secret("kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe")
    monkeypatch.setattr(ask, "AT_LEAST_SECONDS", 0.0)
