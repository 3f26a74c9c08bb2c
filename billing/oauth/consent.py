"""Asking a person whether a client may act for them, and what becomes of the answer."""

from collections.abc import Collection
from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error

from billing.oauth.models import Client
from billing.oauth.received import LibraryRequest, Received, Reply
from billing.oauth.server import Server
from billing.transactions import in_transaction
from billing.users.models import User
from billing.users.permissions import scopes_of


@dataclass(frozen=True, slots=True)
class Consent:
    """What is asked: by whom, what the person can give of it and what not, and the way back."""

    client: Client
    redirect_uri: str
    scopes: list[str]
    withheld: list[str]


def read_consent(server: Server, received: Received, user: User) -> Consent | Reply:
    """What the person is to be asked; a reply where the request itself is wrong.

    Only a reply to an address that is registered for the client has a `location`. Source: RFC
    6749 §4.1.2.1.
    """
    try:
        request = LibraryRequest(received)
        grant = server.get_consent_grant(request, end_user=user)
    except OAuth2Error as error:
        return server.handle_error_response(None, error)
    rights, asked = scopes_of(user.role), request.scope.split()
    return Consent(
        client=request.client.document,
        redirect_uri=grant.redirect_uri,
        scopes=[scope for scope in asked if scope in rights],
        withheld=[scope for scope in asked if scope not in rights],
    )


def answer_consent(
    server: Server, received: Received, user: User, allowed: Collection[str] | None
) -> Reply:
    """Where the person's browser goes: back to the client, with a code or with a refusal.

    `allowed` are the scopes that they were shown and agreed to; None is a refusal. Should they or
    the client have come by more meanwhile, nobody has agreed to that.
    """

    def answer() -> Reply:
        request = LibraryRequest(received, allowed)
        grant = server.get_consent_grant(request, end_user=user)
        reply: Reply = server.create_authorization_response(
            request, grant_user=None if allowed is None else user, grant=grant
        )
        return reply

    try:
        return in_transaction(answer)
    except OAuth2Error as error:
        return server.handle_error_response(None, error)
