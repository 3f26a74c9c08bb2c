"""What a mapping of past invoices may say. `docs/import.md` explains it with an example."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from billing.customers.inputs import CustomerInput
from billing.imports.mapping import CUSTOMER_FIELDS, FileFormat, Source
from billing.inputs import Input, Key, Prose, TimeZone

_FIELDS = {
    "invoice": {"number", "date", "currency"},
    "line": {"description", "quantity", "unit_price"},
    "customer": {"external_id", "name", "email"},
}


class CreditNotes(Input):
    """How the file tells cancellations from invoices."""

    prefix: Annotated[str, Field(min_length=1, max_length=20)]
    """Numbers that begin so are credit notes."""


class InvoicesMapping(Input):
    """A whole mapping file; the parts invoice, line and customer map fields to their sources."""

    name: Key
    kind: Literal["invoices"]
    description: Prose | None = None
    timezone: TimeZone = "UTC"
    """Of the file's moments."""
    file: FileFormat = FileFormat()
    invoice: dict[str, Source]
    line: dict[str, Source]
    customer: dict[str, Source]
    credit_notes: CreditNotes | None = None
    walk_in: CustomerInput | None = None
    """The customer of rows that name none; without it such rows are bad."""

    @model_validator(mode="after")
    def _known_and_complete(self) -> Self:
        for part, needed in _FIELDS.items():
            given = getattr(self, part).keys()
            known = CUSTOMER_FIELDS if part == "customer" else needed
            if unknown := {n for n in given - known if not n.startswith("metadata.")}:
                raise ValueError(f"{part} has no field {', '.join(sorted(unknown))}")
            if missing := sorted(needed - given):
                raise ValueError(f"{part} needs {', '.join(missing)}")
        if self.walk_in and not self.walk_in.external_id:
            raise ValueError("walk_in needs an external_id, by which it is found again")
        return self

    @cached_property
    def describing(self) -> list[str]:
        """The columns that describe a line."""
        return self.line["description"].columns

    @property
    def columns(self) -> list[str]:
        """Every column that an import reads, each once, in order."""
        parts = (self.invoice, self.line, self.customer)
        sources = (source for part in parts for source in part.values())
        return list(dict.fromkeys(name for source in sources for name in source.columns))
