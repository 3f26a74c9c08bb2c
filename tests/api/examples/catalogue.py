"""What is sold, and who sells it."""

from __future__ import annotations

from typing import Any

from tests.api.examples.teller import Teller

TEAM = {
    "name": "Team",
    "description": "For teams that share their maps.",
    "price": 1200,
    "currency": "EUR",
    "billing_cycle": "monthly",
    "pricing_model": "per_unit",
    "charges": [
        {
            "key": "tiles",
            "name": "Map tiles",
            "pricing_model": "graduated",
            "meter": "tiles",
            "tiers": [{"up_to": 10000}, {"up_to": None, "unit_amount": "0.2"}],
        }
    ],
    "features": [{"key": "sso", "name": "Single sign-on"}],
    "limits": {"tiles": 500000},
}


def tell_settings(tell: Teller, vat: str) -> None:
    address = {"line1": "Gartenstr. 4", "city": "Berlin", "postal_code": "10115", "country": "DE"}
    settings = {
        "name": "Feldmark Maps GmbH",
        "address": address,
        "tax_id": "DE312345678",
        "payment_instructions": "IBAN DE02 1203 0000 0000 2020 51, BIC BYLADEM1001",
        "timezone": "Europe/Berlin",
        "default_tax_rate_ids": [vat],
    }
    tell("update_settings", settings)
    tell("patch_settings", {"dunning": {"days": [3, 10, 21], "final_action": "cancel"}})
    tell("get_settings")


def tell_tax_rates(tell: Teller) -> str:
    vat = tell("create_tax_rate", {"name": "VAT", "percentage": "19", "country": "DE"})
    named = {"name": "German VAT", "percentage": "19", "country": "DE"}
    tell("update_tax_rate", named, tax_rate_id=vat["id"])
    tell("patch_tax_rate", {"name": "VAT"}, tax_rate_id=vat["id"])
    tell("get_tax_rate", tax_rate_id=vat["id"])
    old = tell("create_tax_rate", {"name": "VAT", "percentage": "16", "country": "DE"})
    tell("archive_tax_rate", {}, tax_rate_id=old["id"])
    tell("list_tax_rates", query={"status": "active"})
    return str(vat["id"])


def tell_meters(tell: Teller) -> None:
    meter = tell("create_meter", {"key": "tiles", "name": "Tiles", "aggregation": "sum"})
    whole = {"name": "Map tiles", "aggregation": "sum", "unit": "tiles"}
    tell("update_meter", whole, meter_id=meter["id"])
    tell("patch_meter", {"metadata": {"team": "rendering"}}, meter_id=meter["id"])
    tell("get_meter", meter_id=meter["id"])
    tell("list_meters", query={"key": "tiles"})
    old = tell("create_meter", {"key": "logins", "name": "Logins", "aggregation": "count"})
    tell("archive_meter", {}, meter_id=old["id"])


def tell_plans(tell: Teller) -> dict[str, Any]:
    team = tell("create_plan", TEAM)
    tell("patch_plan", {"tier": "team"}, plan_id=team["id"])
    tell("get_plan", plan_id=team["id"])
    tell("list_plans", query={"status": "active", "sort": "name"})
    estimate = {"quantity": 10, "usage": {"tiles": 42000}}
    tell("estimate_plan", estimate, plan_id=team["id"])
    old = tell("create_plan", {**TEAM, "name": "Team 2025", "price": 900, "charges": []})
    tell("archive_plan", {}, plan_id=old["id"])
    found: dict[str, Any] = team
    return found


def tell_new_version(tell: Teller, plan_id: str) -> None:
    tell("update_plan", {**TEAM, "price": 1400, "tier": "team"}, plan_id=plan_id)
    tell("list_plan_versions", plan_id=plan_id)
    move = {"version": 2, "effective": "period_end"}
    tell("preview_move", move, plan_id=plan_id)
    tell("move_subscribers", move, plan_id=plan_id)


def tell_coupons(tell: Teller, plan_id: str) -> None:
    launch = {"code": "LAUNCH20", "name": "Launch", "percent_off": "20"}
    launch |= {"duration": "repeating", "duration_cycles": 3}  # type: ignore[dict-item]
    coupon = tell("create_coupon", launch)
    whole = {**launch, "max_redemptions": 500, "plan_ids": [plan_id]}
    tell("update_coupon", whole, coupon_id=coupon["id"])
    tell("patch_coupon", {"redeem_by": "2027-03-31"}, coupon_id=coupon["id"])
    tell("get_coupon", coupon_id=coupon["id"])
    tell("list_coupons", query={"code": "LAUNCH20"})
    gift = {"code": "GIFT10", "name": "Gift", "amount_off": 1000, "currency": "EUR"}
    tell("archive_coupon", {}, coupon_id=tell("create_coupon", gift)["id"])
