"""What a drill found: figures for people, and demands that it meets or not."""

from dataclasses import dataclass, field
from time import monotonic


class Skipped(Exception):
    """The drill cannot be held on this machine; the text says why."""


@dataclass
class Report:
    """Filled by a drill while it goes on; everything is printed as it is found."""

    failures: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)
    _began: float = field(default_factory=monotonic)

    def figure(self, what: str, value: object) -> None:
        """Something to be known."""
        text = f"{value:,.1f}" if isinstance(value, float) else str(value)
        self.figures[what] = text
        print(f"  {monotonic() - self._began:6.1f} s  {what}: {text}", flush=True)

    def zero(self, what: str, count: int) -> None:
        """A count that must be nought: lost, doubled, skipped."""
        self.figure(what, count)
        self._demand(count == 0, f"{what} is {count}, and must be 0")

    def some(self, what: str, count: float, least: float = 1) -> None:
        """A count without which the drill proves nothing: kills that hit, writes in flight."""
        self.figure(what, count)
        self._demand(count >= least, f"{what} is {count}, so that nothing is proved")

    def within(self, what: str, value: float, most: float) -> None:
        """A figure that may be so much and no more: seconds, threads."""
        self.figure(what, value)
        self._demand(value <= most, f"{what} is {value:,.1f}, and may be {most:,.1f}")

    def true(self, what: str, claim: bool) -> None:
        """Something that has to be so."""
        self.figure(what, "yes" if claim else "NO")
        self._demand(claim, f"it is not so: {what}")

    def _demand(self, is_met: bool, text: str) -> None:
        if not is_met:
            self.failures.append(text)
            print(f"           FAILED: {text}", flush=True)
