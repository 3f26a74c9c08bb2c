"""Who is billed, and who signs in."""

from __future__ import annotations

from tests.api.examples.teller import Teller
from tests.api.factories import PASSWORD

BROOK = {
    "name": "Brookline Surveys Ltd",
    "email": "billing@brookline.example",
    "address": {
        "line1": "12 Quay Road",
        "city": "Dublin",
        "postal_code": "D02 X285",
        "country": "IE",
    },
    "preferences": {"currency": "EUR", "locale": "en-IE", "timezone": "Europe/Dublin"},
    "tax_ids": [{"type": "eu_vat", "value": "IE6388047V"}],
    "external_id": "crm-2041",
}


def create_other(tell: Teller, name: str) -> str:
    """A customer for what would be in the way of the first one."""
    local = name.partition(" ")[0].lower()
    preferences = {"currency": "EUR", "locale": "de", "timezone": "Europe/Berlin"}
    email = f"office@{local}.example"
    made = tell("create_customer", {"name": name, "email": email, "preferences": preferences})
    return str(made["id"])


def tell_customers(tell: Teller) -> str:
    brook = tell("create_customer", BROOK)["id"]
    tell("update_customer", {**BROOK, "phone": "+353 1 555 0142"}, customer_id=brook)
    metadata = {"segment": "surveying", "account_manager": "Ines"}
    tell("patch_customer", {"metadata": metadata}, customer_id=brook)
    tell("get_customer", customer_id=brook)
    tell("list_customers", query={"q": "brook", "limit": 10})
    tell("delete_customer", customer_id=create_other(tell, "Harbour Plans"))
    return str(brook)


def tell_credit(tell: Teller, customer_id: str) -> None:
    credit = {"amount": 2500, "reason": "Outage of 28 October"}
    tell("adjust_credit", credit, customer_id=customer_id)
    tell("list_credits", customer_id=customer_id)
    source = {"provider": "fake", "token": "fake_ok"}
    tell("set_payment_source", source, customer_id=customer_id)
    tell("delete_payment_source", customer_id=customer_id)


def tell_users(tell: Teller, customer_id: str) -> None:
    ines = {"email": "ines@feldmark.example", "name": "Ines Roth", "role": "support"}
    user = tell("create_user", {**ines, "password": PASSWORD})["id"]
    tell("update_user", {**ines, "role": "billing"}, user_id=user)
    tell("patch_user", {"status": "disabled"}, user_id=user)
    tell("get_user", user_id=user)
    owner = {"email": "dara@brookline.example", "name": "Dara Quinn", "role": "customer"}
    tell("create_user", {**owner, "password": PASSWORD, "customer_id": customer_id})
    tell("list_users", query={"role": "billing"})
