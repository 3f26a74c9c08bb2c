"""What is held of a customer or a user: to be handed to them, and to be erased. Admins only."""

from typing import Any

from flask import Blueprint, Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing import clock
from billing.personal_data.erase import begin_erasure, find_erasure
from billing.personal_data.export import exported, note_export
from billing.personal_data.preview import preview_erasure
from billing.personal_data.subjects import Subject, get_subject
from portal.access import page
from portal.answers import done
from portal.forms import InputForm
from portal.lists.export import one_of_few
from portal.personal_data.words import FATES, HOLDINGS
from portal.runs.launch import launch

blueprint = Blueprint("personal_data", __name__)


@blueprint.route("/customers/<customer_id>/personal-data", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def customer(customer_id: str) -> ResponseReturnValue:
    """What is held of a customer, and the button that erases it."""
    return _shown(get_subject(customer_id))


@blueprint.route("/users/<user_id>/personal-data", methods=["GET", "POST"])
@page("write:users", is_sensitive=True)
def user(user_id: str) -> ResponseReturnValue:
    """What is held of somebody who signs in, and the button that erases it."""
    return _shown(get_subject(user_id))


@blueprint.get("/customers/<customer_id>/personal-data.zip")
@page("write:users", is_sensitive=True)
def customer_zip(customer_id: str) -> ResponseReturnValue:
    """All of it as a file."""
    return _zip(get_subject(customer_id))


@blueprint.get("/users/<user_id>/personal-data.zip")
@page("write:users", is_sensitive=True)
def user_zip(user_id: str) -> ResponseReturnValue:
    """All of it as a file."""
    return _zip(get_subject(user_id))


def _shown(subject: Subject) -> ResponseReturnValue:
    kind, form = "customer" if subject.is_customer else "user", InputForm()
    key: dict[str, Any] = {f"{kind}_id": subject.id}
    if form.submit(lambda _: begin_erasure(subject.id)):
        launch("portal.personal_data.process", subject.id)
        return done(gettext("The erasure has begun."), url_for(f".{kind}", **key))
    years: int = current_app.config["SETTINGS"].retention_years
    found = render_template(
        "personal_data/detail.html",
        form=form,
        subject=subject,
        trail=_trail(subject, kind, key),
        zip_url=url_for(f".{kind}_zip", **key),
        erasure=find_erasure(subject.id),
        preview=preview_erasure(subject, years),
        holdings=HOLDINGS,
        fates=FATES,
        years=years,
    )
    return found, form.http_status


def _trail(subject: Subject, kind: str, key: dict[str, Any]) -> list[tuple[str, str]]:
    all_of_kind = gettext("Customers") if subject.is_customer else gettext("Users")
    own_page = url_for(f"{kind}s.detail", **key)
    return [(all_of_kind, url_for(f"{kind}s.index")), (subject.name, own_page)]


def _zip(subject: Subject) -> Response:
    def make() -> Response:
        note_export(subject)
        name = f"personal-data-{subject.id}-{clock.today().isoformat()}.zip"
        return Response(
            exported(subject),
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return one_of_few(make)
