"""Refusals about users and signing in."""

from billing.errors import Conflict, Forbidden, NotFound, TooMany, Unauthenticated


class UserNotFound(NotFound):
    code = "user_not_found"


class EmailTaken(Conflict):
    """Another user signs in with it."""

    code = "email_taken"


class LastAdmin(Conflict):
    """Nobody would be left who can manage users."""

    code = "last_admin"


class InvalidCredentials(Unauthenticated):
    """One answer for an unknown user, a wrong password and a disabled account."""

    code = "invalid_credentials"


class InvalidToken(Unauthenticated):
    """The token is unknown, expired or revoked; sign in again."""

    code = "invalid_token"


class TooManyAttempts(TooMany):
    """Wait as long as Retry-After says."""

    code = "too_many_attempts"


class SessionNotFound(NotFound):
    """There is no such session of this user."""

    code = "session_not_found"


class SetupLinkSpent(NotFound):
    """The one-time link was used, or never existed."""

    code = "setup_link_spent"


class LinkSpent(NotFound):
    """The link by mail was used, has expired, or was replaced by a newer one."""

    code = "link_spent"


class LinkNotPossible(Conflict):
    """The account is in no state in which it can be sent such a link."""

    code = "link_not_possible"


class WrongCode(Unauthenticated):
    """The code of the second factor is wrong, too old, or was used."""

    code = "invalid_otp"


class CodeRequired(Unauthenticated):
    """The password is right; the code of the second factor has to come with it."""

    code = "otp_required"


class SecondFactorRequired(Forbidden):
    """Staff of this installation need a second factor, and this user has none yet."""

    code = "second_factor_required"


class SecondFactorPresent(Conflict):
    code = "second_factor_present"


class SecondFactorAbsent(Conflict):
    code = "second_factor_absent"


class OfferStale(Conflict):
    """What was offered to be set up is too old."""

    code = "offer_stale"


class RoleNotGiven(Forbidden):
    """The OpenID provider knows this person, but gives them no role here."""

    code = "role_not_given"


class IdentityNotAccepted(Forbidden):
    """The person at the OpenID provider cannot sign in as any user."""

    code = "identity_not_accepted"


class UserNotLinked(Conflict):
    code = "user_not_linked"
