"""What all input models share: one model serves the form and the JSON body.

JSON is validated with pydantic's strict mode, forms in its lenient one; the rules are the same.
"""

from decimal import Decimal
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from billing.errors import FieldError, Invalid, WrongValue
from billing.money import CURRENCIES, MAX_AMOUNT
from billing.wrong_values import plain_words

_TIMEZONES = frozenset(available_timezones())


class Input(BaseModel):
    """Base of every input: unknown fields are errors and values never change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=True
    )


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 12.0 is the integer 12, while "12" and true are not."""
    return int(value) if type(value) is float and value.is_integer() else value


def _no_nul(value: str) -> str:
    if "\x00" in value:
        raise WrongValue("must not contain NUL characters")
    return value


def _known_currency(value: str) -> str:
    if value not in CURRENCIES:
        raise WrongValue("must be a three-letter ISO 4217 code such as USD")
    return value


def _known_timezone(value: str) -> str:
    if value not in _TIMEZONES:
        raise WrongValue("must be an IANA time zone such as Europe/Berlin")
    return value


def _price(value: Any) -> Any:
    """An integer stays one; decimal text stays exact, and becomes an integer where it is whole."""
    if not isinstance(value, str):
        return value
    exact = Decimal(value)  # the pattern has seen to its form and size
    return int(exact) if exact == exact.to_integral_value() else f"{exact.normalize():f}"


def _not_negative(value: int | str) -> int | str:
    if Decimal(value) < 0:
        raise WrongValue("must not be negative")
    return value


def _percentage(value: str) -> str:
    """Without idle zeros: `"19.00"` is 19 %, and two who say so say the same."""
    exact = Decimal(value)
    if exact > 100:
        raise WrongValue("must not be above 100")
    return f"{exact.normalize():f}"


WholeNumber = Annotated[int, BeforeValidator(_whole)]
Amount = Annotated[WholeNumber, Field(ge=0, le=MAX_AMOUNT)]
SignedPrice = Annotated[
    Annotated[WholeNumber, Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
    | Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$")],
    AfterValidator(_price),
]
Price = Annotated[SignedPrice, AfterValidator(_not_negative)]
Percentage = Annotated[
    str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$"), AfterValidator(_percentage)
]
"""Decimal text from 0 to 100 such as "8.875"."""
Quantity = Annotated[WholeNumber, Field(ge=1, le=1_000_000)]
Text = Annotated[str, AfterValidator(_no_nul)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]
Line = Annotated[Text, Field(max_length=200)]
Prose = Annotated[Text, Field(max_length=5000)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_timezone)]
TermsDays = Annotated[WholeNumber, Field(ge=0, le=365)]
ObjectId = Annotated[str, Field(pattern=r"^[a-z]{2,5}_[0-9A-Z]{26}$")]
Metadata = Annotated[
    dict[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")],
        Annotated[Text, Field(max_length=500)],
    ],
    Field(max_length=50),
]

Model = TypeVar("Model", bound=Input)


def parse(model: type[Model], values: Any, *, strict: bool = False) -> Model:
    """`values` as `model`. Raises Invalid with every wrong field by its dotted path."""
    try:
        return model.model_validate(values, strict=strict)
    except ValidationError as error:
        raise invalid(error) from None


def merge(model: type[Model], current: Input, patch: dict[str, Any]) -> Model:
    """PATCH: `current` with the fields of `patch` put over it, validated as a whole."""
    kept = {n: getattr(current, n) for n in type(current).model_fields if n in model.model_fields}
    return parse(model, {**kept, **patch})


def invalid(error: ValidationError) -> Invalid:
    """The validation library's findings as our refusal, in plain words."""
    errors = [
        FieldError(_path(found["loc"]), plain_words(found))
        for found in error.errors(include_url=False, include_context=True)
    ]
    return Invalid("Some fields are not valid.", errors=list(dict.fromkeys(errors)))


_MEMBERS = {"int", "str", "constrained-int", "constrained-str", "datetime", "date", "[key]"}


def _path(location: tuple[int | str, ...]) -> str:
    """`line_items.0.quantity`; the library's own markers of union members are left out."""
    parts = [str(p) for p in location if isinstance(p, int) or "[" not in p]
    while parts and parts[-1] in _MEMBERS:
        parts.pop()
    return ".".join(parts)
