"""Query parameters: each declared, each at most once, anything else an error that names it."""

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, Literal, Self

from flask import request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from api.problems import RequestRefused
from billing.errors import FieldError
from billing.wrong_values import plain_words

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _whole(value: Any) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", str(value)):
        raise ValueError("must be a whole number")
    return int(value)


def _sequence(value: Any) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", str(value)):
        raise ValueError("must be a whole number")
    return int(value)


def _date(value: Any) -> Any:
    if not _DATE.fullmatch(str(value)):
        raise ValueError("must be a date such as 2026-01-31")
    return value


def _instant(value: Any) -> Any:
    if _DATE.fullmatch(str(value)):
        return f"{value}T00:00:00Z"
    if not _INSTANT.fullmatch(str(value)):
        raise ValueError(
            "must be an instant such as 2026-01-31T10:00:00Z, or a date (its midnight)"
        )
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be within the years 1 to 9999, in UTC") from None


def _truth(value: Any) -> bool:
    if value not in {"true", "false"}:
        raise ValueError("must be true or false")
    return bool(value == "true")


Whole = Annotated[int, BeforeValidator(_whole)]
Sequence = Annotated[int, BeforeValidator(_sequence), Field(ge=0, le=10**15 - 1)]
Truth = Annotated[bool, BeforeValidator(_truth)]
DateParameter = Annotated[date, BeforeValidator(_date)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_in_utc)]
EventType = Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,60}$")]
Search = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


SHAPING = ("expansion", "selection")
"""Parameters that shape the answer and are no concern of the query functions."""


class Query(BaseModel):
    """Base of all query parameters. Field names are what the query functions take; the alias is
    the parameter's name where it differs."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    def arguments(self) -> dict[str, Any]:
        """What was asked for, as keyword arguments."""
        return {name: getattr(self, name) for name in self.model_fields_set.difference(SHAPING)}

    @classmethod
    def of_request(cls) -> Self:
        """The request's parameters. Raises RequestRefused (422) naming each wrong one."""
        if not request.environ.get("QUERY_STRING"):
            empty: Self = _nothing(cls)
            return empty
        given = request.args.to_dict(flat=False)
        repeated = [
            FieldError(n, "is given more than once") for n, v in given.items() if len(v) > 1
        ]
        if repeated:
            raise _refused(repeated)
        try:
            return cls.model_validate_strings({name: values[0] for name, values in given.items()})
        except ValidationError as error:
            raise _refused(_findings(error)) from None


class PageQuery(Query):
    """Which page of a list."""

    limit: Annotated[Whole, Field(ge=1, le=100)] = 20
    """How many objects to give."""
    cursor: Annotated[str, Field(max_length=2000, pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    """The `next_cursor` of the page before, with the same filters and sort."""


class CreatedFilter(Query):
    """By the instant of creation."""

    created_from: Annotated[Instant | None, Field(alias="created_at[gte]")] = None
    """Created at this instant or later (a date means its midnight, UTC)."""
    created_before: Annotated[Instant | None, Field(alias="created_at[lt]")] = None
    """Created before this instant."""


NewestFirst = Literal["created_at", "-created_at"]


@cache
def _nothing(model: type[Any]) -> Any:
    return model.model_validate_strings({})


def _findings(error: ValidationError) -> list[FieldError]:
    found = error.errors(include_url=False)
    words = [(str(f["loc"][0]), f["type"], plain_words(f)) for f in found]
    return [
        FieldError(name, "is not a parameter here" if kind == "extra_forbidden" else message)
        for name, kind, message in words
    ]


def _refused(errors: list[FieldError]) -> RequestRefused:
    return RequestRefused(422, "invalid", "Some query parameters are not valid.", errors)
