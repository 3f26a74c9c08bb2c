"""Refusals: a stable code, a sentence, and the fields to blame."""

from __future__ import annotations

from importlib import import_module

import pytest

from billing.errors import BillingError, FieldError, TooMany
from billing.indexes import FEATURES


def refusals() -> list[type[BillingError]]:
    """Every class of refusal there is."""
    for feature in [*FEATURES, "imports", "demo"]:
        try:
            import_module(f"billing.{feature}.errors")
        except ModuleNotFoundError:
            continue
    import_module("billing.subscriptions.states")
    import_module("billing.invoices.commit_bills")
    found, left = [], [BillingError]
    while left:
        found.append(left.pop())
        left.extend(found[-1].__subclasses__())
    return found


def test_a_refusal_blames_its_field() -> None:
    assert BillingError("No.", field="name").errors == [FieldError("name", "No.")]
    assert BillingError("No.").errors == []
    several = [FieldError("a", "x"), FieldError("b", "y")]
    assert BillingError("No.", errors=several).errors == several
    assert str(BillingError("No.")) == "No."
    assert TooMany("Wait.", retry_after=7).retry_after == 7


@pytest.mark.parametrize("refusal", refusals())
def test_every_refusal_has_a_code_of_its_own(refusal: type[BillingError]) -> None:
    same = [other for other in refusals() if other.code == refusal.code]
    assert same == [refusal]
    assert refusal.code == refusal.code.lower()
