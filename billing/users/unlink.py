"""Taking the link to an OpenID provider off a user."""

from billing.events.journal import update
from billing.transactions import operation
from billing.users.errors import UserNotLinked
from billing.users.models import User
from billing.users.queries import get_user
from billing.users.save_user import end_sign_ins


@operation
def unlink_user(user_id: str) -> User:
    """Forget who at the provider signs in as this user, and end what was signed in so.

    The next first sign-in with the user's verified email links again. Raises UserNotFound and
    UserNotLinked.
    """
    user = get_user(user_id)
    if not user.is_linked:
        raise UserNotLinked("This user is not linked to a sign-in provider.")
    user.oidc_issuer = user.oidc_subject = None
    end_sign_ins(user)
    update(user, "user.unlinked")
    return user
