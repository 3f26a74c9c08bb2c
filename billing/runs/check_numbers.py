"""Invariant 2: the numbers of a series are 1..n without gaps or repeats, n being its counter.

Invoices and credit notes have series of their own. What was imported keeps the number that another
system gave it, and stands outside of all series.

One pass in the order of the index, which is the order of the text: six digits sort before and
between seven, so each length is followed for itself, and memory does not grow with the books.
"""

from billing.database import database, streamed
from billing.phrases import Phrase
from billing.runs.check_join import Found

Following = dict[tuple[str, int], int]

_DIGITS = 6  # what numbers are padded to, see invoices.numbering


def numbers_are_gapless() -> Found:
    """Each document whose number breaks its series, and each series that misses its counter."""
    following: Following = {}
    for collection in ("invoices", "credit_notes"):
        yield from _steps(collection, following)
    yield from _ends(following)


def _steps(collection: str, following: Following) -> Found:
    """Go through the numbers of a collection; `following` is what each series goes on with."""
    numbered = {"number": {"$gt": ""}, "imported_from": None}
    for row in streamed(collection, numbered, {"number": 1}).sort("number", 1):
        series, _, text = row["number"].rpartition("-")
        if not text.isdecimal() or len(text) < _DIGITS:
            said = Phrase("%(number)s is no number of a series", number=row["number"])
            yield row["_id"], said
            continue
        expected = following.get((series, len(text)), _first(len(text)))
        if int(text) != expected:
            template = "number %(number)s stands where %(expected)s is expected"
            said = Phrase(template, number=row["number"], expected=f"{expected:06d}")
            yield row["_id"], said
        following[series, len(text)] = int(text) + 1


def _ends(following: Following) -> Found:
    """Whether each series ends where its counter stands, which also sees a series that is gone."""
    last = {row["_id"]: row["last"] for row in database().counters.find()}
    for series in sorted(last.keys() | {name for name, _ in following}):
        count = last.get(series, 0)
        lengths = [digits for name, digits in following if name == series]
        longest = max(_DIGITS, len(str(count)), *lengths)
        for digits in range(_DIGITS, longest + 1):
            end = max(_first(digits), min(count + 1, 10**digits))
            found = following.get((series, digits), _first(digits))
            if found != end:
                template = "the counter is at %(count)s, the last invoice at %(last)s"
                yield series, Phrase(template, count=str(count), last=str(found - 1))


def _first(digits: int) -> int:
    """The least number of so many digits, padded ones included."""
    return 1 if digits <= _DIGITS else 10 ** (digits - 1)
