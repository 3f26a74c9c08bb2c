"""Coupons: made, changed, redeemed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing import clock
from billing.coupons.errors import (
    CouponArchived,
    CouponCodeTaken,
    CouponExpired,
    CouponFixed,
    CouponNotApplicable,
    CouponNotFound,
    CouponUnknown,
    CouponUsedUp,
)
from billing.coupons.inputs import CouponInput, as_input
from billing.coupons.models import Coupon
from billing.coupons.queries import get_coupon, list_coupons
from billing.coupons.redeem import check_coupon, redeem
from billing.coupons.save_coupon import archive_coupon, update_coupon
from billing.database import Database, Row
from billing.errors import Invalid
from billing.inputs import merge, parse
from billing.transactions import in_transaction
from tests.factories import create_coupon

PLAN, OTHER = f"plan_{'0' * 26}", f"plan_{'1' * 26}"


def change(coupon: Coupon, **values: object) -> Coupon:
    return update_coupon(coupon.id, merge(CouponInput, as_input(coupon), values))


def test_an_unknown_coupon_is_not_found(db: Database[Row]) -> None:
    for get in (get_coupon, archive_coupon):
        with pytest.raises(CouponNotFound):
            get(f"cpn_{'0' * 26}")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"percent_off": "10", "amount_off": 500, "currency": "USD"},
        {"amount_off": 500},
        {"percent_off": "10", "currency": "USD"},
        {"percent_off": "10", "duration": "repeating"},
        {"percent_off": "10", "duration": "once", "duration_cycles": 3},
    ],
)
def test_terms_that_do_not_fit_together_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        parse(CouponInput, {"code": "A", "name": "A", **values})


@pytest.mark.parametrize(
    ("field", "value"),
    [("percent_off", "0"), ("percent_off", "0.0"), ("percent_off", "101"), ("amount_off", 0),
     ("code", ""), ("code", "a b"), ("code", "x" * 41), ("max_redemptions", 0)],
)  # fmt: skip
def test_values_that_make_no_sense_are_refused(field: str, value: object) -> None:
    values = {"code": "A", "name": "A", "percent_off": "10", field: value}
    with pytest.raises(Invalid) as refusal:
        parse(CouponInput, values)
    assert field in {error.field for error in refusal.value.errors}


def test_a_code_is_unique_in_whatever_case(db: Database[Row]) -> None:
    coupon = create_coupon(code="Welcome")
    with pytest.raises(CouponCodeTaken):
        create_coupon(code="WELCOME")
    assert check_coupon("wELCOME", None, "USD")["coupon_id"] == coupon.id
    assert check_coupon(coupon.id, None, "USD")["code"] == "Welcome"
    assert [row["_id"] for row in list_coupons(code="WelcomE").items] == [coupon.id]
    odd = create_coupon(code="cpn_1")
    assert check_coupon("CPN_1", None, "USD")["coupon_id"] == odd.id


@pytest.mark.parametrize(
    ("name", "value"), [("code", "B"), ("percent_off", "20"), ("duration", "forever")]
)
def test_what_a_coupon_gives_is_fixed(db: Database[Row], name: str, value: str) -> None:
    coupon = create_coupon()
    with pytest.raises(CouponFixed) as refusal:
        change(coupon, **{name: value})
    assert refusal.value.field == name


def test_limits_can_be_changed(db: Database[Row]) -> None:
    coupon = create_coupon()
    changed = change(coupon, name="Spring", max_redemptions=5, plan_ids=[PLAN])
    assert (changed.name, changed.max_redemptions, changed.plan_ids) == ("Spring", 5, [PLAN])


@pytest.mark.parametrize(
    ("values", "remaining"),
    [
        ({"duration": "once"}, 1),
        ({"duration": "repeating", "duration_cycles": 3}, 3),
        ({"duration": "forever"}, None),
    ],
)
def test_what_a_subscription_gets_of_it(
    db: Database[Row], values: dict[str, Any], remaining: int | None
) -> None:
    coupon = create_coupon(amount_off=500, currency="EUR", **values)
    assert redeem(coupon.code, PLAN, "EUR") == {
        "coupon_id": coupon.id,
        "code": coupon.code,
        "name": "Welcome",
        "percent_off": None,
        "amount_off": 500,
        "currency": "EUR",
        "duration": values["duration"],
        "remaining_cycles": remaining,
        "since": None,
    }


def test_checking_counts_nothing_and_redeeming_counts_once(db: Database[Row]) -> None:
    coupon = create_coupon(max_redemptions=1)
    check_coupon(coupon.code, PLAN, "USD")
    assert get_coupon(coupon.id).times_redeemed == 0
    redeem(coupon.code, PLAN, "USD")
    assert get_coupon(coupon.id).times_redeemed == 1
    for use in (check_coupon, redeem):
        with pytest.raises(CouponUsedUp) as refusal:
            use(coupon.code, PLAN, "USD")
        assert refusal.value.field == "coupon"


def test_what_is_redeemed_in_a_transaction_that_fails_is_not_counted(db: Database[Row]) -> None:
    coupon = create_coupon()

    def fail() -> None:
        redeem(coupon.code, PLAN, "USD")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        in_transaction(fail)
    assert get_coupon(coupon.id).times_redeemed == 0


def test_many_at_once_redeem_no_more_often_than_allowed(db: Database[Row]) -> None:
    coupon = create_coupon(max_redemptions=3)

    def attempt(_: int) -> bool:
        try:
            in_transaction(lambda: redeem(coupon.code, PLAN, "USD"))
        except CouponUsedUp:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(8))) == 3
    assert get_coupon(coupon.id).times_redeemed == 3


def test_the_last_day_counts_in_the_customers_calendar(db: Database[Row]) -> None:
    coupon = create_coupon(redeem_by="2026-11-23")
    with clock.frozen(datetime(2026, 11, 23, 23, 59, tzinfo=UTC)):
        check_coupon(coupon.code, PLAN, "USD")
        with pytest.raises(CouponExpired, match="2026-11-23"):
            check_coupon(coupon.code, PLAN, "USD", on=date(2026, 11, 24))


def test_where_it_does_not_apply_it_is_refused(db: Database[Row]) -> None:
    only = create_coupon(plan_ids=[PLAN])
    check_coupon(only.code, PLAN, "USD")
    for plan_id in (OTHER, None):
        with pytest.raises(CouponNotApplicable, match="other plans"):
            check_coupon(only.code, plan_id, "USD")
    euros = create_coupon(amount_off=500, currency="EUR")
    with pytest.raises(CouponNotApplicable, match="EUR"):
        check_coupon(euros.code, PLAN, "USD")
    with pytest.raises(CouponUnknown):
        check_coupon("NOSUCH", PLAN, "USD")


def test_an_archived_coupon_is_redeemed_no_more(db: Database[Row]) -> None:
    coupon = create_coupon()
    assert archive_coupon(coupon.id).is_archived
    for act in (lambda: redeem(coupon.code, PLAN, "USD"), lambda: archive_coupon(coupon.id)):
        with pytest.raises(CouponArchived):
            act()
    assert change(get_coupon(coupon.id), status="active").status == "active"
