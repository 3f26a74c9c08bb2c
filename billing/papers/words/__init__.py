"""Every word that papers say by themselves, in each language they speak.

A new language is one more `Words` in LANGUAGES; the type checker and the interpreter both refuse
one that leaves a word out. `{…}` is filled in.
"""

from billing.papers.words.english import ENGLISH
from billing.papers.words.german import GERMAN
from billing.papers.words.needed import Words

LANGUAGES = {"en": ENGLISH, "de": GERMAN}

__all__ = ["ENGLISH", "LANGUAGES", "Words"]
