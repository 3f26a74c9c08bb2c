"""What the validation library finds wrong with a value, in plain words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.errors import WrongValue
from billing.phrases import Day, Phrase, Told, Translate
from billing.wrong_emails import reason_of_email

_INSTANT = Phrase("must be an instant such as 2026-01-31T10:00:00Z")
_PLAIN = {
    "missing": Phrase("is required"),
    "extra_forbidden": Phrase("is not a field here"),
    "string_type": Phrase("must be text"),
    "int_type": Phrase("must be a whole number"),
    "int_parsing": Phrase("must be a whole number"),
    "int_from_float": Phrase("must be a whole number"),
    "bool_type": Phrase("must be true or false"),
    "dict_type": Phrase("must be an object"),
    "model_type": Phrase("must be an object"),
    "model_attributes_type": Phrase("must be an object"),
    "list_type": Phrase("must be a list"),
    "string_pattern_mismatch": Phrase("does not have the right form"),
    "date_type": Phrase("must be a date such as 2026-01-31"),
    "date_parsing": Phrase("must be a date such as 2026-01-31"),
    "date_from_datetime_parsing": Phrase("must be a date such as 2026-01-31"),
    "date_from_datetime_inexact": Phrase("must be a date such as 2026-01-31"),
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": _INSTANT,
}
_BOUNDS = {
    "greater_than": (Phrase("must be greater than %(bound)s"), "gt"),
    "greater_than_equal": (Phrase("must be greater than or equal to %(bound)s"), "ge"),
    "less_than": (Phrase("must be less than %(bound)s"), "lt"),
    "less_than_equal": (Phrase("must be less than or equal to %(bound)s"), "le"),
}
_OR = Phrase("or")
_SHORT_OR_LONG = {"too_short", "string_too_short", "too_long", "string_too_long"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """What may be chosen, as the library lists it: `'now' or 'period_end'`."""

    listed: str

    def __str__(self) -> str:
        return self.listed

    def shown(self, translate: Translate, _locale: str) -> str:
        before, _, last = self.listed.rpartition(" or ")
        return f"{before} {translate(_OR)} {last}" if before else last


def plain_words(found: Any) -> Phrase:
    """One finding of the validation library, for people."""
    kind, context = found["type"], found.get("ctx", {})
    if kind in _PLAIN:
        return _PLAIN[kind]
    if isinstance(wrong := context.get("error"), WrongValue):
        return wrong.message
    if kind in _SHORT_OR_LONG:
        # After a function the library no longer knows that it measures text: "Value".
        is_text = kind.startswith("string") or context.get("field_type") == "Value"
        return _length(context, is_text=is_text)
    return _bound(kind, context) or Phrase(_as_it_is(found["msg"]))


def _length(context: Any, *, is_text: bool) -> Phrase:
    if context.get("min_length") == 1:
        return Phrase("must not be empty")
    is_short = "min_length" in context
    count = _plainly(context["min_length" if is_short else "max_length"])
    if is_text and is_short:
        return Phrase("must have at least %(count)s characters", count=count)
    if is_text:
        return Phrase("must have at most %(count)s characters", count=count)
    if is_short:
        return Phrase("must have at least %(count)s entries", count=count)
    return Phrase("must have at most %(count)s entries", count=count)


def _bound(kind: str, context: Any) -> Phrase | None:
    """What a value must be, in the words of the library, which are the API's."""
    if kind in _BOUNDS:
        template, name = _BOUNDS[kind]
        return Phrase(template, bound=_plainly(context[name]))
    if kind in {"literal_error", "enum"}:
        return Phrase("must be %(expected)s", expected=OneOf(context["expected"]))
    if "reason" in context:
        why = reason_of_email(context["reason"])
        return Phrase("value is not a valid email address: %(reason)s", reason=why)
    return None


def _plainly(fact: object) -> Told:
    """A bound as the library writes it: numbers without separators."""
    return Day(fact.isoformat()) if isinstance(fact, date) else str(fact)


def _as_it_is(said: str) -> str:
    said = said.removeprefix("Value error, ")
    return said.replace("Input should be", "must be").replace("String should", "must")
