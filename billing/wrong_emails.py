"""Why a mail address is none: the reasons of email_validator, so that they can be translated."""

from dataclasses import dataclass

from billing.phrases import Phrase, Told, Translate

_REASONS = {
    Phrase("An email address must have an @-sign."),
    Phrase("There must be something before the @-sign."),
    Phrase("There must be something after the @-sign."),
    Phrase("The part after the @-sign is not valid. It should have a period."),
    Phrase("The part after the @-sign is not valid. It is not within a valid top-level domain."),
    Phrase(
        "The part after the @-sign is a special-use or reserved name that cannot be used with "
        "email."
    ),
    Phrase("An email address cannot have two periods in a row."),
    Phrase("An email address cannot start with a period."),
    Phrase("An email address cannot end with a period."),
    Phrase("An email address cannot have a period immediately after the @-sign."),
    Phrase("An email address cannot have a period immediately before the @-sign."),
    Phrase("An email address cannot have a hyphen immediately after the @-sign."),
    Phrase("An email address cannot end with a hyphen."),
    Phrase("An email address cannot have a period and a hyphen next to each other."),
    Phrase("A display name and angle brackets around the email address are not permitted here."),
    Phrase("Quoting the part before the @-sign is not allowed here."),
    Phrase("A bracketed IP address after the @-sign is not allowed here."),
}
_OF: dict[str, Phrase] = {str(reason): reason for reason in _REASONS}
_LISTING = (
    Phrase("The email address contains invalid characters before the @-sign: %(signs)s."),
    Phrase("The part after the @-sign contains invalid characters: %(signs)s."),
    Phrase("The email address contains unsafe characters: %(signs)s."),
)
_SPACE, _TOO_LONG = Phrase("a space"), Phrase("It is too long.")
_OTHERWISE = Phrase("It is not written as addresses are.")


@dataclass(frozen=True, slots=True)
class Signs:
    """Characters that cannot be there, as the library lists them: `',', SPACE`."""

    listed: str

    def __str__(self) -> str:
        return self.listed

    def shown(self, translate: Translate, _locale: str) -> str:
        signs = self.listed.split(", ")
        return ", ".join(translate(_SPACE) if sign == "SPACE" else sign for sign in signs)


@dataclass(frozen=True, slots=True)
class Rarer:
    """A reason that is rare; in other languages `words` stand for it."""

    reason: str
    words: str

    def __str__(self) -> str:
        return self.reason

    def shown(self, translate: Translate, _locale: str) -> str:
        return translate(self.words)


def reason_of_email(reason: str) -> Told:
    """A reason as the library gives it, in English the same."""
    if found := _OF.get(reason):
        return found
    for listing in _LISTING:
        before = listing.partition("%(signs)s")[0]
        if reason.startswith(before):
            return Phrase(listing, signs=Signs(reason.removeprefix(before).removesuffix(".")))
    is_long = "too long" in reason or "so many characters" in reason
    return Rarer(reason, _TOO_LONG if is_long else _OTHERWISE)
