"""`flask billing check`: the invariants of the books, over the whole database.

Each rule streams through an index or one ordered pass, so memory does not grow with the books.
The numbers are those of the design's list of invariants (domain.md, section 10).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from billing.database import database, streamed
from billing.phrases import Code, Day, Phrase
from billing.runs.check_amounts import amounts_add_up, credit_notes_add_up
from billing.runs.check_join import Found
from billing.runs.check_money import (
    credit_is_accounted_for,
    invoices_move_credit,
    payments_match,
    refunds_match,
)
from billing.runs.check_numbers import numbers_are_gapless
from billing.runs.check_periods import periods_are_seamless
from billing.runs.check_states import events_have_objects, moves_are_allowed, states_are_known
from billing.runs.queries import skipped_by

_AT_A_TIME = 1000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Offence:
    """A rule, the object that breaks it, and how."""

    rule: str
    object_id: str
    message: Phrase


def check_books(on_progress: Progress | None = None) -> list[Offence]:
    """Every offence found, see find_offences; of very broken books that is very many."""
    return list(find_offences(on_progress))


def find_offences(on_progress: Progress | None = None) -> Iterator[Offence]:
    """Offences as they are found; `on_progress(rule, done, rules)` before each rule and after the
    last."""
    for position, (rule, check) in enumerate(RULES.items()):
        if on_progress:
            on_progress(rule, position, len(RULES))
        yield from _found(rule, check)
    if on_progress:
        on_progress("done", len(RULES), len(RULES))


def _found(rule: str, check: Callable[[], Found]) -> Iterator[Offence]:
    """What a rule finds; a document too damaged to be judged ends it, and is an offence itself."""
    try:
        yield from (Offence(rule, object_id, message) for object_id, message in check())
    except (KeyError, TypeError, AttributeError) as error:
        message = Phrase(
            "a document lacks %(what)s; correct it and check again: this rule went no further",
            what=str(error),
        )
        yield Offence(rule, "books", message)


def _numbers_only_when_issued() -> Found:
    """2. Drafts have no number, all others have one.

    Two indexes tell how many there are of each; only where they differ is every invoice read.
    """
    too_early = 0
    for row in streamed("invoices", {"status": "draft", "number": {"$gt": ""}}, {"_id": 1}):
        too_early += 1
        yield row["_id"], Phrase("a number does not go with being draft")
    invoices = database().invoices
    numbered = invoices.count_documents({"number": {"$gt": ""}}, hint="number")
    issued = invoices.count_documents({"status": {"$ne": "draft"}}, hint="status")
    if numbered - too_early != issued:
        for row in streamed("invoices", {"status": {"$ne": "draft"}, "number": None}):
            template = "a number does not go with being %(status)s"
            yield row["_id"], Phrase(template, status=Code(row["status"]))


def _nobody_is_forgotten() -> Found:
    """4. After a completed run nothing that was due by its date is unbilled, the skipped apart.

    Customers on a test clock are no part of a run.
    """
    run = database().billing_runs.find_one({"status": "completed"}, sort=[("_id", -1)])
    if run is None or not run.get("as_of_date"):
        return
    older = {"created_at": {"$lt": run["created_at"]}, "updated_at": {"$lt": run["created_at"]}}
    day = {"$gt": "", "$lte": run["as_of_date"]}
    where = {"next_billing_date": day, "test_clock_id": None, **older}
    due = streamed("subscriptions", where, {"next_billing_date": 1})
    while rows := list(islice(due, _AT_A_TIME)):
        skipped = skipped_by(run["_id"], [row["_id"] for row in rows])
        for row in rows:
            if row["_id"] not in skipped:
                since = Day(row["next_billing_date"])
                yield row["_id"], Phrase("due since %(day)s and not billed", day=since)


RULES: dict[str, Callable[[], Found]] = {
    "amounts add up": amounts_add_up,
    "credit notes add up": credit_notes_add_up,
    "numbers are gapless": numbers_are_gapless,
    "numbers only when issued": _numbers_only_when_issued,
    "periods are seamless": periods_are_seamless,
    "nobody is forgotten": _nobody_is_forgotten,
    "credit is accounted for": credit_is_accounted_for,
    "invoices move credit": invoices_move_credit,
    "payments match": payments_match,
    "refunds match": refunds_match,
    "states are known": states_are_known,
    "moves are allowed": moves_are_allowed,
    "events have their objects": events_have_objects,
}
