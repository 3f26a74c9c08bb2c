"""Erasing a person: in stages, each of which can be cut off anywhere and gone on with.

The first stage is one transaction: nothing is under way with them, they can no longer sign in or be
changed, and the audit trail says that they are erased. The rest replaces and deletes, holding by
holding, and whom it is about last; whoever carries it out again goes on where it stopped.
"""

import secrets
from dataclasses import replace
from datetime import timedelta

from billing import clock
from billing.actors import current_actor
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.database import Row, database
from billing.events.journal import record, update
from billing.personal_data.errors import ErasureRefused
from billing.personal_data.holdings import HOLDINGS, Holding
from billing.personal_data.models import ERASURES
from billing.personal_data.obstacles import all_of, obstacles_to
from billing.personal_data.placeholders import name_of
from billing.personal_data.replace import replace_in
from billing.personal_data.retention import anonymise_expired, note_review
from billing.personal_data.subjects import Subject, get_subject
from billing.transactions import operation
from billing.users.links import end_links
from billing.users.models import User
from billing.users.queries import get_user
from billing.users.save_user import end_sign_ins

_SILENCE = timedelta(minutes=2)
_NAMING = {
    "billing_runs": "approved_by",
    **dict.fromkeys(("books_checks", "dry_runs", "dunning_runs"), "asked_by"),
}
"""Where somebody stands by their name alone."""


@operation
def begin_erasure(id_: str) -> Row:
    """The erasure of a customer with all their users, or of one user; the one that was begun.

    Raises CustomerNotFound, UserNotFound, and ErasureRefused, which names what is in the way.
    """
    subject = get_subject(id_)
    if begun := find_erasure(id_):
        return begun
    _hold(subject)
    if obstacles := obstacles_to(subject):
        raise ErasureRefused(all_of(obstacles))
    for user_id in subject.user_ids:
        _shut_out(get_user(user_id))
    row: Row = {
        "_id": id_,
        "state": "running",
        "done": [],
        "salt": secrets.token_bytes(32),
        "by": current_actor().id,
        "began_at": clock.now(),
        "heartbeat_at": clock.now(),
        "finished_at": None,
        "review_on": None,
    }
    if subject.is_customer:
        _close(get_customer(id_))
    else:
        record(get_user(id_), "user.erased")
    database()[ERASURES].insert_one(row)
    return row


def carry_out_erasure(id_: str, years: int) -> Row:
    """Do what is left of an erasure that was begun; the finished row.

    `years` is how long papers are kept. Raises CustomerNotFound and UserNotFound.
    """
    row = find_erasure(id_)
    if row is None or row["state"] == "done":
        return row or {}
    subject = replace(get_subject(id_), salt=row["salt"])
    following = anonymise_expired(subject, years)
    for holding in HOLDINGS:
        if holding.name not in row["done"]:
            _deal_with(holding, subject)
            _note(id_, holding)
    note_review(id_, following)
    end = {"$set": {"state": "done", "finished_at": clock.now()}, "$unset": {"salt": 1}}
    database()[ERASURES].update_one({"_id": id_}, end)
    return find_erasure(id_) or {}


def erase(id_: str, years: int) -> Row:
    """Begin, and carry out at once. Raises what begin_erasure raises."""
    begin_erasure(id_)
    return carry_out_erasure(id_, years)


def find_erasure(id_: str) -> Row | None:
    """The erasure of this customer or user, if one was begun."""
    return database()[ERASURES].find_one({"_id": id_})


def interrupted_erasures() -> list[str]:
    """Ids of those that nobody has worked on for two minutes."""
    silent = {"state": "running", "heartbeat_at": {"$lt": clock.wall_clock() - _SILENCE}}
    return [row["_id"] for row in database()[ERASURES].find(silent, {"_id": 1}).limit(100)]


def _hold(subject: Subject) -> None:
    """Whoever adds something to the customer meanwhile conflicts with this transaction."""
    if subject.customer_id:
        database().customers.update_one({"_id": subject.customer_id}, {"$inc": {"holds": 1}})


def _close(customer: Customer) -> None:
    if not customer.is_deleted:
        customer.deleted_at = clock.now()
        update(customer, "customer.deleted")
    record(customer, "customer.erased")


def _shut_out(user: User) -> None:
    user.status = "disabled"
    end_sign_ins(user)
    end_links(user.id)
    update(user, "user.updated")


def _deal_with(holding: Holding, subject: Subject) -> None:
    rows = database()[holding.collection]
    if holding.fate == "replaced":
        replace_in(holding, subject)
    elif holding.fate == "deleted":
        rows.delete_many(holding.where(subject))
    if holding.name == "invoices":  # no part of what an invoice claims
        rows.update_many(holding.where(subject), {"$unset": {"metadata": 1}})
        database().papers.delete_many({})  # drawn again from what is left when somebody asks
    if holding.name == "payments":
        rows.update_many(holding.where(subject), {"$unset": {"token": 1}})
    if holding.name == "users":
        _unname(subject)


def _unname(subject: Subject) -> None:
    """Small collections that say who asked for something by a name: only staff's are there."""
    if subject.is_customer:
        return
    for collection, field in _NAMING.items():
        placeholder = name_of(subject.id)
        database()[collection].update_many({field: subject.name}, {"$set": {field: placeholder}})


def _note(id_: str, holding: Holding) -> None:
    done = {"$addToSet": {"done": holding.name}, "$set": {"heartbeat_at": clock.wall_clock()}}
    database()[ERASURES].update_one({"_id": id_}, done)
