"""A customer's act: shown to the cent first, done only as it was shown.

The page that shows what an act comes to carries the digest of it; the button sends it along. Where
it is missing, because nothing was shown yet, or tells of something else, the page is shown again.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from billing.changes.as_previewed import PreviewOutdated, digest_of, do_as_previewed
from billing.changes.preview import Preview, preview_change
from billing.errors import BillingError
from billing.subscriptions.models import Subscription
from portal.account.subscriptions import trail
from portal.answers import form_page
from portal.forms import PREVIEW, InputForm
from portal.shell import htmx
from portal.subscriptions.shown import Charge, agreed, charge_of, charge_on

SHOWN = "shown"
"""Names the field that carries the digest."""

Act = Callable[[Any, int | None], Subscription]


class ActForm(InputForm):
    """A form whose button does what the page shows."""

    is_outdated = False

    def refuse(self, error: BillingError) -> None:
        self.is_outdated = isinstance(error, PreviewOutdated)
        super().refuse(error)

    def perform(self, subscription_id: str, act: Act) -> Subscription | None:
        """Do it as it was shown; None when it was not sent, or refused."""
        digest = request.form.get(SHOWN, "")

        def do(data: Any) -> Subscription:
            return do_as_previewed(
                lambda: act(data, self.expected_revision), subscription_id, digest
            )

        return self.submit(do)


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview, what a period costs on the terms to come, and its digest."""

    found: Preview
    agreed: list[str]
    charge: Charge
    digest: str


def preview_of(form: ActForm, act: Act) -> Shown | None:
    """What `act` would do with what the form holds; None when it was or would be refused."""
    with suppress(BillingError):
        if form.is_stale or form.is_outdated:  # that it changed is all there is to say
            return _shown(_foreseen(act, form.parse()))
    if form.http_status != 200:
        return None
    found = form.attempt(lambda data: _foreseen(act, data))
    if request.method == "GET":
        form.http_status = 200
    return _shown(found) if found else None


def act_page(
    template: str,
    form: ActForm,
    preview: Shown | None,
    subscription: Subscription,
    **context: Any,
) -> ResponseReturnValue:
    """The form beside its preview, or the preview alone to a page that has the form already."""
    if htmx and htmx.target == PREVIEW and not htmx.history_restore_request:
        return render_template("account/_preview.html", form=form, preview=preview), (
            form.http_status
        )
    return form_page(
        template,
        form,
        document=subscription,
        subscription=subscription,
        charge=charge_of(subscription),
        preview=preview,
        trail=trail(subscription),
        **context,
    )


def _foreseen(act: Act, data: Any) -> Preview:
    return preview_change(lambda: act(data, None))


def _shown(found: Preview) -> Shown:
    row = found.subscription
    charge = charge_on(row.get("pending_change") or row)
    return Shown(found, agreed(row), charge, digest_of(found))
