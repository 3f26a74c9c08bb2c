"""The key that signs tokens is exchanged, instance by instance, and nobody is turned away."""

from __future__ import annotations

import pytest

from billing.database import Database, Row
from billing.users.errors import InvalidToken
from billing.users.tokens import Tokens
from tests.factories import create_user

ISSUER = "http://localhost:3000"
OLD, NEW = "k1Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQeB", "w7Qe2TyU9iOp4AsD6fGh1JkL3zXc8VbN"
# What the instances of an installation are told, in this order.
BEFORE, KNOWS_BOTH = Tokens(OLD, ISSUER), Tokens(OLD, ISSUER, NEW)
SIGNS_BY_NEW, AFTERWARDS = Tokens(NEW, ISSUER, OLD), Tokens(NEW, ISSUER)


@pytest.mark.parametrize(
    ("signs", "checks"),
    [
        (BEFORE, KNOWS_BOTH),
        (KNOWS_BOTH, BEFORE),
        (KNOWS_BOTH, SIGNS_BY_NEW),
        (SIGNS_BY_NEW, KNOWS_BOTH),
        (SIGNS_BY_NEW, AFTERWARDS),
        (AFTERWARDS, SIGNS_BY_NEW),
    ],
)
def test_instances_a_step_apart_believe_each_other(
    db: Database[Row], signs: Tokens, checks: Tokens
) -> None:
    user = create_user()
    assert checks.authenticate(signs.issue(user).access_token).id == user.id


@pytest.mark.parametrize(("signs", "checks"), [(BEFORE, AFTERWARDS), (AFTERWARDS, BEFORE)])
def test_a_key_that_is_not_named_is_not_believed(
    db: Database[Row], signs: Tokens, checks: Tokens
) -> None:
    token = signs.issue(create_user()).access_token
    with pytest.raises(InvalidToken):
        checks.authenticate(token)
