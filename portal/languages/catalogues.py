"""Translations, read from the `.po` files beside this module: one for each part of the portal.

`make translations` writes into them what the pages and forms say; nothing is compiled, so that
what is edited is what is shown.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Domain, get_locale

CATALOGUES = Path(__file__).parent
LANGUAGES = {"en": "English", "de": "Deutsch"}
"""What the portal speaks. English is what it is written in."""


class Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's way to the translations of the present reader."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return read(locale.language) if locale else NullTranslations()


@cache
def read(language: str) -> NullTranslations:
    """All translations into a language; for one that is not spoken here, none."""
    found: Translations | None = None
    for path in catalogues(language):
        with path.open("rb") as file:
            compiled = BytesIO()
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        one = Translations(compiled)
        found = one if found is None else found.add(one)
    return found or NullTranslations()


def catalogues(language: str) -> list[Path]:
    """The files of a language, in the order of their names."""
    return sorted((CATALOGUES / language).glob("*.po"))
