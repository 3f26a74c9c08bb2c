"""Why a payment or a refund failed, in words instead of the provider's code."""

from billing.payments.mails import NEVER_ASKED
from billing.phrases import Phrase

_FAILURES: dict[str, Phrase] = {
    "authentication_required": Phrase("the bank wants its customer to confirm the payment"),
    "card_declined": Phrase("card declined"),
    "charge_already_refunded": Phrase("all of it was refunded before"),
    "do_not_honor": Phrase("the bank refuses without saying why"),
    "expired_card": Phrase("the card has expired"),
    "fraudulent": Phrase("the provider suspects fraud"),
    "incorrect_cvc": Phrase("the card's security code is wrong"),
    "incorrect_number": Phrase("the card's number is wrong"),
    "insufficient_funds": Phrase("there is not enough money on the account"),
    "limit_exceeded": Phrase("the card's limit is exceeded"),
    "lost_card": Phrase("the card is reported lost"),
    "processing_error": Phrase("an error at the provider; try again later"),
    "refund_refused": Phrase("refund refused"),
    "stolen_card": Phrase("the card is reported stolen"),
    "unknown_token": Phrase("unknown token"),
    NEVER_ASKED: Phrase("the provider was never asked"),
}


def failure(code: str | None) -> str:
    """Fit for within a sentence; a code that is not known here stays as it is."""
    return _FAILURES.get(code or "", code or "")
