"""Invariant 2: the numbers of a series are 1..n without gaps or repeats, n being its counter.

Invoices and credit notes have series of their own. What was imported keeps the number that another
system gave it, and stands outside of all series.

One pass in the order of the index, which is the order of the text: six digits sort before and
between seven, so each length is followed for itself, and memory does not grow with the books.
"""

from collections.abc import Iterator

from billing.database import database, streamed

Following = dict[tuple[str, int], int]

_DIGITS = 6  # what numbers are padded to, see invoices.numbering


def numbers_are_gapless() -> Iterator[tuple[str, str]]:
    """Each document whose number breaks its series, and each series that misses its counter."""
    following: Following = {}
    for collection in ("invoices", "credit_notes"):
        yield from _steps(collection, following)
    yield from _ends(following)


def _steps(collection: str, following: Following) -> Iterator[tuple[str, str]]:
    """Go through the numbers of a collection; `following` is what each series goes on with."""
    numbered = {"number": {"$gt": ""}, "imported_from": None}
    for row in streamed(collection, numbered, {"number": 1}).sort("number", 1):
        series, _, text = row["number"].rpartition("-")
        if not text.isdecimal() or len(text) < _DIGITS:
            yield row["_id"], f"{row['number']} is no number of a series"
            continue
        expected = following.get((series, len(text)), _first(len(text)))
        if int(text) != expected:
            yield row["_id"], f"number {row['number']} stands where {expected:06d} is expected"
        following[series, len(text)] = int(text) + 1


def _ends(following: Following) -> Iterator[tuple[str, str]]:
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
                yield series, f"the counter is at {count}, the last invoice at {found - 1}"


def _first(digits: int) -> int:
    """The least number of so many digits, padded ones included."""
    return 1 if digits <= _DIGITS else 10 ** (digits - 1)
