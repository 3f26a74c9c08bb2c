"""Giving tokens to a client: for itself, for a person who agreed, and for longer."""

from collections.abc import Iterable
from typing import Any

from billing.database import Row
from billing.events.journal import record
from billing.oauth.gates import pass_gate
from billing.oauth.models import Client
from billing.phrases import Phrase
from billing.users import families
from billing.users.access_tokens import ACCESS_LIFETIME, scope_text
from billing.users.models import User
from billing.users.tokens import Tokens

Answer = dict[str, Any]


def give_to_client(tokens: Tokens, client: Client, scopes: list[str]) -> Answer:
    """An access token with which the client acts for itself. It can always ask for another."""
    pass_gate(client.id)
    family = families.begin(
        {"type": "client", "name": client.name},
        ACCESS_LIFETIME,
        client_id=client.id,
        scopes=scopes,
        rate_limit=client.rate_limit,
    )
    return _answer(tokens, family, scopes)


def give_to_user(
    tokens: Tokens, client: Client, user: User, scopes: list[str], *, refreshable: bool
) -> tuple[Answer, Row]:
    """Tokens with which the client acts for a person, and their family."""
    pass_gate(client.id)
    family = families.begin(
        families.user_actor(user),
        families.REFRESH_LIFETIME if refreshable else ACCESS_LIFETIME,
        user_id=user.id,
        client_id=client.id,
        scopes=scopes,
        rate_limit=client.rate_limit,
    )
    answer = _answer(tokens, family, scopes)
    if refreshable:
        answer["refresh_token"] = families.new_refresh_token(family)
    return answer, family


def renew(tokens: Tokens, family: Row, user: User, scopes: Iterable[str]) -> Answer:
    """The next tokens of a grant whose refresh token was just spent."""
    families.extend(family, families.user_actor(user))
    refresh_token = families.new_refresh_token(family)
    return {**_answer(tokens, family, scopes), "refresh_token": refresh_token}


def record_consent(client: Client, scopes: list[str]) -> None:
    """Tell the audit trail what a person, who is acting, lets the client do for them."""
    record(client, "oauth_client.authorized", changes={"scopes": [None, scopes]})


def record_reuse(client: Client, what: Phrase) -> None:
    """Tell the audit trail that a code or refresh token came twice: one of the two was a thief."""
    record(client, "oauth_client.reuse_detected", reason=what)


def _answer(tokens: Tokens, family: Row, scopes: Iterable[str]) -> Answer:
    return {
        "access_token": tokens.sign(family, scopes),
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        "scope": scope_text(scopes),
    }
