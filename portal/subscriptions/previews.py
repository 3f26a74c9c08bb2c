"""What a button would do, to the cent, shown before it is pressed.

While somebody types only this part of the page is exchanged; without script a button of the form
shows it.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from billing.changes.preview import Preview, preview_change
from billing.database import Row
from billing.errors import BillingError
from billing.subscriptions.models import Subscription
from portal.answers import form_page
from portal.forms import PREVIEW, InputForm
from portal.shell import htmx
from portal.subscriptions.shown import agreed

_LISTED = 12
_IN_FULL = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview for people: what is invoiced at once, what waits, what comes next."""

    agreed: list[str]
    currency: str
    invoices: list[Row]
    waiting: list[Row]
    next_invoice: Row | None

    @property
    def is_long(self) -> bool:
        """Whether the invoices are too many to show each line of them."""
        return len(self.invoices) > _IN_FULL

    @property
    def listed(self) -> list[Row]:
        return self.invoices[:_LISTED]

    @property
    def due(self) -> int:
        """What the invoices that are made at once leave to be paid."""
        return sum(invoice["amount_due"] for invoice in self.invoices)


def preview_of(
    form: InputForm,
    act: Callable[[Any], Subscription],
    currency: str,
) -> Shown | None:
    """What `act` would do with what the form holds; None when the form was or would be refused.

    A form that nobody has sent yet says so without being an error.
    """

    def foresee(data: Any) -> Preview:
        return preview_change(lambda: act(data))

    if form.is_stale:
        with suppress(BillingError):  # that somebody changed it is all there is to say
            return _shown(foresee(form.parse()), currency)
    if form.http_status != 200:
        return None
    found = form.attempt(foresee)
    if request.method == "GET":
        form.http_status = 200
    return _shown(found, currency) if found else None


def act_page(
    template: str, form: InputForm, preview: Shown | None, *, document: Any = None, **context: Any
) -> ResponseReturnValue:
    """The form beside its preview, or the preview alone to a page that has the form already."""
    if htmx and htmx.target == PREVIEW and not htmx.history_restore_request:
        page = render_template("subscriptions/_preview.html", form=form, preview=preview)
        return page, form.http_status
    return form_page(template, form, document=document, preview=preview, **context)


def _shown(found: Preview, currency: str) -> Shown:
    said = agreed(found.subscription)
    return Shown(said, currency, found.invoices, found.waiting, found.next_invoice)
