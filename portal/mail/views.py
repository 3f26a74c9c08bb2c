"""Mail templates: how each kind of mail reads in each language, and wording it otherwise."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.errors import BillingError
from billing.letters.inputs import WordingInput
from billing.letters.letter import Letter
from billing.letters.originals import LANGUAGES, Wording
from billing.letters.preview import sample_letter
from billing.letters.save_wording import check_wording, reset_wording, save_wording
from billing.letters.told import fact_names
from billing.letters.wordings import Held, get_wording, list_wordings
from billing.mail.kinds import KINDS
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.forms import PREVIEW, InputForm
from portal.frames import framed
from portal.languages.saying import own_words
from portal.mail.forms import WordingForm
from portal.values import words

blueprint = Blueprint("mail", __name__, url_prefix="/settings/mail-templates")

LANGUAGE_NAMES = {"en": lazy("English"), "de": lazy("German")}


@blueprint.get("")
@page("read:settings")
def index() -> ResponseReturnValue:
    """Every kind in every language."""
    held = {(found.kind, found.language): found for found in list_wordings()}
    context = {"kinds": list(KINDS), "languages": LANGUAGES, "held": held}
    return render_template("outbox/wordings.html", names=LANGUAGE_NAMES, **context)


@blueprint.get("/<kind>/<language>")
@page("read:settings")
def detail(kind: str, language: str) -> ResponseReturnValue:
    """How it reads, with sample data."""
    held = get_wording(kind, language)
    return render_template(
        "outbox/wording.html",
        held=held,
        title=_title(held),
        letter=sample_letter(kind, language, held.wording),
        events=timeline(object_id=held.id),
        trail=_trail()[:1],
    )


@blueprint.get("/<kind>/<language>/html")
@page("read:settings")
def html(kind: str, language: str) -> ResponseReturnValue:
    """The sample as its reader would see it, for the frame on its page."""
    held = get_wording(kind, language)
    return framed(sample_letter(kind, language, held.wording).preview)


@blueprint.route("/<kind>/<language>/edit", methods=["GET", "POST"])
@page("write:settings", is_sensitive=True)
def edit(kind: str, language: str) -> ResponseReturnValue:
    """Word it otherwise, or look first how that would read."""
    held = get_wording(kind, language)
    current = WordingInput.model_construct(**held.wording._asdict())
    form = WordingForm(current, revision=held.revision)

    def save(data: WordingInput) -> Held:
        return save_wording(kind, language, data, form.expected_revision)

    if form.submit(save):
        return done("From now on it is worded so.", _url(held))
    context: dict[str, Any] = {
        "title": gettext("Edit %(name)s", name=_title(held)),
        "facts": sorted(fact_names(kind)),
        "letter": _preview(kind, language, form) if PREVIEW in request.form else None,
        "trail": _trail(held),
    }
    return form_page("outbox/wording_form.html", form, document=_document(held), **context)


@blueprint.route("/<kind>/<language>/reset", methods=["GET", "POST"])
@page("write:settings", is_sensitive=True)
def reset(kind: str, language: str) -> ResponseReturnValue:
    """Ask once, then say what Duebill says by itself."""
    held = get_wording(kind, language)
    form = InputForm(revision=held.revision)
    if form.submit(lambda _: reset_wording(kind, language, form.expected_revision)):
        return done("It reads as it did originally.", _url(held))
    return confirm_page(
        form,
        gettext("Go back to the original of %(name)s?", name=_title(held)),
        gettext("Your own wording is dropped; the audit trail keeps it."),
        button=gettext("Use the original"),
        trail=_trail(held),
        document=_document(held),
        danger=True,
    )


def _preview(kind: str, language: str, form: WordingForm) -> Letter | None:
    """What was typed with sample data; None where it cannot be used, which the form then says."""
    try:
        data = form.parse()
        wording = Wording(data.subject, data.button, data.body.replace("\r\n", "\n"))
        check_wording(kind, language, wording)
    except BillingError as error:
        form.refuse(error)
        return None
    return sample_letter(kind, language, wording)


def _title(held: Held) -> str:
    language = own_words(LANGUAGE_NAMES[held.language])
    return str(gettext("%(mail)s in %(language)s", mail=words(held.kind), language=language))


def _url(held: Held) -> str:
    return url_for(".detail", kind=held.kind, language=held.language)


def _trail(held: Held | None = None) -> list[tuple[str, str]]:
    trail = [(gettext("Mail templates"), url_for(".index"))]
    return [*trail, (_title(held), _url(held))] if held else trail


def _document(held: Held) -> SimpleNamespace:
    """What a refused form needs to tell what others changed meanwhile."""
    return SimpleNamespace(id=held.id, revision=held.revision)
