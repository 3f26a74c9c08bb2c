"""Whose data it is: a customer with all their users, or one user."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from billing.customers.queries import get_customer_row
from billing.database import Row, database
from billing.users.queries import get_user

_SHORTEST = 4
"""Shorter texts, such as a postal code's end or "Ann", are part of too many others."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or company that something is held about."""

    id: str
    name: str
    customer_id: str | None
    user_ids: tuple[str, ...]
    emails: tuple[str, ...]
    words: tuple[str, ...]
    """What betrays them wherever it stands, in lower case."""
    employer_id: str | None = None
    """The customer that a user alone belongs to, and who is not erased with them."""
    salt: bytes = b""
    """Keeps placeholders of their values apart; thrown away once they are erased."""

    @property
    def is_customer(self) -> bool:
        return self.customer_id is not None


def get_subject(id_: str) -> Subject:
    """The customer or user of this id, deleted or not. Raises CustomerNotFound, UserNotFound."""
    if id_.startswith("usr_"):
        return _of_user(id_)
    row = get_customer_row(id_)
    users = list(database().users.find({"customer_id": id_}))
    texts = {*_texts(row, _OF_CUSTOMER), *(t for user in users for t in _texts(user, _OF_USER))}
    return Subject(
        id=id_,
        name=row["name"],
        customer_id=id_,
        user_ids=tuple(user["_id"] for user in users),
        emails=_emails([row, *users, *row.get("contacts", [])]),
        words=_words(texts),
    )


def _of_user(id_: str) -> Subject:
    row = get_user(id_).row()
    words = _words(set(_texts(row, _OF_USER)))
    employer = row.get("customer_id")
    return Subject(id_, row["name"], None, (id_,), _emails([row]), words, employer)


_OF_CUSTOMER = (
    "name", "email", "phone", "address", "billing_address", "contacts", "tax_ids", "external_id",
)  # fmt: skip
_OF_USER = ("name", "email", "oidc_subject")
_NO_NAMES = {"country", "type"}


def _texts(row: Row, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from _leaves(row.get(name))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in _NO_NAMES:
                yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)


def _words(texts: set[str]) -> tuple[str, ...]:
    lowered = {text.strip().casefold() for text in texts}
    return tuple(sorted(text for text in lowered if len(text) >= _SHORTEST))


def _emails(rows: list[Row]) -> tuple[str, ...]:
    return tuple(sorted({row["email"] for row in rows if row.get("email")}))
