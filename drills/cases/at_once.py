"""50 identical payments, every money action clicked 8 times at once, two admins on one record.

The clicks of one go to both portals. With one key they are one deed. Where a deed uses itself up
(an invoice is paid or voided once) that also holds of 8 programs that have a key each.
"""

from collections import Counter
from functools import partial
from uuid import uuid4

from billing.database import database
from drills.report import Report
from drills.world import seed
from drills.world.books import count_books
from drills.world.client import Answer, Client
from drills.world.money_acts import Act, money_acts, payments_of
from drills.world.together import at_once
from drills.world.world import world

CLICKS = 8
PAYMENTS = 50
EDITS = 20


def drill(report: Report) -> None:
    """On two portals."""
    with world(nodes=1) as found:
        clients = [found.client(portal) for portal in found.portals]
        _identical_payments(clients, report)
        for act in money_acts(found):
            _click(act, clients, report, same_key=True)
        for act in money_acts(found):
            if act.uses_itself_up:
                _click(act, clients, report, same_key=False)
        _two_admins(clients, report)
        count_books(report)


def _identical_payments(clients: list[Client], report: Report) -> None:
    """Without any key, as a client that knows nothing of them."""
    (invoice,) = seed.invoices(1)
    body = {"invoice_id": invoice.id, "reference": "the same transfer"}
    pay = [partial(clients[n % 2].post, "/payments", body) for n in range(PAYMENTS)]
    answers = Counter(answer.status for answer in at_once(pay))
    report.figure("identical payments, answers by status", dict(answers))
    report.some("identical payments that were refused", answers[409], PAYMENTS - 1)
    report.zero("identical payments taken too often", payments_of(invoice.id) - 1)


def _click(act: Act, clients: list[Client], report: Report, *, same_key: bool) -> None:
    before, key = act.count(), uuid4().hex

    def ask(n: int) -> Answer:
        own = key if same_key else f"{key}-{n}"
        return clients[n % 2].call(act.method, act.path, act.body, own)

    answers = at_once([partial(ask, n) for n in range(CLICKS)])
    done = act.count() - before
    how = "one key" if same_key else "a key each"
    told = dict(Counter(answer.status for answer in answers))
    report.zero(f"{act.name}, {how}, {told}: done too often", done - 1)
    if same_key:
        well = {str(answer.body) for answer in answers if answer.is_acknowledged}
        report.zero(f"{act.name}, {how}: different answers", len(well) - 1)


def _two_admins(clients: list[Client], report: Report) -> None:
    """Both have read the record, both write it; the second is told so."""
    customer = seed.stored_customer()
    both = 0
    for n in range(EDITS):
        tag = clients[0].get(f"/customers/{customer}").headers["etag"]

        def edit(who: int, n: int = n, tag: str = tag) -> Answer:
            path, body = f"/customers/{customer}", {"name": f"Edit {n} of {who}"}
            return clients[who].call("PATCH", path, body, **{"If-Match": tag})

        answers = at_once([partial(edit, 0), partial(edit, 1)])
        both += sorted(answer.status for answer in answers) != [200, 412]
    report.zero(f"edits of {EDITS} in which not exactly one admin won", both)
    told = {"object_id": customer, "type": "customer.updated"}
    report.zero("edits lost", EDITS - database().events.count_documents(told))
