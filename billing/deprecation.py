"""What is still answered but no longer to be relied on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from billing.periods import add_months

NOTICE_MONTHS = 12
"""How long what is deprecated is still answered at least: the policy of docs/api-changelog.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Given to an endpoint, or put into the Annotated type of a field or parameter.

    OpenAPI says so, and the answer to whoever still uses it carries Deprecation (RFC 9745) and
    Sunset (RFC 8594). `sunset` is the first day on which it may be gone. Raises ValueError for
    one that leaves less than twelve months.
    """

    since: date
    sunset: date | None = None
    instead: str = ""
    """What to use now, in a sentence."""

    def __post_init__(self) -> None:
        if self.sunset and self.sunset < add_months(self.since, NOTICE_MONTHS):
            raise ValueError(
                f"What is deprecated must be answered for {NOTICE_MONTHS} months more."
            )

    @property
    def words(self) -> str:
        """For people: `Deprecated since 2026-11-25, gone from 2027-11-25. Use …`"""
        end = f", gone from {self.sunset.isoformat()}" if self.sunset else ""
        return f"Deprecated since {self.since.isoformat()}{end}. {self.instead}".strip()

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core_schema), "deprecated": True, "x-deprecation": self.words}
