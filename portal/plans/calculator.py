"""What would 1, 10, 250 seats cost? Estimates side by side, asked for in the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext

from billing.database import Row
from billing.errors import BillingError, Invalid
from billing.inputs import parse
from billing.plans.estimate import Estimate, estimate_terms, usage_of
from billing.plans.inputs import EstimatePlan
from billing.plans.line_words import line_said
from portal.forms.numbers import decimal_text, whole_text, writing_locale
from portal.languages.saying import said
from portal.plans.forms import PlanForm
from portal.values import words

QUANTITIES = "1, 10, 250"
_MOST = 8


@dataclass(slots=True)
class Calculator:
    """Typed quantities and usage of a plan, and what each quantity comes to with it."""

    terms: Row
    quantities: str
    meters: list[Row] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    error: str = ""

    @property
    def lines(self) -> list[tuple[str, list[int | None]]]:
        """Each line's name and its amount under every quantity; None where it has no such line."""
        names = {_name(line): said(line_said(line)) for one in self.estimates for line in one.lines}
        by_name = [{_name(line): line["amount"] for line in one.lines} for one in self.estimates]
        return [(text, [found.get(name) for found in by_name]) for name, text in names.items()]


def calculate(terms: Row, typed: Mapping[str, str]) -> Calculator:
    """The estimates of a row of terms that `typed` asks for: `quantities` such as "1, 10", and
    `usage.<meter>` and `events.<meter>`, as their reader writes numbers. What cannot be is said in
    `error`."""
    found = Calculator(terms, _quantities(typed), _meters(terms, typed))
    try:
        asked = [parse(EstimatePlan, values) for values in _asked(found.quantities, found.meters)]
        found.estimates = [estimate_terms(terms, one.quantity, usage_of(one)) for one in asked]
    except BillingError as error:
        found.error = _said(error)
    return found


def calculate_form(form: PlanForm, typed: Mapping[str, str]) -> Calculator:
    """The same of what stands in the plan's form, though it is not saved."""
    try:
        data = form.parse()
    except BillingError as error:
        return Calculator({}, _quantities(typed), error=form.first_finding(error))
    return calculate({"plan_id": "", "version": 0, **data.model_dump()}, typed)


def _quantities(typed: Mapping[str, str]) -> str:
    return typed.get("quantities", "").strip()[:200] or QUANTITIES


def _meters(terms: Row, typed: Mapping[str, str]) -> list[Row]:
    """One for each meter of the plan's charges: what is typed for it, and whether events count."""
    meters: dict[str, Row] = {}
    for charge in terms.get("charges") or ():
        if key := charge["meter"]:
            meter = meters.setdefault(key, {"key": key, "has_fee": False, "names": []})
            meter["names"].append(charge["name"])
            meter["has_fee"] |= bool(charge.get("fixed_amount"))
    for key, meter in meters.items():
        meter["usage"] = typed.get(f"usage.{key}", "").strip()[:30]
        meter["events"] = typed.get(f"events.{key}", "").strip()[:30]
    return list(meters.values())


def _asked(quantities: str, meters: list[Row]) -> list[Row]:
    """The inputs of the estimates. Raises Invalid for too many of them."""
    wanted = [part.strip() for part in quantities.split(",") if part.strip()]
    if len(wanted) > _MOST:
        raise Invalid(
            "At most %(most)s quantities can be compared.", most=_MOST, field="quantities"
        )
    given = {
        name: {m["key"]: _read(read, m[name], f"{name}.{m['key']}") for m in meters if m[name]}
        for name, read in (("usage", decimal_text), ("events", whole_text))
    }
    return [{"quantity": _read(whole_text, typed, "quantity"), **given} for typed in wanted]


def _read(read: Callable[[str, str], str], typed: str, field: str) -> str:
    """A number as its reader writes it. Raises Invalid, which names the field."""
    try:
        return read(typed, writing_locale())
    except Invalid as error:
        raise Invalid(error.message, field=field) from None


def _name(line: Row) -> tuple[str, str]:
    """What tells a line from the others of an estimate: its charge, and its words."""
    return line["explanation"].get("charge", line["kind"]), line["description"]


def _said(error: BillingError) -> str:
    """The first finding as a sentence: `Usage of calls must be a whole number.`"""
    first = error.errors[0] if error.errors else None
    text = said(first.message if first else error.message)
    if first is None or text[:1].isupper():
        return text
    name, _, meter = first.field.partition(".")
    if not meter:
        return f"{words(name)} {text}."
    of_it = gettext("%(field)s of %(meter)s", field=words(name), meter=meter)
    return f"{of_it} {text}."
