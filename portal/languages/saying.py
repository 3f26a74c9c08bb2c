"""Saying in the reader's language what was worded before it was known who reads it."""

from flask_babel import gettext

from billing.phrases import Phrase
from portal.languages.reader import reader_locale


def said(text: object) -> str:
    """What is marked as words, such as a refusal, in the reader's language; data as it is."""
    if isinstance(text, Phrase):
        return text.shown(own_words, reader_locale())
    return str(text)


def own_words(text: object) -> str:
    """Plain text that is always the portal's own, such as the label of a field, translated."""
    return str(gettext(str(text))) if str(text) else ""
