"""Saying in the reader's language what was worded before it was known who reads it."""

from flask_babel import gettext

from billing.phrases import Phrase
from portal.languages.reader import reader_locale


def said(text: object) -> str:
    """Words from elsewhere, such as a field's label or a refusal, in the reader's language."""
    if isinstance(text, Phrase):
        return text.shown(_translated, reader_locale())
    return _translated(str(text))


def _translated(words: str) -> str:
    return str(gettext(words)) if words else ""
