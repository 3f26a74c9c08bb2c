"""Forks before and after papers are set, and tells what became of the children."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from billing.papers.invoice import invoice_paper
from billing.papers.typesetter import typeset
from tests.billing.papers.rows import BUYER, SELLER, invoice_row


def made() -> bytes:
    return typeset(invoice_paper(invoice_row(), SELLER, BUYER), None, 0)


def by_threads() -> str:
    """Eight papers, by eight threads at once."""
    with ThreadPoolExecutor(8) as pool:
        return {pdf[:4].decode() for pdf in pool.map(lambda _: made(), range(8))}.pop()


def refused() -> str:
    try:
        made()
    except RuntimeError:
        return "refused"
    return "made"


def in_child(work: Callable[[], str]) -> Callable[[], str]:
    """Fork at once; what `work` gives in the child, once it has ended."""
    out, into = os.pipe()
    if (pid := os.fork()) == 0:
        os.write(into, work().encode())
        os._exit(0)

    def told() -> str:
        os.waitpid(pid, 0)
        return os.read(out, 100).decode()

    return told


if __name__ == "__main__":
    print("before:", *[told() for told in [in_child(by_threads), in_child(by_threads)]])
    made()
    print("after:", in_child(refused)())
