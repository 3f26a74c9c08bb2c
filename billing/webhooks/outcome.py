"""What came of one attempt."""

from dataclasses import dataclass
from datetime import datetime

from billing.database import Row

GONE = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status of the answer, or the word for why there was none (`timeout`)."""

    status: int | None = None
    error: str | None = None
    milliseconds: int = 0
    response: str = ""
    """The beginning of the answer's body, as text."""
    retry_after: float | None = None
    """Seconds that the answer asks to wait."""

    @property
    def is_delivered(self) -> bool:
        """Only 2xx counts: a redirect is not followed, so nobody was told."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint asks to be sent nothing more."""
        return self.status == GONE

    def row(self, at: datetime) -> Row:
        """As a delivery keeps it; `at` is when the attempt began."""
        return {
            "at": at,
            "status": self.status,
            "error": self.error,
            "milliseconds": self.milliseconds,
            "response": self.response,
        }


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was made: the delivery as it was read, the bytes that were sent, and when."""

    delivery: Row
    body: str
    began_at: datetime
    outcome: Outcome
