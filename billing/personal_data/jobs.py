"""The job that finishes erasures that were cut off, and takes out names whose time is over."""

from billing.personal_data.erase import carry_out_erasure, interrupted_erasures
from billing.personal_data.retention import review_erasures
from billing.personal_data.subjects import get_subject

_REST_SECONDS = 60.0


class Erasures:
    """Looks once a minute; `years` is how long papers are kept."""

    name = "erasures"

    def __init__(self, years: int) -> None:
        self._years = years

    def work(self) -> float:
        """One round; the seconds until the next."""
        for id_ in interrupted_erasures():
            carry_out_erasure(id_, self._years)
        review_erasures(get_subject, self._years)
        return _REST_SECONDS

    def finish(self, seconds: float) -> None:
        """Nothing is held."""
