"""Pure: a subscription's coupon from cycle to cycle."""

from datetime import date

from billing.database import Row


def take_coupon(row: Row, day: date) -> list[Row]:
    """The coupon of `row`, if it counts for the period that begins on `day`; none otherwise.

    One cycle of it is used up. A coupon without a cycle left stays for the period that it reduced,
    whose changes it counts for, and is gone with the next; so is one that was taken off since.
    """
    if row.get("period_coupon"):
        row["period_coupon"] = None
    coupon = row.get("coupon")
    if not coupon:
        return []
    left = coupon.get("remaining_cycles")
    if left == 0:
        row["coupon"] = None
        return []
    since = coupon.get("since") or day.isoformat()
    following = None if left is None else left - 1
    row["coupon"] = {**coupon, "since": since, "remaining_cycles": following}
    return [coupon]


def coupon_ahead(row: Row) -> list[Row]:
    """The coupon that the next period's invoice will take off, for usage that is billed before it;
    none of its cycles is used up.

    A fixed amount stays with that invoice, so that it is not taken off twice.
    """
    coupon = row.get("coupon")
    if not coupon or coupon.get("percent_off") is None or coupon.get("remaining_cycles") == 0:
        return []
    return [coupon]
