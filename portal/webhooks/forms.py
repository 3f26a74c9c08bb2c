"""The forms of webhook endpoints."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as lazy
from wtforms import TextAreaField

from billing.events.types import OBJECT_TYPES
from billing.webhooks.inputs import ReplayRange, RotateWebhookSecret, WebhookEndpointInput
from portal.forms import BoxesField, InputForm, NumberField, TextField
from portal.values import words

_ALL = "*"
_WORDS = (lazy("Tell it of"),)
"""Of fields that `make translations` does not look into."""


def _groups() -> list[tuple[str, str]]:
    kinds = ((f"{name}.*", words(name)) for name in OBJECT_TYPES)
    return [(_ALL, gettext("Everything")), *kinds]


def _unknown(values: set[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in sorted(values)]


class EndpointForm(InputForm):
    """Whole kinds of events are ticked, single types written, one a line."""

    model = WebhookEndpointInput
    url = TextField("Address")
    description = TextField("Description")
    kinds = BoxesField("Tell it of", _groups, _unknown)
    event_types = TextAreaField("And of these types")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event_types.flags.required = False  # boxes may be all there is

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """The patterns as boxes and lines."""
        patterns = values["event_types"]
        kinds = [each for each in patterns if each.endswith("*")]
        single = [each for each in patterns if not each.endswith("*")]
        return {**values, "kinds": kinds, "event_types": "\n".join(single)}

    def meant(self, values: dict[str, Any]) -> dict[str, Any]:
        lines = (values["event_types"] or "").split()
        patterns = [*(values["kinds"] or []), *lines]
        rest = {name: value for name, value in values.items() if name != "kinds"}
        return {**rest, "event_types": patterns}


class RotateForm(InputForm):
    model = RotateWebhookSecret
    overlap_hours = NumberField("Hours that the present secret still signs as well")


class ReplayForm(InputForm):
    model = ReplayRange
    from_seq = NumberField("From event number")
    to_seq = NumberField("To event number")
