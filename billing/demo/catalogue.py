"""What the made-up company sells."""

from typing import Any

_SEATS = {"key": "seats", "name": "Team seats", "enabled": True}
_SSO = {"key": "sso", "name": "Single sign-on", "enabled": True}
_SUPPORT = {"key": "priority_support", "name": "Priority support", "enabled": True}

# By key: what makes the plan, and how often it is chosen. `ends_after` is the part of the
# history after which it is taken off sale. Prices are in smallest units.
PLANS: dict[str, dict[str, Any]] = {
    "starter": {
        "name": "Starter",
        "description": "For a first project.",
        "price": 1900,
        "currency": "USD",
        "billing_cycle": "monthly",
        "features": [_SEATS],
        "limits": {"projects": 3},
        "self_service": True,
        "tier": "1",
    },
    "team": {
        "name": "Team",
        "description": "For a team with several projects.",
        "price": 4900,
        "currency": "USD",
        "billing_cycle": "monthly",
        "features": [_SEATS, _SSO],
        "limits": {"projects": 25},
        "trial_days": 14,
        "self_service": True,
        "tier": "2",
    },
    "team_yearly": {
        "name": "Team, yearly",
        "description": "Twelve months for the price of ten.",
        "price": 49000,
        "currency": "USD",
        "billing_cycle": "yearly",
        "features": [_SEATS, _SSO],
        "limits": {"projects": 25},
        "self_service": True,
        "tier": "2",
    },
    "business": {
        "name": "Business",
        "description": "Everything, billed in euros.",
        "price": 12900,
        "currency": "EUR",
        "billing_cycle": "monthly",
        "features": [_SEATS, _SSO, _SUPPORT],
        "limits": {"projects": None},
        "self_service": True,
        "tier": "3",
    },
    "business_yearly": {
        "name": "Business, yearly",
        "description": "Everything, billed in euros once a year.",
        "price": 129000,
        "currency": "EUR",
        "billing_cycle": "yearly",
        "features": [_SEATS, _SSO, _SUPPORT],
        "limits": {"projects": None},
        "self_service": True,
        "tier": "3",
    },
    "messages": {
        "name": "Messages",
        "description": "Booked in advance, 0.42 cents each.",
        "price": "0.42",
        "currency": "USD",
        "billing_cycle": "monthly",
        "pricing_model": "per_unit",
        "features": [{"key": "api", "name": "Messaging API", "enabled": True}],
    },
    "platform": {
        "name": "Platform",
        "description": "A base price, and calls by tiers.",
        "price": 9900,
        "currency": "EUR",
        "billing_cycle": "monthly",
        "setup_fee": 25000,
        "trial_days": 14,
        "minimum_amount": 15000,
        "charges": [
            {
                "key": "calls",
                "name": "API calls",
                "pricing_model": "graduated",
                "meter": "api_calls",
                "timing": "in_arrears",
                "tiers": [
                    {"up_to": 10_000, "unit_amount": 0},
                    {"up_to": 100_000, "unit_amount": "0.35"},
                    {"up_to": None, "unit_amount": "0.2"},
                ],
            }
        ],
        "features": [_SEATS, _SSO, _SUPPORT],
        "limits": {"api_calls": 250_000},
        "tier": "3",
    },
    "studio": {
        "name": "Studio",
        "description": "Seats, the more of them the cheaper each.",
        "price": 0,
        "currency": "GBP",
        "billing_cycle": "monthly",
        "pricing_model": "volume",
        "tiers": [
            {"up_to": 10, "unit_amount": 1200},
            {"up_to": 50, "unit_amount": 1000},
            {"up_to": None, "unit_amount": 850},
        ],
        "trial_days": 30,
        "features": [_SEATS, _SSO],
        "tier": "2",
    },
    "dojo": {
        "name": "Dojo",
        "description": "Everything, billed in yen.",
        "price": 15000,
        "currency": "JPY",
        "billing_cycle": "monthly",
        "features": [_SEATS, _SSO, _SUPPORT],
        "limits": {"projects": None},
        "tier": "3",
    },
    "classic": {
        "name": "Classic",
        "description": "The first plan, no longer sold.",
        "price": 1500,
        "currency": "USD",
        "billing_cycle": "monthly",
        "limits": {"projects": 10},
        "tier": "1",
    },
    "enterprise": {
        "name": "Enterprise",
        "description": "Not on sale yet.",
        "price": 99000,
        "currency": "EUR",
        "billing_cycle": "quarterly",
        "features": [_SEATS, _SSO, _SUPPORT],
        "status": "draft",
    },
}

DISCONTINUED = "classic"
CHOICES: dict[str, dict[str, int]] = {
    "USD": {"starter": 8, "team": 9, "team_yearly": 3, "messages": 4, DISCONTINUED: 5},
    "EUR": {"business": 8, "business_yearly": 3, "platform": 4},
    "GBP": {"studio": 1},
    "JPY": {"dojo": 1},
}

METER = {"key": "api_calls", "name": "API calls", "aggregation": "sum"}
COUPONS: tuple[dict[str, Any], ...] = (
    {
        "code": "WELCOME",
        "name": "20 % off the first three",
        "percent_off": "20",
        "duration": "repeating",
        "duration_cycles": 3,
    },
    {
        "code": "FRIENDS",
        "name": "Ten dollars off the first",
        "amount_off": 1000,
        "currency": "USD",
        "duration": "once",
        "max_redemptions": 500,
    },
)
# By the currency of whom it is charged to.
TAX_RATES = {
    "EUR": {"name": "VAT", "percentage": "19", "inclusive": False, "country": "DE"},
    "GBP": {"name": "VAT", "percentage": "20", "inclusive": False, "country": "GB"},
}

SELLER = {
    "name": "Northlight Software GmbH",
    "brand_color": "#3b5bb5",
    "payment_instructions": "By bank transfer to DE02 1203 0000 0000 2020 51, Northlight Software.",
    "address": {
        "line1": "Speicherstraße 12",
        "city": "Hamburg",
        "postal_code": "20457",
        "country": "DE",
    },
}
