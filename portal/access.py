"""Who may see a page: one decorator on every view, decided before the view runs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from billing.actors import Actor, acting_as
from portal.gates import comes_first
from portal.repeats.answered import answered_once
from portal.set_aside import find_typed, keep_typed

View = Callable[..., ResponseReturnValue]
Audience = Literal["staff", "customer", "signed_in", "public"]


@dataclass(frozen=True, slots=True)
class Access:
    """What a view demands; the whole-app walk reads it back from `view.access`."""

    audience: Audience
    scope: str | None = None
    is_sensitive: bool = False
    """Whether its reader must have shown who they are a short while ago."""


def page(
    scope: str | None = None, *, audience: Audience = "staff", is_sensitive: bool = False
) -> Callable[[View], View]:
    """Declare a page for `audience` that needs `scope`, and set the actor while it runs.

    What its form asks for is done once, however often it is sent.

    Anonymous readers go to the sign-in and come back; to the wrong audience the page does not
    exist; staff without the scope are told that they lack it.
    """
    access = Access(audience, scope, is_sensitive)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return to_sign_in()
            if audience != "signed_in" and (audience == "staff") != current_user.is_staff:
                abort(404)
            with acting_as(current_user.actor) as actor:
                if scope:
                    actor.require(scope)
                if first := comes_first(is_sensitive=is_sensitive):
                    if is_sensitive:
                        keep_typed()
                    return lead(first)
                if is_sensitive:
                    find_typed()
                return answered_once(lambda: view(*args, **kwargs))

        guarded.access = access  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """Declare a page for everyone; who is signed in acts as themselves, others as nobody."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        with acting_as(_visitor()):
            return view(*args, **kwargs)

    guarded.access = Access("public")  # type: ignore[attr-defined]
    return guarded


def _visitor() -> Actor:
    if current_user.is_authenticated:
        actor: Actor = current_user.actor
        return actor
    return Actor(type="anonymous", request_id=g.get("request_id"), ip=request.remote_addr)


def to_sign_in() -> ResponseReturnValue:
    """Send an anonymous reader to the sign-in."""
    return lead("auth.sign_in")


def lead(endpoint: str) -> ResponseReturnValue:
    """Send the reader to a page that comes first, and a fragment's whole page with it."""
    wanted = request.full_path.rstrip("?") if _can_be_shown() else None
    if "HX-Request" not in request.headers:
        return redirect(url_for(endpoint, next=wanted), 303)
    around = _parts(request.headers.get("HX-Current-URL", ""))
    came_from = f"{around.path}?{around.query}".rstrip("?") if around else None
    return "", 204, {"HX-Redirect": url_for(endpoint, next=came_from or None)}


def _can_be_shown() -> bool:
    """Whether the present address is that of a page, be it one whose form was sent to it."""
    return "GET" in ((request.url_rule and request.url_rule.methods) or ())


def own_path(target: str | None) -> str | None:
    """`target` when it is a path of this portal, else None: no open redirect."""
    if not target or any(ord(c) < 32 or c == "\\" for c in target):
        return None
    parts = _parts(target)
    inside = parts and not parts.scheme and not parts.netloc
    return target if inside and target.startswith("/") and not target.startswith("//") else None


def _parts(address: str) -> SplitResult | None:
    """An address taken apart; None where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None
