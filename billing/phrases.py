"""What billing says to people: in English, and so that it can be said in other languages.

A phrase is its English text, which the API and the command line send as it is. It knows the
template that it was made from and the facts that stand in it, so that a page can say the same in
its reader's language, with amounts, numbers and days as they are written there.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Protocol

from babel.dates import format_date
from babel.numbers import format_decimal

Translate = Callable[[str], str]
"""From English words or a template to those of another language."""


class Fact(Protocol):
    """What can stand in a phrase: shown in English by `str`, and in other languages by `shown`."""

    def shown(self, translate: Translate, locale: str) -> str: ...


Told = Fact | str | int
"""Text stays as it is, whole numbers have their thousands separated."""


class Phrase(str):
    """`Phrase("Only %(due)s is due.", due=Money(4900, "USD"))` is "Only $49.00 is due."

    The template has to be written where it is used: that is how translators find it. Without facts
    it is the text itself, in which % stands for nothing else.
    """

    __slots__ = ("facts", "template")
    template: str
    facts: dict[str, Told]

    def __new__(cls, template: str, /, **facts: Told) -> "Phrase":
        if isinstance(template, Phrase):
            if not facts:
                return template
            template = template.template
        in_english = {name: _in_english(fact) for name, fact in facts.items()}
        made = super().__new__(cls, template % in_english if facts else template)
        made.template, made.facts = template, facts
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return _made, (self.template, self.facts)

    def shown(self, translate: Translate, locale: str) -> str:
        """The same in another language, into which `translate` takes the words."""
        template = translate(self.template)
        if not self.facts:
            return template
        return template % {n: _shown(f, translate, locale) for n, f in self.facts.items()}


class Code(str):
    """A value such as `past_due`; pages have its word, as where it stands alone."""

    __slots__ = ()

    def shown(self, translate: Translate, _locale: str) -> str:
        words = self.replace("_", " ")
        found = translate(words.capitalize())
        return words if found == words.capitalize() else found


class Day(str):
    """A calendar date in ISO form, as it is kept; what is none is shown as it is."""

    __slots__ = ()

    def shown(self, _translate: Translate, locale: str) -> str:
        with suppress(ValueError):  # it may be the fault that is told of
            return str(format_date(date.fromisoformat(self), "medium", locale=locale))
        return str(self)


class Number(str):
    """A number in decimal text, exact, as English writes it without separators; else as a Day."""

    __slots__ = ()

    def shown(self, _translate: Translate, locale: str) -> str:
        with suppress(InvalidOperation):
            return str(format_decimal(Decimal(self), locale=locale, decimal_quantization=False))
        return str(self)


class Series(tuple[Told, ...]):
    """One fact after the other, such as the terms of a sum; what begins it is written large."""

    __slots__ = ()
    between = ", "

    def __str__(self) -> str:
        return self._joined([_in_english(fact) for fact in self])

    def shown(self, translate: Translate, locale: str) -> str:
        return self._joined([_shown(fact, translate, locale) for fact in self])

    def _joined(self, parts: list[str]) -> str:
        text = self.between.join(parts)
        return text[:1].upper() + text[1:]


def _made(template: str, facts: dict[str, Told]) -> Phrase:
    return Phrase(template, **facts)


def _in_english(fact: Told) -> str:
    return f"{fact:,}" if isinstance(fact, int) else str(fact)


def _shown(fact: Told, translate: Translate, locale: str) -> str:
    if isinstance(fact, int):
        return str(format_decimal(fact, locale=locale))
    if isinstance(fact, Phrase | Code | Day | Number) or not isinstance(fact, str):
        return fact.shown(translate, locale)
    return fact
