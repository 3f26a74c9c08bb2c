"""After an import of past invoices: what the books say of each customer against the file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from billing.database import Row, database
from billing.imports.invoices_mapping import InvoicesMapping
from billing.imports.past_documents import PastDocument
from billing.imports.read_documents import read_documents

_BATCH = 500
_MOST_SHOWN = 50


@dataclass(slots=True)
class Claim:
    """What documents come to, in smallest units; credit notes count as positive there."""

    invoices: int = 0
    credit_notes: int = 0
    invoiced: int = 0
    credited: int = 0

    @property
    def net(self) -> int:
        return self.invoiced - self.credited

    def add(self, document: PastDocument) -> None:
        """Count a document of the file."""
        if document.is_credit_note:
            self.credit_notes += 1
            self.credited -= document.total
        else:
            self.invoices += 1
            self.invoiced += document.total


@dataclass(frozen=True, slots=True)
class Difference:
    """A customer whose documents in the books are not those of the file, in one currency."""

    key: str
    currency: str
    file: Claim
    books: Claim


@dataclass(slots=True)
class InvoicesReconciliation:
    """File and books by currency, and the customers that differ: the first kept, all counted."""

    rows: int = 0
    bad: int = 0
    customers: int = 0
    file: dict[str, Claim] = field(default_factory=dict)
    books: dict[str, Claim] = field(default_factory=dict)
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether all documents of every customer, and of all together, are those of the file."""
        return not self.differing and self.file == self.books


def reconcile_invoices(
    path: Path,
    mapping: InvoicesMapping,
    on_progress: Callable[[int, int], None] = lambda done, size: None,
) -> InvoicesReconciliation:
    """Compare file and books, customer by customer, and in all.

    Documents that cannot be imported are counted as bad and left out. Raises FileUnreadable and
    ColumnsMissing.
    """
    result, size = InvoicesReconciliation(), path.stat().st_size
    claims: dict[tuple[str, str], Claim] = {}
    for document in read_documents(path, mapping):
        result.rows += document.rows
        if document.problems:
            result.bad += 1
        elif document.lines:
            key = document.customer_key or (mapping.walk_in and mapping.walk_in.external_id) or ""
            claims.setdefault((key, document.currency), Claim()).add(document)
            result.file.setdefault(document.currency, Claim()).add(document)
            on_progress(min(document.position, size), size)
    on_progress(size, size)
    result.customers = len({key for key, _ in claims})
    result.books = {row: claim for (_, row), claim in _sums({}, mapping.name, by_customer=False)}
    _compare(claims, mapping.name, result)
    return result


def _compare(
    claims: dict[tuple[str, str], Claim], name: str, result: InvoicesReconciliation
) -> None:
    keys = iter(sorted({key for key, _ in claims}))
    while chunk := list(islice(keys, _BATCH)):
        found = database().customers.find({"external_id": {"$in": chunk}}, {"external_id": 1})
        key_of = {row["_id"]: row["external_id"] for row in found}
        where = {"customer_id": {"$in": list(key_of)}}
        books = {(key_of[i], c): claim for (i, c), claim in _sums(where, name, by_customer=True)}
        wanted = set(chunk)
        for key, currency in sorted({k for k in claims if k[0] in wanted} | books.keys()):
            theirs = claims.get((key, currency), Claim())
            ours = books.get((key, currency), Claim())
            if theirs != ours:
                result.differing += 1
                if len(result.differences) < _MOST_SHOWN:
                    result.differences.append(Difference(key, currency, theirs, ours))


def _sums(where: Row, name: str, *, by_customer: bool) -> Iterator[tuple[tuple[str, str], Claim]]:
    """What the books have of the import, by customer id ("" for all) and currency."""
    sums: dict[tuple[str, str], Claim] = {}
    for collection, count, amount in (
        ("invoices", "invoices", "invoiced"),
        ("credit_notes", "credit_notes", "credited"),
    ):
        key: Row = {"currency": "$currency"}
        if by_customer:
            key["customer_id"] = "$customer_id"
        group = {"_id": key, "count": {"$sum": 1}, "total": {"$sum": "$total"}}
        stages: list[Row] = [{"$match": {**where, "imported_from": name}}, {"$group": group}]
        for row in database()[collection].aggregate(stages, allowDiskUse=True):
            of = (row["_id"].get("customer_id", ""), row["_id"]["currency"])
            claim = sums.setdefault(of, Claim())
            setattr(claim, count, row["count"])
            setattr(claim, amount, row["total"])
    yield from sums.items()
