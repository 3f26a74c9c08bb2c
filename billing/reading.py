"""What lists need not read, since nobody asked for it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_left_out: ContextVar[frozenset[str]] = ContextVar("left_out", default=frozenset())


@contextmanager
def leaving_out(fields: Iterable[str]) -> Iterator[None]:
    """Pages that are read within come without these stored fields, and views look nothing up for
    them. What a view shows of them then means nothing."""
    token = _left_out.set(frozenset(fields))
    try:
        yield
    finally:
        _left_out.reset(token)


def is_left_out(field: str) -> bool:
    """Whether nobody asked for it."""
    return field in _left_out.get()


def left_out() -> dict[str, int] | None:
    """The projection that leaves out what nobody asked for."""
    return dict.fromkeys(_left_out.get(), 0) or None
