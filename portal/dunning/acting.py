"""What can be done with an overdue invoice: the next step now, a pause, an end of the pause."""

from datetime import timedelta

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing import clock
from billing.customers.queries import get_customer
from billing.dunning.inputs import PauseDunning
from billing.dunning.pause import pause_dunning, resume_dunning
from billing.dunning.step_now import preview_step, take_step_now
from billing.errors import BillingError
from billing.idempotency.in_stages import begun
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.payments.charge import ask_provider
from billing.seller import current_seller
from portal.access import page
from portal.answers import confirm_page, done
from portal.dunning.forms import PauseForm
from portal.dunning.words import foreseen_lines
from portal.forms import InputForm
from portal.values import date_text, money, words


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    for name, view in (("step", step), ("pause", pause), ("resume", resume)):
        path = f"/invoices/<invoice_id>/{name}"
        blueprint.add_url_rule(path, name, view, methods=["GET", "POST"])


@page("write:invoices")
def step(invoice_id: str) -> ResponseReturnValue:
    """Show what the next step does, then take it."""
    invoice = get_invoice(invoice_id)
    form = InputForm(revision=invoice.revision)
    if said := form.submit(lambda _: _take(invoice_id, form.expected_revision), in_stages=True):
        return done(said, url_for(".index"))
    return confirm_page(
        form,
        gettext("Take the next step for %(number)s?", number=invoice.number),
        _owed(invoice),
        *_foreseen(invoice, form),
        document=invoice,
        button=gettext("Take the step"),
        trail=_trail(),
    )


@page("write:invoices")
def pause(invoice_id: str) -> ResponseReturnValue:
    """Take no step before a day, for a reason."""
    invoice = get_invoice(invoice_id)
    form = PauseForm(until=clock.today() + timedelta(days=14), revision=invoice.revision)

    def act(data: PauseDunning) -> Invoice:
        return pause_dunning(invoice_id, data, form.expected_revision)

    if paused := form.submit(act):
        until = date_text(paused.dunning["paused"]["until"])
        said = gettext(
            "Nobody is reminded of %(number)s before %(day)s.", number=invoice.number, day=until
        )
        return done(said, url_for(".index"))
    return confirm_page(
        form,
        gettext("Pause the reminders of %(number)s", number=invoice.number),
        _owed(invoice),
        gettext("No reminder, no charge and no last step before that day. What is owed stays due."),
        document=invoice,
        button=gettext("Pause reminders"),
        trail=_trail(),
        hints={"until": gettext("The first day on which the next step is taken again.")},
    )


@page("write:invoices")
def resume(invoice_id: str) -> ResponseReturnValue:
    """End the pause of an invoice's reminders."""
    invoice = get_invoice(invoice_id)
    form = InputForm(revision=invoice.revision)
    if form.submit(lambda _: resume_dunning(invoice_id, form.expected_revision)):
        said = gettext("The reminders of %(number)s go on.", number=invoice.number)
        return done(said, url_for(".index"))
    paused = invoice.dunning.get("paused")
    due = date_text(paused["next_date"]) if paused else gettext("never")
    return confirm_page(
        form,
        gettext("Go on reminding of %(number)s?", number=invoice.number),
        _owed(invoice),
        gettext(
            "The next step is due on %(day)s, as it would have been without the pause.", day=due
        ),
        document=invoice,
        button=gettext("Go on reminding"),
        trail=_trail(),
    )


def _take(invoice_id: str, revision: int | None) -> str:
    """Take the step, ask for its payment, and say what came of it."""
    if begun():  # the process that took it died before it could say so
        return str(gettext("The step was taken."))
    taken = take_step_now(invoice_id, revision)
    if taken.payment:
        status = ask_provider(taken.payment).status
        said = gettext(
            "The step was taken; the payment is %(status)s.", status=words(status).lower()
        )
        return str(said)
    return str(gettext("The step was taken."))


def _foreseen(invoice: Invoice, form: InputForm) -> list[str]:
    """What would be done; a step that cannot be taken is said as the form's refusal."""
    if form.alerts or form.is_stale:
        return []
    try:
        found = preview_step(invoice.id)
    except BillingError as error:
        form.refuse(error)
        form.http_status = 200  # nobody has asked for it yet
        return []
    return foreseen_lines(found, invoice.currency, current_seller()["dunning"])


def _owed(invoice: Invoice) -> str:
    """`Acme owes $49.00 since Nov 3, 2026.`"""
    said = gettext(
        "%(name)s owes %(amount)s since %(day)s.",
        name=get_customer(invoice.customer_id).name,
        amount=money(invoice.amount_due, invoice.currency),
        day=date_text(invoice.due_date),
    )
    return str(said)


def _trail() -> list[tuple[str, str]]:
    return [(gettext("Dunning"), url_for(".index"))]
