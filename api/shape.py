"""The documented shapes of answers."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z]{2,5}_[0-9A-Z]{26}$")]
Instant = Annotated[
    str,
    Field(
        json_schema_extra={"format": "date-time"},
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        examples=["2026-11-23T10:00:00.000Z"],
    ),
]
DateText = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-01-31"])]
Price = int | Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]+$")]
Metadata = dict[str, str]


class Shape(BaseModel):
    """Base of all answers: every field is always there, none beyond the documented ones."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Listing(Shape):
    """What every list carries beside its `data`."""

    data: list[Any]
    has_more: bool
    next_cursor: str | None
    """Give it as `cursor` for the next page; null on the last."""
    total: Annotated[int, Field(ge=0, le=10_000)]
    """How many objects match, counted up to 10,000."""
    total_capped: bool
    """Whether there are more than `total` says."""


class ProblemField(Shape):
    """One wrong field or parameter."""

    field: str
    """Its dotted path, such as `line_items.0.quantity`; empty for the whole body."""
    message: str


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    """For people."""
    code: str
    """For programs; stable."""
    errors: list[ProblemField]
    request_id: str | None


class OpenApiDocument(BaseModel):
    """An OpenAPI 3.1 document."""

    model_config = ConfigDict(extra="allow")

    openapi: Literal["3.1.0"]
    info: dict[str, Any]
    paths: dict[str, Any]
