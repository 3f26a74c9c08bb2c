"""Spans, where somebody listens to them: `portal.tracing` does, once an endpoint is configured.

Without that nothing is loaded and a span costs a look at a variable.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Open = Callable[[str, bool], AbstractContextManager[None]]
Ids = Callable[[], dict[str, str]]

_open: Open | None = None
_ids: Ids | None = None


def trace_with(open_: Open, ids: Ids) -> None:
    """From now on `open_` makes the spans, and `ids` tells which one we are in."""
    global _open, _ids
    _open, _ids = open_, ids


def span(name: str, *, repeated: bool = False) -> AbstractContextManager[None]:
    """A span around some work. Work that is `repeated` all the time is told of only when it took
    a while or failed, and has no spans inside."""
    return _open(name, repeated) if _open else nullcontext()


def trace_ids() -> dict[str, str]:
    """`trace_id` and `span_id` of the span we are in, for log lines; nothing outside of one."""
    return _ids() if _ids else {}
