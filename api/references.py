"""What objects can name by their ids, and `expand` puts beside those."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.answers import Resource


@dataclass(frozen=True)
class Reference:
    """Another object that one names: `<name>_id` holds its id, `name` is what it expands under.

    `where` is the module and the name of its kind, looked up when it is first asked for: kinds
    refer to each other in circles.
    """

    name: str
    where: str

    @property
    def id_field(self) -> str:
        return f"{self.name}_id"

    @cached_property
    def kind(self) -> Resource:
        module, name = self.where.split(":")
        found: Resource = getattr(import_module(f"api.{module}"), name)
        return found


CUSTOMER = Reference("customer", "customers.endpoints:CUSTOMER")
PLAN = Reference("plan", "plans.endpoints:PLAN")
SUBSCRIPTION = Reference("subscription", "subscriptions.endpoints:SUBSCRIPTION")
INVOICE = Reference("invoice", "invoices.endpoints:INVOICE")
LATEST_INVOICE = Reference("latest_invoice", "invoices.endpoints:INVOICE")

ALL = (CUSTOMER, PLAN, SUBSCRIPTION, INVOICE, LATEST_INVOICE)
