"""Wording mails otherwise, and going back to the original."""

from billing import clock
from billing.errors import StaleRevision
from billing.events.journal import insert, update
from billing.letters.errors import WordingUnusable
from billing.letters.inputs import WordingInput
from billing.letters.models import MailWording
from billing.letters.originals import Wording
from billing.letters.preview import sample_letter
from billing.letters.sandbox import check
from billing.letters.told import fact_names
from billing.letters.wordings import Held, find_own, get_wording, key
from billing.mail.kinds import KINDS
from billing.transactions import operation

_MOST_SUBJECT = 200


@operation
def save_wording(
    kind: str, language: str, data: WordingInput, expected_revision: int | None = None
) -> Held:
    """Say it so from now on, in this language. The original counts as revision 1.

    Raises MailTemplateNotFound, WordingUnusable and StaleRevision.
    """
    _check_revision(get_wording(kind, language).revision, expected_revision)
    wording = Wording(data.subject, data.button, _unix(data.body))
    check_wording(kind, language, wording)
    own = find_own(kind, language)
    if own is None:
        now = clock.now()
        own = MailWording(id=key(kind, language), revision=2, created_at=now, updated_at=now)
        own.put(wording)
        insert(own, "mail_template.updated")
    else:
        own.put(wording)
        update(own, "mail_template.updated")
    return get_wording(kind, language)


@operation
def reset_wording(kind: str, language: str, expected_revision: int | None = None) -> Held:
    """Say what Duebill says by itself. Raises MailTemplateNotFound and StaleRevision."""
    held = get_wording(kind, language)
    _check_revision(held.revision, expected_revision)
    own = find_own(kind, language)
    if own is not None and held.is_own:
        own.put(None)
        update(own, "mail_template.reset")
    return get_wording(kind, language)


def check_wording(kind: str, language: str, wording: Wording) -> None:
    """Raises WordingUnusable for what names no fact, cannot be understood, or leads nowhere."""
    names = fact_names(kind)
    for field, text in wording._asdict().items():
        check(text, names, field)
    letter = sample_letter(kind, language, wording)
    if not letter.subject or len(letter.subject) > _MOST_SUBJECT:
        raise WordingUnusable(
            "must be 1 to %(most)s characters long", most=_MOST_SUBJECT, field="subject"
        )
    if KINDS[kind].is_secret and letter.link not in letter.body:
        raise WordingUnusable("must contain {{ link }}, for which it is sent", field="body")


def _check_revision(revision: int, expected: int | None) -> None:
    if expected is not None and expected != revision:
        raise StaleRevision("Somebody changed this wording meanwhile. Look at it and try again.")


def _unix(text: str) -> str:
    """Browsers send lines that end in two characters."""
    return text.replace("\r\n", "\n")
