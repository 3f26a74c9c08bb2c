"""What mails say as long as the seller does not word them otherwise: the files of templates/mail.

A file begins with the lines `Subject:` and `Button:`, then comes the body.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
LANGUAGES = ("en", "de")
"""English first: it is spoken to whoever speaks none of them."""


class Wording(NamedTuple):
    """A template in plain text. In the body, a blank line begins a paragraph; the paragraph
    `{{ link }}` becomes a button that says `button`."""

    subject: str
    button: str
    body: str


@cache
def original(kind: str, language: str) -> Wording:
    """The wording that comes with Duebill."""
    text = (TEMPLATES / language / f"{kind}.txt").read_text()
    head, _, body = text.partition("\n\n")
    subject, button = head.splitlines()
    return Wording(subject.removeprefix("Subject: "), button.removeprefix("Button: "), body.strip())
