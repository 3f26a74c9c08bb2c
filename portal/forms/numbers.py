"""Numbers as people type and read them, from and to the plain text that input models take.

Read is the writing of the reader's language (`1.250,50` in German), and besides it the plain point
(`25.00`). Nothing is guessed where a mark could part thousands as well as decimals:

- A point before exactly three digits, as in `1.250`, is refused where decimals have a comma.
- So is the language's own decimal mark where the third digit behind it is an idle zero, as in
  `1,250` in German or `1.250` in English: three decimals are seldom, and a thousand is meant by
  whoever writes the other way.

What is shown has no marks between thousands, so that every reader reads it back as it is.
"""

import re
from decimal import Decimal

from babel.numbers import NumberFormatError, get_decimal_symbol, get_group_symbol, parse_decimal
from flask import has_request_context, request

from billing.errors import Invalid
from billing.phrases import Phrase
from portal.languages.reader import reader_locale, spoken
from portal.set_aside import typed_before

WRITTEN_IN = "written_in"
"""Names the field by which a form says in which locale its numbers were typed."""
_MOST = 40
_NO_NUMBER = Phrase("must be a number such as 12 or 0.5")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NUMBER = re.compile(r"-?[0-9.,]*[0-9][0-9.,]*")
_SPACES = re.compile(r"(?<=[0-9])[ '\u2019\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
_LIKE_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")


def writing_locale() -> str:
    """In which writing the numbers of this request are: as the form says that was sent, also when
    its reader has chosen another language since; else as its reader writes."""
    if not has_request_context():
        return reader_locale()
    sent = typed_before() or request.form
    return spoken(sent[WRITTEN_IN]) if WRITTEN_IN in sent else reader_locale()


def shown(plain: str, locale: str) -> str:
    """`1250.50` as it is typed in a locale: `1250,50`. What is no plain number stays."""
    return plain.replace(".", get_decimal_symbol(locale)) if _PLAIN.fullmatch(plain) else plain


def decimal_text(
    typed: str,
    locale: str,
    *,
    digits: int = 0,
    parted: bool = True,
    otherwise: Phrase = _NO_NUMBER,
) -> str:
    """What was typed as plain text: `1.250,50` in German is `1250.50`.

    `digits` are the decimals that are usual. Not `parted` is a number that never has thousands,
    such as a percentage. Raises Invalid, with the words `otherwise` for what is no number.
    """
    text = _SPACES.sub("", typed.strip().removeprefix("+").replace("\N{MINUS SIGN}", "-"))
    if len(text) > _MOST or not _NUMBER.fullmatch(text):
        raise Invalid(otherwise)
    mark = get_decimal_symbol(locale)
    if parted:
        _check_one_reading(text, mark, digits)
    if _PLAIN.fullmatch(text):
        return text
    try:
        return f"{parse_decimal(text, locale=locale, strict=True):f}"
    except NumberFormatError:
        raise Invalid(otherwise) from None


def whole_text(typed: str, locale: str) -> str:
    """A whole number as plain text: `1.000` in German is `1000`. Raises Invalid."""
    text = _SPACES.sub("", typed.strip().removeprefix("+"))
    group = re.escape(get_group_symbol(locale))
    if re.fullmatch(rf"-?[0-9]{{1,3}}({group}[0-9]{{3}})+", text):
        text = text.replace(get_group_symbol(locale), "")
    if len(text) > _MOST or not re.fullmatch(r"-?[0-9]+", text):
        raise Invalid(Phrase("must be a whole number"))
    return text


def _check_one_reading(text: str, mark: str, digits: int) -> None:
    """Raises Invalid, which says how to write either."""
    if not _LIKE_THOUSANDS.fullmatch(text):
        return
    is_mark, is_idle = mark in text, text.endswith("0") and digits != 3
    if is_idle if is_mark else "." in text:
        whole = re.sub("[.,]", "", text)
        fraction = f"{(Decimal(whole) / 1000).normalize():f}"
        raise Invalid(
            "can be read in two ways; write %(whole)s or %(fraction)s",
            whole=whole,
            fraction=fraction.replace(".", mark),
        )
