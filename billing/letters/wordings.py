"""Finding the wording that holds, the seller's own or the original."""

from dataclasses import dataclass

from billing.letters.errors import MailTemplateNotFound
from billing.letters.models import MailWording
from billing.letters.originals import LANGUAGES, Wording, original
from billing.mail.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Held:
    """The wording that holds; `revision` is 1 as long as nobody has changed it."""

    kind: str
    language: str
    wording: Wording
    is_own: bool
    revision: int

    @property
    def id(self) -> str:
        return key(self.kind, self.language)


def key(kind: str, language: str) -> str:
    """The id of a wording."""
    return f"{kind}.{language}"


def get_wording(kind: str, language: str) -> Held:
    """The wording of a kind in a language. Raises MailTemplateNotFound."""
    if kind not in KINDS or language not in LANGUAGES:
        raise MailTemplateNotFound("There is no such mail, or not in this language.")
    return _held(kind, language, find_own(kind, language))


def list_wordings() -> list[Held]:
    """All kinds in all languages."""
    own = {found.id: found for found in MailWording.objects}
    return [
        _held(kind, language, own.get(key(kind, language)))
        for kind in KINDS
        for language in LANGUAGES
    ]


def find_own(kind: str, language: str) -> MailWording | None:
    """What is stored of the seller's own."""
    found: MailWording | None = MailWording.objects(id=key(kind, language)).first()
    return found


def _held(kind: str, language: str, own: MailWording | None) -> Held:
    wording = own.wording if own else None
    return Held(
        kind=kind,
        language=language,
        wording=wording or original(kind, language),
        is_own=wording is not None,
        revision=own.revision if own else 1,
    )
