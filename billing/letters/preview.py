"""Mails with sample facts, as they would look."""

from billing.letters.brand import brand_of
from billing.letters.letter import Letter
from billing.letters.originals import Wording
from billing.letters.render import render
from billing.letters.told import sample_facts, told
from billing.papers.reader import reader_of
from billing.seller import current_seller

SAMPLE_LINK = "https://billing.example.com/sample"


def sample_letter(kind: str, language: str, wording: Wording) -> Letter:
    """What `wording` would say; it must have been checked."""
    reader, brand = reader_of(language), brand_of(current_seller())
    facts = told(kind, sample_facts(kind), reader, seller=brand.name, link=SAMPLE_LINK)
    return render(wording, facts, language, brand)
