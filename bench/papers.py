"""How fast invoices become PDF, beside Typst alone on the same documents.

Ours reads the invoice, words and formats its data, sets it and puts it on the shelf; the ceiling
only sets data that is there. No two invoices are alike, so that nothing is remembered. Each
measurement has processes of its own.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median
from typing import NamedTuple

from bench.table import Row
from billing import database, indexes
from billing.customers.inputs import CustomerInput, NewCustomer
from billing.customers.save_customer import create_customer
from billing.ids import new_id
from billing.invoices.inputs import InvoiceInput, LineItemInput
from billing.invoices.one_off import create_invoice
from billing.papers.queries import get_invoice_paper
from billing.papers.typesetter import typeset

DATABASE = "bench_papers"
ROUNDS = 5
PROCESSES = 2
INVOICES = 200  # of each process
LINES = 12


class Worked(NamedTuple):
    """From when to when a process worked."""

    began: float
    ended: float


def rows(uri: str) -> list[Row]:
    """One figure, on a database of its own at this server."""
    _connect(uri)
    database.database().client.drop_database(DATABASE)
    indexes.ensure_indexes()
    ids = _fill(PROCESSES * INVOICES)
    found = [(_rate(uri, ids, alone=False), _rate(uri, ids, alone=True)) for _ in range(ROUNDS)]
    database.database().client.drop_database(DATABASE)
    database.disconnect()
    ours, ceiling = (median(each) for each in zip(*found, strict=True))
    name = f"PDF of {LINES} lines, {PROCESSES} processes"
    return [Row(name, ours, "papers/s", ceiling=ceiling, target=0.8 * ceiling)]


def _connect(uri: str) -> None:
    database.connect(uri.replace("/duebill?", f"/{DATABASE}?"))


def _fill(count: int) -> list[str]:
    customer = create_customer(NewCustomer.model_validate(_CUSTOMER))
    lines = [LineItemInput(description="Work", unit_amount=12_500) for _ in range(LINES)]
    row = create_invoice(InvoiceInput(customer_id=customer.id, line_items=lines)).row()
    copies = [_copy(row, number) for number in range(count)]
    database.database().invoices.insert_many(copies)
    return [copy["_id"] for copy in copies]


_CUSTOMER = CustomerInput(name="Example GmbH", email="office@example.com").model_dump(mode="json")


def _copy(row: database.Row, number: int) -> database.Row:
    lines = [
        {**line, "description": f"Day {position} of project {number}", "amount": 12_500 + number}
        for position, line in enumerate(row["line_items"])
    ]
    return {**row, "_id": new_id("inv"), "number": f"INV-1-{number:06}", "line_items": lines}


def _rate(uri: str, ids: list[str], *, alone: bool) -> float:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        shares = [ids[start::PROCESSES] for start in range(PROCESSES)]
        asked = [pool.submit(_work, uri, share, alone) for share in shares]
        worked = [each.result() for each in asked]
    database.database().papers.delete_many({})
    return len(ids) / (max(w.ended for w in worked) - min(w.began for w in worked))


def _work(uri: str, ids: list[str], alone: bool) -> Worked:
    _connect(uri)
    first, *others = ids
    get_invoice_paper(first).pdf()  # fonts are read, and all that is lazy is awake
    papers = [get_invoice_paper(invoice_id) for invoice_id in others] if alone else []
    began = time.time()
    for paper in papers:
        typeset(paper.data, None, 0)
    for invoice_id in [] if alone else others:
        get_invoice_paper(invoice_id).pdf()
    return Worked(began, time.time())
