"""Links by mail: asking for one, and the pages they open.

Opening a page spends nothing, since mail programs open links to look at them; its button does.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.entrance.ask import Asked, ask_for_link
from billing.phrases import Phrase
from billing.users.accept_invitation import accept_invitation
from billing.users.errors import LinkSpent
from billing.users.links import Purpose, get_link_user, spend_link
from billing.users.models import User
from billing.users.reset_password import reset_password
from portal.access import public
from portal.answers import form_page
from portal.auth.attempts import count_attempt
from portal.auth.entering import let_in
from portal.auth.forms import AcceptForm, AskForm, NewPasswordForm
from portal.forms import InputForm

_PAGES: dict[Purpose, str] = {
    "sign_in": "auth.use_link",
    "password_reset": "auth.new_password",
    "invitation": "auth.accept",
}


def add_to(blueprint: Blueprint) -> None:
    """Put the pages on the feature's blueprint."""
    both = ["GET", "POST"]
    blueprint.add_url_rule("/sign-in/link", "ask_link", ask_link, methods=both)
    blueprint.add_url_rule("/sign-in/forgotten", "forgotten", forgotten, methods=both)
    blueprint.add_url_rule("/sign-in/link/<token>", "use_link", use_link, methods=both)
    blueprint.add_url_rule("/sign-in/new/<token>", "new_password", new_password, methods=both)
    blueprint.add_url_rule("/invitation/<token>", "accept", accept, methods=both)


def link_to(purpose: Purpose, token: str) -> str:
    """The address that a mail leads to: the public one, whatever host the present request names."""
    public_url: str = current_app.config["SETTINGS"].public_url
    return public_url + url_for(_PAGES[purpose], token=token)


@public
def ask_link() -> ResponseReturnValue:
    """Ask for a link that signs in."""
    return _ask("sign_in", "auth/ask_link.html")


@public
def forgotten() -> ResponseReturnValue:
    """Ask for a link to choose a new password."""
    return _ask("password_reset", "auth/forgotten.html")


def _ask(purpose: Asked, template: str) -> ResponseReturnValue:
    form = AskForm()

    def send(email: str) -> str:
        count_attempt()
        ask_for_link(email, purpose, link_to)
        return email

    if email := form.submit(lambda data: send(data.email)):
        sends_mail = current_app.config["SETTINGS"].sends_mail
        return render_template(
            "auth/asked.html", email=email, again=request.path, sends_mail=sends_mail
        )
    return form_page(template, form)


@public
def use_link(token: str) -> ResponseReturnValue:
    """Sign in by a link."""
    return _use(
        token,
        "sign_in",
        lambda _: InputForm(),
        "auth/use_link.html",
        lambda _: (spend_link(token, "sign_in"), Phrase("By a link sent by mail")),
    )


@public
def new_password(token: str) -> ResponseReturnValue:
    """Choose a new password by a link, and go on signed in."""
    return _use(
        token,
        "password_reset",
        lambda _: NewPasswordForm(),
        "auth/new_password.html",
        lambda data: (reset_password(token, data), Phrase("By a new password")),
    )


@public
def accept(token: str) -> ResponseReturnValue:
    """Accept an invitation with a name and a password, and go on signed in."""
    return _use(
        token,
        "invitation",
        lambda user: AcceptForm(name=user.name),
        "auth/accept.html",
        lambda data: (accept_invitation(token, data), Phrase("By an invitation")),
    )


def _use(
    token: str,
    purpose: Purpose,
    form_for: Callable[[User], InputForm],
    template: str,
    spend: Callable[[Any], tuple[User, Phrase]],
) -> ResponseReturnValue:
    """The page of a link, and what its button does; `spend` gives who comes in, and how."""
    try:
        user = get_link_user(token, purpose)
        form = form_for(user)
        if spent := form.submit(_counted(spend)):
            return let_in(*spent)
    except LinkSpent as refusal:
        return render_template("auth/link_spent.html", refusal=refusal, purpose=purpose), 404
    return form_page(template, form, user=user)


def _counted(spend: Callable[[Any], tuple[User, Phrase]]) -> Callable[[Any], tuple[User, Phrase]]:
    def counted(data: Any) -> tuple[User, Phrase]:
        count_attempt()
        return spend(data)

    return counted
