"""Inputs: every field has bounds, and a refusal names the field and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.customers.inputs import CustomerInput
from billing.errors import Invalid
from billing.inputs import Input, merge, parse
from billing.invoices.inputs import InvoiceInput, PayInvoice
from billing.money import MAX_AMOUNT
from billing.plans.inputs import PlanInput
from billing.runs.inputs import RunBilling
from billing.subscriptions.inputs import CancelSubscription, SubscriptionInput
from billing.users.inputs import ChangePassword, UserInput

CUSTOMER_ID = "cus_01JD0000000000000000000000"
PLAN_ID = "plan_01JD0000000000000000000000"
LINE = {"description": "Work", "quantity": 1, "unit_amount": 100}

VALID: dict[type[Input], dict[str, Any]] = {
    CustomerInput: {"name": "Acme", "email": "a@example.com"},
    PlanInput: {"name": "Pro", "price": 4900, "currency": "USD", "billing_cycle": "monthly"},
    SubscriptionInput: {"customer_id": CUSTOMER_ID, "plan_id": PLAN_ID},
    CancelSubscription: {"when": "now"},
    InvoiceInput: {"customer_id": CUSTOMER_ID, "line_items": [LINE]},
    PayInvoice: {"amount": 1},
    UserInput: {"email": "a@example.com", "name": "Ann", "role": "admin"},
    ChangePassword: {"current_password": "x", "new_password": "a new password"},
    RunBilling: {"dry_run": True},
}
MODELS = list(VALID)


def refusal_of(model: type[Input], strict: bool = False, **values: Any) -> dict[str, str]:
    """What is refused, message by field."""
    with pytest.raises(Invalid) as refusal:
        parse(model, {**VALID[model], **values}, strict=strict)
    assert refusal.value.message == "Some fields are not valid."
    return {error.field: error.message for error in refusal.value.errors}


@pytest.mark.parametrize("model", MODELS)
def test_the_plain_case_is_accepted(model: type[Input]) -> None:
    assert parse(model, VALID[model], strict=True).model_dump(exclude_unset=True) == VALID[model]


@pytest.mark.parametrize("model", MODELS)
def test_an_unknown_field_is_refused_by_name(model: type[Input]) -> None:
    assert refusal_of(model, surprise=1) == {"surprise": "is not a field here"}


@pytest.mark.parametrize("model", MODELS)
def test_what_is_no_object_is_refused(model: type[Input]) -> None:
    for values in ([], "text", 3, None, True):
        with pytest.raises(Invalid) as refusal:
            parse(model, values)
        assert [e.message for e in refusal.value.errors] == ["must be an object"]


@pytest.mark.parametrize("model", MODELS)
def test_every_required_field_is_named_when_it_is_missing(model: type[Input]) -> None:
    required = {n for n, field in model.model_fields.items() if field.is_required()}
    if not required:
        assert parse(model, {})
        return
    with pytest.raises(Invalid) as refusal:
        parse(model, {})
    assert {e.field: e.message for e in refusal.value.errors} == dict.fromkeys(
        required, "is required"
    )


FIELDS = [
    (CustomerInput, "name", "", "must not be empty"),
    (CustomerInput, "name", "   ", "must not be empty"),
    (CustomerInput, "name", "x" * 201, "must have at most 200 characters"),
    (CustomerInput, "name", "a\x00b", "NUL"),
    (CustomerInput, "name", 3, "must be text"),
    (CustomerInput, "name", None, "must be text"),
    (CustomerInput, "name", "\ud800", "must be a valid string"),
    (CustomerInput, "email", "nobody", "email"),
    (CustomerInput, "email", "a@example.com\x00", "email"),
    (
        CustomerInput,
        "email",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.com",
        "too long",
    ),
    (CustomerInput, "phone", "1" * 41, "at most 40"),
    (CustomerInput, "status", "deleted", "active"),
    (CustomerInput, "tax_exempt", "maybe", "exempt"),
    (CustomerInput, "external_id", "", "must not be empty"),
    (CustomerInput, "metadata", {"a b": "c"}, "form"),
    (CustomerInput, "metadata", {"$where": "c"}, "form"),
    (CustomerInput, "metadata", {"a": "x" * 501}, "at most 500"),
    (CustomerInput, "metadata", {"a": "\x00"}, "NUL"),
    (CustomerInput, "metadata", {"a": {"$gt": ""}}, "must be text"),
    (CustomerInput, "metadata", {str(n): "x" for n in range(51)}, "at most 50"),
    (CustomerInput, "tax_ids", [{"type": "eu_vat", "value": "DE1"}] * 11, "at most 10"),
    (PlanInput, "price", -1, "negative"),
    (PlanInput, "price", MAX_AMOUNT + 1, ""),
    (PlanInput, "price", 10**400, ""),
    (PlanInput, "price", 1.5, ""),
    (PlanInput, "price", float("nan"), ""),
    (PlanInput, "price", "1e3", ""),
    (PlanInput, "price", "NaN", ""),
    (PlanInput, "price", "", ""),
    (PlanInput, "currency", "usd", "form"),
    (PlanInput, "currency", "ZZZ", "ISO 4217"),
    (PlanInput, "billing_cycle", "hourly", "monthly"),
    (PlanInput, "interval_count", 0, "greater than or equal to 1"),
    (PlanInput, "interval_count", 101, "less than or equal to 100"),
    (PlanInput, "interval_count", 10**30, "less than or equal to 100"),
    (PlanInput, "limits", {"seats": -1}, "greater than or equal to 0"),
    (PlanInput, "limits", {"Seats!": 1}, "form"),
    (PlanInput, "status", "sold", "draft"),
    (PlanInput, "pricing_model", "tiered", "flat"),
    (SubscriptionInput, "customer_id", {"$ne": None}, "must be text"),
    (SubscriptionInput, "customer_id", "cus_1", "form"),
    (SubscriptionInput, "quantity", 0, "greater than or equal to 1"),
    (SubscriptionInput, "quantity", 1_000_001, "less than or equal to 1000000"),
    (SubscriptionInput, "quantity", 1.5, "must be a whole number"),
    (SubscriptionInput, "quantity", "many", "must be a whole number"),
    (SubscriptionInput, "start_date", "1969-12-31", "1970"),
    (SubscriptionInput, "start_date", "3000-01-01", "2999"),
    (SubscriptionInput, "start_date", "2026-02-30", "must be a date such as 2026-01-31"),
    (SubscriptionInput, "start_date", "tomorrow", "must be a date such as 2026-01-31"),
    (SubscriptionInput, "price", -1, "negative"),
    (CancelSubscription, "when", "later", "now"),
    (CancelSubscription, "reason", "x" * 501, "at most 500"),
    (InvoiceInput, "line_items", [], "must not be empty"),
    (InvoiceInput, "line_items", [LINE] * 201, "must have at most 200 entries"),
    (InvoiceInput, "line_items", "Work", "must be a list"),
    (InvoiceInput, "due_date", "31.12.2026", "must be a date such as 2026-01-31"),
    (InvoiceInput, "notes", "\x00", "NUL"),
    (PayInvoice, "amount", 0, "greater than or equal to 1"),
    (PayInvoice, "amount", -5, "greater than or equal to"),
    (PayInvoice, "amount", 10**20, "less than or equal to"),
    (PayInvoice, "method", "barter", "bank_transfer"),
    (UserInput, "email", "ann", "email"),
    (UserInput, "role", "root", "admin"),
    (UserInput, "password", "short", "must have at least 12 characters"),
    (UserInput, "password", "x" * 1025, "at most 1024"),
    (ChangePassword, "new_password", "x" * 11, "at least 12"),
    (RunBilling, "as_of_date", "3000-01-01", "2999"),
]


@pytest.mark.parametrize(("model", "field", "value", "hint"), FIELDS)
def test_a_value_out_of_bounds_is_refused_by_its_field(
    model: type[Input], field: str, value: Any, hint: str
) -> None:
    found = refusal_of(model, **{field: value})
    named = [message for path, message in found.items() if path.partition(".")[0] == field]
    assert named, found
    assert hint in " ".join(named)


@pytest.mark.parametrize(
    ("model", "values", "path"),
    [
        (CustomerInput, {"preferences": {"timezone": "Mars/Base"}}, "preferences.timezone"),
        (CustomerInput, {"preferences": {"locale": "xx-nowhere"}}, "preferences.locale"),
        (CustomerInput, {"preferences": {"currency": "USDT"}}, "preferences.currency"),
        (
            CustomerInput,
            {"preferences": {"payment_terms_days": 366}},
            "preferences.payment_terms_days",
        ),
        (CustomerInput, {"billing_address": {"country": "Germany"}}, "billing_address.country"),
        (CustomerInput, {"tax_ids": [{"type": "VAT", "value": "1"}]}, "tax_ids.0.type"),
        (PlanInput, {"features": [{"key": "api", "name": ""}]}, "features.0.name"),
        (InvoiceInput, {"line_items": [LINE, {**LINE, "quantity": 0}]}, "line_items.1.quantity"),
        (
            InvoiceInput,
            {"line_items": [{**LINE, "unit_amount": "1e9"}]},
            "line_items.0.unit_amount",
        ),
        (
            InvoiceInput,
            {"line_items": [{"quantity": 1, "unit_amount": 1}]},
            "line_items.0.description",
        ),
    ],
)
def test_a_nested_value_is_named_by_its_dotted_path(
    model: type[Input], values: dict[str, Any], path: str
) -> None:
    assert list(refusal_of(model, **values)) == [path]


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (SubscriptionInput, "quantity", "3"),
        (SubscriptionInput, "quantity", True),
        (SubscriptionInput, "price", True),
        (PlanInput, "interval_count", "2"),
        (PlanInput, "price", False),
        (PayInvoice, "amount", "100"),
        (InvoiceInput, "draft", "true"),
        (RunBilling, "dry_run", 1),
        (CustomerInput, "name", b"Acme"),
    ],
)
def test_json_is_read_strictly(model: type[Input], field: str, value: Any) -> None:
    assert list(refusal_of(model, strict=True, **{field: value})) == [field]


def test_json_knows_one_kind_of_number() -> None:
    values = {**VALID[SubscriptionInput], "quantity": 3.0}
    assert parse(SubscriptionInput, values, strict=True).quantity == 3


def test_a_form_is_read_leniently() -> None:
    values = {**VALID[SubscriptionInput], "quantity": " 3 ", "price": "4900", "start_date": None}
    read = parse(SubscriptionInput, values)
    assert (read.quantity, read.price) == (3, 4900)


def test_a_whole_price_becomes_an_integer_and_a_finer_one_keeps_its_digits() -> None:
    for text, price in [("4900", 4900), ("4900.00", 4900), ("0.2500", "0.25"), ("0", 0)]:
        plan = parse(PlanInput, {**VALID[PlanInput], "pricing_model": "per_unit", "price": text})
        assert plan.price == price


def test_a_flat_price_has_no_decimals() -> None:
    found = refusal_of(PlanInput, price="0.25")
    assert any("whole number" in message for message in found.values())


def test_features_have_keys_of_their_own() -> None:
    feature = {"key": "api", "name": "API"}
    found = refusal_of(PlanInput, features=[feature, feature])
    assert any("key of their own" in message for message in found.values())


def test_a_customers_user_belongs_to_a_customer_and_nobody_else_does() -> None:
    for values in ({"role": "customer"}, {"role": "admin", "customer_id": CUSTOMER_ID}):
        found = refusal_of(UserInput, **values)
        assert any("customer_id" in message for message in found.values())


def test_a_locale_is_kept_in_its_usual_spelling() -> None:
    customer = parse(CustomerInput, {**VALID[CustomerInput], "preferences": {"locale": "de_at"}})
    assert customer.preferences.locale == "de-AT"


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = refusal_of(CustomerInput, name="", email="x", status="gone")
    assert set(found) == {"name", "email", "status"}


def test_a_patch_is_laid_over_what_is_there_and_checked_as_a_whole() -> None:
    current = parse(PlanInput, {**VALID[PlanInput], "tier": "gold"})
    patched = merge(PlanInput, current, {"price": 5900})
    assert (patched.price, patched.tier, patched.name) == (5900, "gold", "Pro")
    assert merge(PlanInput, current, {"tier": None}).tier is None
    with pytest.raises(Invalid):
        merge(PlanInput, current, {"price": "0.5"})
    with pytest.raises(Invalid):
        merge(PlanInput, current, {"unknown": 1})


def test_a_password_is_not_shown_by_its_input() -> None:
    user = parse(UserInput, {**VALID[UserInput], "password": "correct horse battery"})
    change = parse(ChangePassword, VALID[ChangePassword])
    assert "horse" not in repr(user)
    assert "a new password" not in repr(change)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@given(st.sampled_from(MODELS), st.data())
def test_any_value_in_any_field_is_accepted_or_refused(
    model: type[Input], data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(sorted(model.model_fields)))
    values = {**VALID[model], field: data.draw(json_values)}
    try:
        parse(model, values, strict=True)
    except Invalid as refusal:
        assert refusal.errors  # noqa: PT017  (either answer is right; a crash is not)
