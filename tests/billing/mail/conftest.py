"""Secrets of mails are sealed as in a running portal."""

from __future__ import annotations

import pytest

from billing import sealing

SECRET_KEY = "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"


@pytest.fixture(autouse=True)
def sealed() -> None:
    sealing.use_secret(SECRET_KEY)
