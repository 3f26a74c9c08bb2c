"""Signing in, staying in and signing out."""

from typing import Any

from flask import current_app, request

from api.answers import NoContent, Plain
from api.auth.shapes import LoginInput, RefreshInput, TokenPair
from api.bearer import tokens
from api.endpoint import Endpoints
from billing.actors import current_actor
from billing.users.devices import device_of
from billing.users.errors import (
    CodeRequired,
    InvalidCredentials,
    InvalidToken,
    SecondFactorRequired,
    TooManyAttempts,
    WrongCode,
)
from billing.users.sign_in import sign_in
from billing.users.sign_ins import end_tokens
from billing.users.tokens import TokenPair as Pair

endpoints = Endpoints("Tokens", "Access tokens live 15 minutes; refresh tokens work once.")


@endpoints.post(
    "/auth/login",
    "Sign in",
    public=True,
    gives_token=True,
    body=(LoginInput,),
    answer=Plain(TokenPair),
    refusals=(InvalidCredentials, CodeRequired, WrongCode, SecondFactorRequired, TooManyAttempts),
)
def login(body: LoginInput) -> dict[str, Any]:
    """Every wrong pair gets the same answer after the same time.

    Who has a second factor is asked for it by `otp_required`, once the pair is right.
    """
    user = sign_in(
        body.email,
        body.password,
        request.remote_addr,
        code=body.otp,
        staff_need_code=current_app.config["SETTINGS"].staff_need_second_factor,
    )
    device = device_of(request.headers.get("User-Agent", ""))
    return _shown(tokens().issue(user, device=device, ip=request.remote_addr))


@endpoints.post(
    "/auth/refresh",
    "Exchange a refresh token for a new pair",
    public=True,
    gives_token=True,
    body=(RefreshInput,),
    answer=Plain(TokenPair),
    refusals=(InvalidToken,),
)
def refresh(body: RefreshInput) -> dict[str, Any]:
    """A second use of a refresh token ends the sign-in it came from, everywhere."""
    return _shown(tokens().refresh(body.refresh_token))


@endpoints.post("/auth/logout", "Sign out", answer=NoContent())
def logout() -> None:
    """The access token and its refresh tokens are dead at once, on every instance."""
    end_tokens(current_actor())


def _shown(pair: Pair) -> dict[str, Any]:
    return {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "refresh_token": pair.refresh_token,
        "scope": pair.scope,
    }
