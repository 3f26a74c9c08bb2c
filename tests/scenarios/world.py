"""Living a story through the API: every step is a request, every table a list that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from billing.money import minor_digits
from tests.api.checked_client import CheckedClient
from tests.scenarios.story import Step

Row = dict[str, Any]
MONEY = {
    "price", "unit_amount", "setup_fee", "minimum_amount", "amount_off", "amount", "fixed_amount",
    "flat_amount", "refund_amount", "credit_amount",
}  # fmt: skip
TEXT = {"percent_off", "percentage", "name", "description", "reason", "idempotency_key"}
_CUSTOMER = {"name": "Ada", "email": "ada@example.com"}


class World:
    """What a story has made so far, by the names that it gives."""

    def __init__(self, client: CheckedClient) -> None:
        self._client = client
        self.ids: dict[str, str] = {}
        self._customer: Row = {}
        # Nobody is reminded unless the story is about it.
        self.call("PATCH", "/settings", {"dunning": {"days": []}})
        self._currency = "USD"
        self._events = 0

    def call(self, method: str, path: str, body: Row | None = None, refused: str = "") -> Row:
        """The answer; with `refused` a problem with that code is expected instead."""
        answer = self._client.request(method, path, json=body)
        said = answer.json or {}
        if refused:
            assert said.get("code") == refused, f"{refused} was expected, not {said}"
        else:
            assert answer.status_code < 300, said
        return said

    def advance(self, to: str) -> None:
        """Let time go by; the first time is when the story begins."""
        if "clock" not in self.ids:
            begins = {"name": "Story", "now": to}
            self.ids["clock"] = self.call("POST", "/test_clocks", begins)["id"]
        self.call("POST", f"/test_clocks/{self.ids['clock']}/advance", {"to": to})

    def do(self, step: Step) -> None:
        """One step of the story."""
        verb: Callable[[Step, Row], None] | None = getattr(self, f"_do_{step.verb}", None)
        assert verb, f"{step.verb} is nothing that can be done"
        verb(step, self._values(step.fields))

    def rows(self, kind: str) -> list[Row]:
        """What there is of a kind, oldest first."""
        if kind == "customer":
            return [self.call("GET", f"/customers/{self.customer}")]
        path = f"/{kind}?customer_id={self.customer}&limit=100"
        found: list[Row] = self.call("GET", path)["data"]
        return found[::-1]

    @property
    def customer(self) -> str:
        """The customer of the story, made when first needed and living on its clock."""
        if "customer" not in self.ids:
            body = {**_CUSTOMER, **self._customer, "test_clock_id": self.ids["clock"]}
            self.ids["customer"] = self.call("POST", "/customers", body)["id"]
        return self.ids["customer"]

    @property
    def subscription(self) -> str:
        """Where the newest subscription lives."""
        return f"/subscriptions/{self.ids['subscription']}"

    # What is given

    def _do_plan(self, step: Step, values: Row) -> None:
        charges = [{"key": part.name, **self._values(part.fields)} for part in step.parts]
        body = {"name": step.name.capitalize(), "price": 0, **values, "charges": charges}
        self.ids[step.name] = self.call("POST", "/plans", body)["id"]

    def _do_coupon(self, step: Step, values: Row) -> None:
        self.call("POST", "/coupons", {"code": step.name, "name": step.name, **values})

    def _do_tax(self, step: Step, values: Row) -> None:
        body = {"name": step.name, **values}
        self.ids[step.name] = self.call("POST", "/tax_rates", body)["id"]

    def _do_meter(self, step: Step, values: Row) -> None:
        self.call("POST", "/meters", {"key": step.name, "name": step.name, **values})

    def _do_customer(self, _: Step, values: Row) -> None:
        preferences = {
            name: values.pop(name)
            for name in ("timezone", "currency", "payment_terms_days")
            if name in values
        }
        self._customer = {**values, "preferences": preferences}

    def _do_dunning(self, _: Step, values: Row) -> None:
        self.call("PATCH", "/settings", {"dunning": values})

    # What is done

    def _do_subscribe(self, step: Step, values: Row) -> None:
        body = {"customer_id": self.customer, "plan_id": self.ids[step.name], **values}
        answer = self.call("POST", "/subscriptions", body, step.refused)
        if not step.refused:
            self.ids["subscription"] = answer["id"]

    def _do_change(self, step: Step, values: Row) -> None:
        if step.name:
            values["plan_id"] = self.ids[step.name]
        body = {**self._present(), **values}
        if step.refused:
            self.call("PATCH", self.subscription, values, step.refused)
            return
        before = len(self.rows("invoices"))
        promised = self.call("POST", f"{self.subscription}/preview", body)
        self.call("PATCH", self.subscription, values)
        made = self.rows("invoices")[before:]
        assert _told(made) == _told(promised["invoices"]), "it is not as it was previewed"

    def _do_cancel(self, step: Step, values: Row) -> None:
        query = "&".join(f"{name}={value}" for name, value in values.items())
        self.call("DELETE", f"{self.subscription}?{query}", None, step.refused)

    def _do_pause(self, step: Step, values: Row) -> None:
        self.call("POST", f"{self.subscription}/pause", values, step.refused)

    def _do_resume(self, step: Step, values: Row) -> None:
        self.call("POST", f"{self.subscription}/resume", values, step.refused)

    def _do_revoke(self, step: Step, _: Row) -> None:
        self.call("POST", f"{self.subscription}/revoke_change", {}, step.refused)

    def _do_reactivate(self, step: Step, _: Row) -> None:
        self.call("POST", f"{self.subscription}/reactivate", {}, step.refused)

    def _do_use(self, step: Step, values: Row) -> None:
        """Usage; `on` is the day, at noon in UTC."""
        self._events += 1
        event = {
            "subscription_id": self.ids["subscription"],
            "meter": step.name,
            "idempotency_key": f"event {self._events}",
        }
        if day := values.pop("on", None):
            event["occurred_at"] = f"{day}T12:00:00Z"
        self.call("POST", "/usage_events", {**event, **values}, step.refused)

    def _do_pay(self, step: Step, values: Row) -> None:
        """The newest invoice, or the one whose position in the list is named."""
        invoices = self.rows("invoices")
        invoice = invoices[int(step.name) - 1 if step.name else -1]
        self.call("PUT", f"/invoices/{invoice['id']}/pay", values, step.refused)

    def _do_credit(self, step: Step, values: Row) -> None:
        """A credit note on the newest invoice."""
        body = {"invoice_id": self.rows("invoices")[-1]["id"], **values}
        self.call("POST", "/credit_notes", body, step.refused)

    def _do_card(self, step: Step, _: Row) -> None:
        """A card of the fake provider, which dunning charges."""
        source = {"provider": "fake", "token": step.name}
        self.call("PUT", f"/customers/{self.customer}/payment_source", source)

    def _present(self) -> Row:
        """The fields that a change would leave as they are."""
        row = self.call("GET", self.subscription)
        coupon = (row["coupon"] or {}).get("code")
        kept = {name: row[name] for name in ("plan_id", "quantity", "price", "metadata")}
        return {**kept, "coupon": coupon}

    # From words to what the API takes

    def _values(self, fields: dict[str, str]) -> Row:
        self._currency = fields.get("currency", self._currency)
        return {name: self._value(name, text) for name, text in fields.items()}

    def _value(self, name: str, text: str) -> Any:
        parts = text.split(",")
        special: dict[str, Callable[[], Any]] = {
            "tiers": lambda: [self._tier(part) for part in parts],
            "billing_anchor": lambda: {"day": int(text)},
            "tax_rate_ids": lambda: [self.ids[part] for part in parts],
            "days": lambda: [int(part) for part in parts],
        }
        if name in special:
            return special[name]()
        if name in MONEY:
            return self._minor(text)
        known = {"true": True, "false": False, "null": None}
        return int(text) if text.isdigit() and name not in TEXT else known.get(text, text)

    def _tier(self, text: str) -> Row:
        """`10@1.00+5.00`: up to 10, 1.00 each and 5.00 once; `*` has no end."""
        up_to, _, prices = text.partition("@")
        each, _, once = prices.partition("+")
        return {
            "up_to": None if up_to == "*" else int(up_to),
            "unit_amount": self._minor(each),
            "flat_amount": self._minor(once or "0"),
        }

    def _minor(self, text: str) -> int | str:
        amount = Decimal(text).scaleb(minor_digits(self._currency))
        whole = amount == amount.to_integral_value()
        return int(amount) if whole else f"{amount.normalize():f}"


def _told(invoices: Iterable[Row]) -> list[Row]:
    """What a preview promises of invoices."""
    names = ("total", "subtotal", "discount_total", "tax_total", "credit_applied", "amount_due")
    return [{name: invoice[name] for name in names} for invoice in invoices]
