"""How fast invoices become PDF, beside Typst alone on the same documents.

Ours reads the invoice, words and formats its data, sets it and puts it on the shelf; the ceiling
only sets data that is there. No two invoices are alike, so that nothing is remembered. The same
processes do both by turns, a few invoices at a time, so that a machine that is now faster and now
slower is so for both.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from bench.beside import SPAWN
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
TURNS = 15
PROCESSES = 2
INVOICES = 60  # of each process in each turn
LINES = 12


def rows(uri: str) -> list[Row]:
    """One figure, on a database of its own at this server."""
    _connect(uri)
    database.database().client.drop_database(DATABASE)
    indexes.ensure_indexes()
    ids = _fill(PROCESSES * (2 * TURNS * INVOICES + 1))
    ours, ceiling = (median(each) for each in zip(*_rates(uri, ids), strict=True))
    database.database().client.drop_database(DATABASE)
    database.disconnect()
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


def _rates(uri: str, ids: list[str]) -> Iterator[tuple[float, float]]:
    """Papers a second, ours and the ceiling's, in each turn."""
    with _setters(uri, ids) as setters:
        for _ in range(TURNS):
            yield _rate(setters, alone=False), _rate(setters, alone=True)


@contextmanager
def _setters(uri: str, ids: list[str]) -> Iterator[list[Connection]]:
    """The ends of pipes to processes that have set one paper each and wait."""
    pipes = [SPAWN.Pipe() for _ in range(PROCESSES)]
    shares = [ids[start::PROCESSES] for start in range(PROCESSES)]
    told = [(uri, share, there) for share, (_, there) in zip(shares, pipes, strict=True)]
    processes = [SPAWN.Process(target=_set, args=args, daemon=True) for args in told]
    for process in processes:
        process.start()
    yield [here for here, _ in pipes]
    for process in processes:
        process.terminate()
        process.join()


def _rate(setters: Sequence[Connection], *, alone: bool) -> float:
    _tell(setters, alone)
    began, ended = zip(*_tell(setters, True), strict=True)
    return PROCESSES * INVOICES / (max(ended) - min(began))


def _tell(setters: Sequence[Connection], what: bool) -> list[Any]:
    """Tell all of them and hear what each says then."""
    for setter in setters:
        setter.send(what)
    return [setter.recv() for setter in setters]


def _set(uri: str, ids: list[str], asked: Connection) -> None:
    """Is told whether Typst is to be alone, gets ready, is told to begin, and tells from when to
    when it worked; again and again."""
    _connect(uri)
    get_invoice_paper(ids.pop()).pdf()  # fonts are read, and all that is lazy is awake
    while ids:
        alone = asked.recv()
        now = [ids.pop() for _ in range(INVOICES)]
        papers = [get_invoice_paper(invoice_id) for invoice_id in now] if alone else []
        asked.send(None)
        asked.recv()
        began = time.time()
        for paper in papers:
            typeset(paper.data, None, 0)
        for invoice_id in [] if alone else now:
            get_invoice_paper(invoice_id).pdf()
        asked.send((began, time.time()))
