"""Signing in as the user whom an OpenID provider vouches for."""

from dataclasses import replace

from billing.actors import Actor, acting_as, current_actor
from billing.events.journal import update
from billing.inputs import parse
from billing.phrases import Phrase
from billing.security_log import security_event
from billing.transactions import operation
from billing.users.errors import IdentityNotAccepted, RoleNotGiven
from billing.users.identity import Identity
from billing.users.inputs import UserInput, as_input
from billing.users.models import User
from billing.users.queries import find_linked_user
from billing.users.save_user import add_user, end_sessions, update_user
from billing.users.sign_in import actor_for, note_sign_in


def sign_in_by_provider(identity: Identity) -> User:
    """The user that this identity signs in as: linked before, linked now, or made now.

    Raises RoleNotGiven, which also ends what is left of earlier sign-ins, IdentityNotAccepted,
    LastAdmin where the only admin lost that role, and Invalid for an email that is none.
    """
    asking = current_actor()
    with acting_as(replace(asking, type="system", name=f"OpenID Connect ({identity.issuer})")):
        if identity.role is None:
            security_event("provider_sign_in.refused", reason="no role")
            _end_earlier_sign_ins(identity)
            raise RoleNotGiven(
                "Your sign-in provider knows you, but gives you no role in Duebill. Ask whoever "
                "looks after it to put you in one of the groups that may use Duebill."
            )
        user = _admit(identity)
    with acting_as(_as_themselves(user, asking)):
        note_sign_in(user, Phrase("By OpenID Connect (%(issuer)s)", issuer=identity.issuer))
    return user


def _as_themselves(user: User, asking: Actor) -> Actor:
    return actor_for(user, request_id=asking.request_id, ip=asking.ip)


def _end_earlier_sign_ins(identity: Identity) -> None:
    if user := find_linked_user(identity.issuer, identity.subject):
        end_sessions(user.id)


@operation
def _admit(identity: Identity) -> User:
    user = find_linked_user(identity.issuer, identity.subject) or _linked_by_email(identity)
    if user is None:
        return _created(identity)
    if not user.is_active_account or not user.is_staff:
        security_event("provider_sign_in.refused", reason="account not usable", user_id=user.id)
        raise IdentityNotAccepted(
            "Your account is deactivated or a customer's, and cannot be used this way. Ask an "
            "admin of Duebill."
        )
    if identity.role_is_managed and user.role != identity.role:
        role = {"role": identity.role}
        return update_user(user.id, as_input(user).model_copy(update=role))
    return user


def _linked_by_email(identity: Identity) -> User | None:
    """Link the account that has the verified email; None where there is no such account."""
    user: User | None = User.objects(email=identity.email).first() if identity.email else None
    if user is None:
        return None
    if obstacle := _obstacle(user, identity):
        security_event("provider_sign_in.refused", reason="not linked", user_id=user.id)
        raise IdentityNotAccepted(
            "There is an account for %(email)s, but %(obstacle)s",
            email=identity.email or "",
            obstacle=obstacle,
        )
    user.oidc_issuer, user.oidc_subject = identity.issuer, identity.subject
    update(user, "user.linked")
    return user


def _obstacle(user: User, identity: Identity) -> Phrase | None:
    if not identity.email_is_verified:
        return Phrase(
            "your sign-in provider does not say that this address is verified. Have it verified "
            "there and sign in again, or use your password."
        )
    if user.is_linked:
        return Phrase(
            "it is linked to somebody else at the sign-in provider. If that was you, ask an admin "
            "of Duebill to unlink it on its page among the users."
        )
    if not user.is_staff:
        return Phrase("it is a customer's, who signs in with a password.")
    if not user.is_active_account:
        return Phrase("it is deactivated. Ask an admin of Duebill.")
    return None


def _created(identity: Identity) -> User:
    if identity.email is None:
        raise IdentityNotAccepted(
            "Your sign-in provider did not tell your email address, without which no account can "
            "be made. Ask whoever looks after it to send the claim email."
        )
    told = {"email": identity.email, "name": identity.name, "role": identity.role}
    user = User(oidc_issuer=identity.issuer, oidc_subject=identity.subject)
    return add_user(user, parse(UserInput, told))
