"""The form for usage that a person records."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as lazy
from wtforms import SelectField

from billing.errors import Invalid
from billing.ids import new_id
from billing.usage.inputs import UsageByHand
from billing.usage.queries import list_meters, meters_by_key
from portal.forms import DateField, InputForm, TextField
from portal.forms.numbers import decimal_text, writing_locale


class RecordForm(InputForm):
    model = UsageByHand
    meter = SelectField("Meter")
    value = TextField("Value")
    occurred_at = DateField(lazy("Day"))

    def meant(self, values: dict[str, Any]) -> dict[str, Any]:
        """With a key of the event's own; the form's sees to it that it is recorded once.

        Numbers are typed as their reader writes them; different values are any text.
        """
        if values["value"] and not _takes_text(values["meter"]):
            values["value"] = _plain(values["value"])
        return {**values, "idempotency_key": new_id("hand")}


def _takes_text(meter: str | None) -> bool:
    found = meters_by_key({meter}).get(meter) if meter else None
    return found is None or found["aggregation"] == "unique"


def _plain(typed: str) -> str:
    try:
        return decimal_text(typed, writing_locale())
    except Invalid as error:
        raise Invalid(error.message, field="value") from None


def meter_choices() -> list[tuple[str, str]]:
    """Meters that take events, by name, at most a hundred."""
    rows = list_meters(status="active", sort="name", limit=100).items
    return [(row["key"], _label(row["name"], row.get("unit"))) for row in rows]


def _label(name: str, unit: str | None) -> str:
    return str(gettext("%(meter)s, in %(unit)s", meter=name, unit=unit)) if unit else name
