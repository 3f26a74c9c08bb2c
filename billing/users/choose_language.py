"""In which language somebody reads pages."""

from billing.events.journal import update
from billing.transactions import operation
from billing.users.inputs import ChooseLanguage
from billing.users.models import User
from billing.users.queries import get_user


@operation
def choose_language(user_id: str, data: ChooseLanguage) -> User:
    """Read pages in one language wherever one signs in; without a choice, as the browser asks.

    Raises UserNotFound.
    """
    user = get_user(user_id)
    if user.language != data.language:
        user.language = data.language
        update(user, "user.updated")
    return user
