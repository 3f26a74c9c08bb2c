"""Who may see a page: one decorator on every view, decided before the view runs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal
from urllib.parse import urlsplit

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from billing.actors import Actor, acting_as
from portal.repeats.answered import answered_once

View = Callable[..., ResponseReturnValue]
Audience = Literal["staff", "customer", "signed_in", "public"]


@dataclass(frozen=True, slots=True)
class Access:
    """What a view demands; the whole-app walk reads it back from `view.access`."""

    audience: Audience
    scope: str | None = None


def page(scope: str | None = None, *, audience: Audience = "staff") -> Callable[[View], View]:
    """Declare a page for `audience` that needs `scope`, and set the actor while it runs.

    What its form asks for is done once, however often it is sent.

    Anonymous readers go to the sign-in and come back; to the wrong audience the page does not
    exist; staff without the scope are told that they lack it.
    """
    access = Access(audience, scope)

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
    """Send an anonymous reader to the sign-in, and a fragment's whole page with it."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    if "HX-Request" not in request.headers:
        return redirect(url_for("auth.sign_in", next=wanted), 303)
    around = urlsplit(request.headers.get("HX-Current-URL", ""))
    came_from = f"{around.path}?{around.query}".rstrip("?")
    return "", 204, {"HX-Redirect": url_for("auth.sign_in", next=came_from or None)}


def own_path(target: str | None) -> str | None:
    """`target` when it is a path of this portal, else None: no open redirect."""
    if not target or any(ord(c) < 32 or c == "\\" for c in target):
        return None
    parts = urlsplit(target)
    inside = not parts.scheme and not parts.netloc
    return target if inside and target.startswith("/") and not target.startswith("//") else None
