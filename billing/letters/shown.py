"""A mail as people may look at it, before and after it is sent."""

from billing.database import Row
from billing.letters.brand import brand_of
from billing.letters.letter import Letter
from billing.letters.render import letter_of
from billing.papers.reader import reader_of
from billing.sealing import SealBroken
from billing.seller import current_seller


def shown_letter(mail: Row, base_url: str, *, revealed: bool) -> Letter:
    """What was sent, or what would be. A secret link is in it where it is `revealed` and still
    there; once the mail is sent it is not."""
    said = mail.get("said") if mail["status"] == "sent" else None
    if said:
        language = reader_of(mail["language"]).language
        return Letter(language=language, brand=brand_of(current_seller()), **said)
    try:
        return letter_of(mail, base_url, revealed=revealed and "sealed" in mail)
    except SealBroken:
        return letter_of(mail, base_url, revealed=False)
