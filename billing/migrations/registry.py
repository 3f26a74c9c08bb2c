"""All migrations, in their order. A number that was released is never given again.

Old and new portals serve at once, so a field comes in three releases at the least: one that writes
it and reads documents without it (expand), the migration, one that relies on it (contract).
"""

from dataclasses import dataclass

from billing.database import Row


@dataclass(frozen=True, slots=True)
class Migration:
    """Gives the documents of `collection` that are as `lacking` says what `change` sets.

    What was changed is not `lacking` any more, so that doing it again does nothing.
    """

    number: int
    about: str
    collection: str
    lacking: Row
    change: Row


MIGRATIONS = (
    Migration(
        1,
        "settings say whether reminders go out by themselves",
        "settings",
        {"dunning": {"$type": "object"}, "dunning.automatic": None},
        {"$set": {"dunning.automatic": True}},
    ),
    Migration(
        2,
        "customers' users are owners where nothing else is said",
        "users",
        {"role": "customer", "customer_role": None},
        {"$set": {"customer_role": "owner"}},
    ),
    Migration(
        3,
        "payments say how much of them became credit",
        "payments",
        {"credited_amount": None},
        {"$set": {"credited_amount": 0}},
    ),
    Migration(
        4,
        "payments say how much of them was paid back",
        "payments",
        {"refunded_amount": None},
        {"$set": {"refunded_amount": 0}},
    ),
)

NEWEST = MIGRATIONS[-1].number
"""The version of the schema that this code was written for."""
