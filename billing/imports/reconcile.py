"""After the run: what each row's invoices come to against what the file says they must."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from billing.database import Row, database
from billing.imports.amounts import from_major
from billing.imports.cells import BadCell, read_months, read_number
from billing.imports.entries import Entry
from billing.imports.errors import FileUnreadable, MappingInvalid
from billing.imports.mapping import Mapping, Reconcile
from billing.imports.plans import plan_terms
from billing.imports.read_entries import read_entries
from billing.invoices.models import CYCLE
from billing.money import round_amount
from billing.plans.pricing import price_quantity

_BATCH = 500
_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A customer whose invoices do not come to what the file says; smallest units."""

    key: str
    line: int
    expected: int
    invoiced: int


@dataclass(slots=True)
class Sums:
    """One currency's sums in smallest units. `stated` is what the file itself calls the total.

    `difference` is stated minus expected over the rows that state a total, `largest` the
    largest single difference by its size, of the row `largest_key`.
    """

    rows: int = 0
    invoices: int = 0
    expected: int = 0
    invoiced: int = 0
    stated: int = 0
    stated_rows: int = 0
    differing_rows: int = 0
    difference: int = 0
    largest: int = 0
    largest_key: str = ""

    def state(self, stated: int, expected: int, key: str) -> None:
        """Compare a total that the file states."""
        difference = stated - expected
        self.stated += stated
        self.stated_rows += 1
        self.differing_rows += difference != 0
        self.difference += difference
        if abs(difference) > abs(self.largest):
            self.largest, self.largest_key = difference, key


@dataclass(slots=True)
class Reconciliation:
    """All rows of the file against the books. The first mismatches are kept, all are counted."""

    rows: int = 0
    bad: int = 0
    not_imported: int = 0
    mismatching: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    sums: dict[str, Sums] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether every row's invoices come to what they must."""
        return not (self.mismatching or self.not_imported)


def reconcile(
    path: Path, mapping: Mapping, on_progress: Callable[[int, int], None] = lambda done, size: None
) -> Reconciliation:
    """Compare the invoices of each row's customer with its periods times its price.

    Rows that cannot be imported are counted as bad and left out. Raises MappingInvalid for a
    mapping without [reconcile], and what reading the file raises.
    """
    rule = mapping.reconcile
    if rule is None:
        raise MappingInvalid(f"The mapping {mapping.name} has no part [reconcile].")
    columns = tuple(name for name in (rule.periods, rule.stated_total) if name)
    terms, result, size = plan_terms(mapping), Reconciliation(), path.stat().st_size
    rows = read_entries(path, mapping, terms, columns)
    while batch := list(islice(rows, _BATCH)):
        entries = [entry for entry in batch if isinstance(entry, Entry)]
        result.rows += len(batch)
        result.bad += len(batch) - len(entries)
        for claim in _claims(entries, mapping, rule, terms):
            _compare(claim, result)
        on_progress(batch[-1].row.position, size)
    return result


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one row must come to, and what was invoiced; None where the customer is missing."""

    entry: Entry
    currency: str
    expected: int
    stated: int | None
    billed: tuple[int, int] | None  # invoices, their sum


def _claims(
    entries: list[Entry], mapping: Mapping, rule: Reconcile, terms: dict[str, Row]
) -> Iterator[_Claim]:
    billed = _billed([entry.key for entry in entries], rule)
    for entry in entries:
        plan = terms[entry.plan]
        expected = _periods(entry, rule) * _amount(entry, plan)
        stated = _stated(entry, mapping, rule, plan["currency"])
        yield _Claim(entry, plan["currency"], expected, stated, billed.get(entry.key))


def _compare(claim: _Claim, result: Reconciliation) -> None:
    sums = result.sums.setdefault(claim.currency, Sums())
    sums.rows += 1
    sums.expected += claim.expected
    if claim.stated is not None:
        sums.state(claim.stated, claim.expected, claim.entry.key)
    if claim.billed is None:
        result.not_imported += 1
        return
    invoices, invoiced = claim.billed
    sums.invoices += invoices
    sums.invoiced += invoiced
    if invoiced != claim.expected:
        result.mismatching += 1
        if len(result.mismatches) < _MOST_SHOWN:
            line = claim.entry.row.line
            result.mismatches.append(Mismatch(claim.entry.key, line, claim.expected, invoiced))


def _billed(keys: list[str], rule: Reconcile) -> dict[str, tuple[int, int]]:
    """Key to number and sum of the invoices for periods that begin before the rule's date."""
    found = database().customers.find({"external_id": {"$in": keys}}, {"external_id": 1})
    key_of = {row["_id"]: row["external_id"] for row in found}
    billed = dict.fromkeys(key_of.values(), (0, 0))
    where = {
        "customer_id": {"$in": list(key_of)},
        "reason": CYCLE,
        "status": {"$nin": ["draft", "void"]},
        "period_start": {"$lt": rule.before.isoformat()},
    }
    sums = {"_id": "$customer_id", "invoices": {"$sum": 1}, "total": {"$sum": "$total"}}
    for row in database().invoices.aggregate([{"$match": where}, {"$group": sums}]):
        billed[key_of[row["_id"]]] = (row["invoices"], row["total"])
    return billed


def _amount(entry: Entry, plan: Row) -> int:
    data = entry.subscription
    price = plan["price"] if data.price is None else data.price
    return price_quantity(plan["pricing_model"], price, data.quantity).amount


def _periods(entry: Entry, rule: Reconcile) -> int:
    try:
        return read_months(rule.periods, entry.row.cells)
    except BadCell as bad:
        raise FileUnreadable(f"Line {entry.row.line}: {bad.column} {bad.message}.") from None


def _stated(entry: Entry, mapping: Mapping, rule: Reconcile, currency: str) -> int | None:
    text = entry.row.cells[rule.stated_total] if rule.stated_total else ""
    if not text:
        return None
    try:
        stated = from_major(read_number(rule.stated_total or "", text, mapping.file), currency)
    except BadCell as bad:
        raise FileUnreadable(f"Line {entry.row.line}: {bad.column} {bad.message}.") from None
    return round_amount(stated)
