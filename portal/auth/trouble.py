"""Why a sign-in by the OpenID provider did not work, in words for who wanted it."""

import logging

from billing.phrases import Phrase

_log = logging.getLogger("duebill.oidc")


class SignInFailed(Exception):
    """The message is shown above the sign-in form; `status` is the page's."""

    status = 400

    def __init__(self, message: Phrase) -> None:
        super().__init__(message)
        self.message = message


class ProviderAway(SignInFailed):
    """The provider does not answer, or is not set up as it must be."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            Phrase(
                "The sign-in provider does not answer as it should. Sign in with your password, "
                "or try again in a minute; your administrator finds the reason in the log."
            )
        )


class NotBegun(SignInFailed):
    """No pending sign-in of this browser has that state."""

    def __init__(self) -> None:
        super().__init__(
            Phrase(
                "This sign-in was not begun in this browser, or more than ten minutes ago. Begin "
                "again."
            )
        )


class Declined(SignInFailed):
    """The provider sent the reader back without a code."""

    status = 403

    def __init__(self, error: str) -> None:
        super().__init__(
            Phrase(
                "You or your sign-in provider declined the sign-in. Begin again; if that does not "
                "help, ask whoever looks after the provider whether you may use Duebill."
            )
            if error == "access_denied"
            else Phrase(
                "Your sign-in provider could not complete the sign-in. Begin again; if that does "
                "not help, ask whoever looks after the provider whether you may use Duebill."
            )
        )


class AnswerNotTrusted(SignInFailed):
    """What came back did not pass the checks."""

    def __init__(self) -> None:
        super().__init__(
            Phrase(
                "The answer of the sign-in provider did not pass our checks, so you are not signed "
                "in. Begin again; if it stays, your administrator finds the reason in the log."
            )
        )


class TooWeak(SignInFailed):
    """The provider does not say that the reader proved who they are as is asked for."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            Phrase(
                "Your sign-in at the provider was weaker than this portal asks for. Begin again "
                "and use your second factor there; if that does not help, ask whoever looks after "
                "the provider."
            )
        )


def logged(failure: SignInFailed, reason: object) -> SignInFailed:
    """The failure, once the log has the reason that the reader is spared."""
    _log.warning("OpenID Connect: %s (%.300s)", type(failure).__name__, reason)
    return failure
