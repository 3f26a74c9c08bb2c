"""Forms of a customer's own pages."""

from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import FormField, RadioField, SelectField, TextAreaField

from billing.payments.providers.fake import CARDS
from billing.self_service.change_team import ChangeMember, InviteMember
from billing.self_service.details import OwnDetails
from billing.self_service.inputs import (
    FEEDBACK,
    ChangePlan,
    ChangeQuantity,
    EndSubscription,
    PayBy,
    SaveCard,
)
from portal.account.previews import ActForm
from portal.customers.forms import AddressForm, ContactForm
from portal.customers.tax_ids import TaxIdForm
from portal.forms import InputForm, NumberField, RowsField, TextField, options

_WHEN = options([("now", lazy("Today")), ("period_end", lazy("With the next period"))])


class DetailsForm(InputForm):
    model = OwnDetails
    name = TextField("Company or name", render_kw={"autocomplete": "organization"})
    email = TextField("Email", render_kw={"type": "email", "autocomplete": "email"})
    phone = TextField("Phone", render_kw={"type": "tel", "autocomplete": "tel"})
    contacts = RowsField(ContactForm, "Copies of invoices", min_entries=0)
    billing_address = FormField(AddressForm, "Billing address")
    tax_ids = RowsField(TaxIdForm, "Tax IDs", min_entries=0)
    locale = SelectField("Language of invoices and mail")

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """An absent address is a blank one."""
        return {**values, "billing_address": values["billing_address"] or {}}


class MethodForm(InputForm):
    model = SaveCard
    token = RadioField("Card", choices=options(CARDS.items()))


class PayForm(InputForm):
    model = PayBy
    method_id = RadioField("Pay with")


_TEAM_ROLES = options([("owner", lazy("Owner")), ("viewer", lazy("Viewer"))])


class InviteForm(InputForm):
    model = InviteMember
    email = TextField("Email", render_kw={"type": "email", "autocomplete": "off"})
    customer_role = RadioField("Role", choices=_TEAM_ROLES)


class MemberForm(InputForm):
    model = ChangeMember
    customer_role = RadioField("Role", choices=_TEAM_ROLES)


class SeatsForm(ActForm):
    model = ChangeQuantity
    quantity = NumberField("Seats")
    effective = RadioField("When", choices=_WHEN)


class PlanForm(ActForm):
    model = ChangePlan
    plan_id = RadioField("Plan")
    quantity = NumberField("Seats")
    effective = RadioField("When", choices=_WHEN)


_NO_REASON = ("", lazy("Rather not say"))


class EndForm(ActForm):
    model = EndSubscription
    feedback = SelectField("Why do you leave?", choices=options([_NO_REASON, *FEEDBACK.items()]))
    comment = TextAreaField("Anything that would have kept you?", render_kw={"rows": 3})
