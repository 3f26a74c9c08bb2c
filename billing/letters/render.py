"""Filling in a wording, and what a queued mail says."""

import json
import logging
from typing import Any

from jinja2 import TemplateError

from billing.database import Row
from billing.letters.brand import Brand, brand_of
from billing.letters.letter import Letter
from billing.letters.originals import Wording, original
from billing.letters.sandbox import rendered
from billing.letters.told import told
from billing.letters.wordings import get_wording
from billing.mail.kinds import KINDS
from billing.mail.outbox import PURPOSE
from billing.papers.reader import reader_of
from billing.sealing import unseal
from billing.seller import current_seller

HIDDEN = "(hidden)"
"""Stands for a link that is nobody else's business."""

_log = logging.getLogger("duebill.mail")


def render(wording: Wording, facts: dict[str, Any], language: str, brand: Brand) -> Letter:
    """The letter. Raises jinja2's TemplateError for a wording that was not checked."""
    return Letter(
        language=language,
        subject=" ".join(rendered(wording.subject, facts).split()),
        button=" ".join(rendered(wording.button, facts).split()),
        body=rendered(wording.body, facts).strip(),
        link=facts["link"],
        brand=brand,
    )


class Stationery:
    """What the letters of a moment have in common, looked up once. Threads may share it."""

    def __init__(self) -> None:
        self.brand = brand_of(current_seller())
        self._wordings: dict[tuple[str, str], Wording] = {}

    def wording(self, kind: str, language: str) -> Wording:
        """The wording that holds."""
        if (kind, language) not in self._wordings:
            self._wordings[kind, language] = get_wording(kind, language).wording
        return self._wordings[kind, language]


def letter_of(
    mail: Row, base_url: str, *, revealed: bool, stationery: Stationery | None = None
) -> Letter:
    """What a mail says, with its secret link only where it is `revealed`.

    `base_url` is where the portal is. Raises SealBroken.
    """
    stationery = stationery or Stationery()
    kind, reader, brand = mail["kind"], reader_of(mail["language"]), stationery.brand
    facts, link = mail["facts"], _page(mail, base_url)
    if KINDS[kind].is_secret:
        link = secret_link(mail) if revealed else HIDDEN
    values = told(kind, facts, reader, seller=brand.name, link=link)
    try:
        wording = stationery.wording(kind, reader.language)
        return render(wording, values, reader.language, brand)
    except TemplateError:  # its kind had other facts when it was checked
        _log.exception("The wording of %s in %s is of no use any more", kind, reader.language)
        return render(original(kind, reader.language), values, reader.language, brand)


def secret_link(mail: Row) -> str:
    """The link that lets in whoever has it. Raises SealBroken, KeyError once it is forgotten."""
    return str(json.loads(unseal(mail["sealed"], PURPOSE))["link"])


def _page(mail: Row, base_url: str) -> str:
    """Where its recipient sees more of what the mail is about."""
    about = str(mail.get("about", ""))
    return base_url + (f"/account/invoices/{about}" if about.startswith("inv_") else "/account")
