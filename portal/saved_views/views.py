"""Saved views: save what a list shows, rename, delete, choose the one that a list opens with.

They are each reader's own, so no scope is asked for but that of the list.
"""

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from billing.actors import current_actor
from billing.saved_views.choose_default import choose_default, forget_default
from billing.saved_views.inputs import RenameView, ViewInput, ViewNaming
from billing.saved_views.models import SavedView
from billing.saved_views.queries import SHARING, get_own_view, get_view, list_views
from billing.saved_views.save_view import delete_view, rename_view, save_view
from portal.access import page
from portal.answers import confirm_page, done, form_page
from portal.forms import InputForm
from portal.lists.addresses import asked, query_of
from portal.lists.registry import LISTS
from portal.lists.staff_list import StaffList
from portal.saved_views.forms import RenameForm, SharingForm, ViewForm
from portal.saved_views.shown import address_of_view, in_words, shown
from portal.template_helpers import may

blueprint = Blueprint("saved_views", __name__, url_prefix="/views")


@blueprint.get("")
@page(audience="signed_in")
def index() -> ResponseReturnValue:
    """The views of a list that the reader can open."""
    of = _list(request.args.get("list", ""))
    return _index(of, InputForm())


@blueprint.route("/new", methods=["GET", "POST"])
@page(audience="signed_in")
def create() -> ResponseReturnValue:
    """Name what the address says, and keep it."""
    of = _list(request.args.get("list", ""))
    query = _asked(of)
    form = SharingForm() if may(SHARING) else ViewForm()

    def save(data: ViewNaming) -> SavedView:
        return save_view(ViewInput(list_name=of.name, query=query, **data.model_dump()))

    if view := form.submit(save):
        said = gettext("The view %(name)s is saved.", name=view.name)
        return done(said, address_of_view(of, query))
    return form_page("saved_views/form.html", form, of=of, filters=in_words(of, query))


@blueprint.route("/<view_id>", methods=["GET", "POST"])
@page(audience="signed_in")
def edit(view_id: str) -> ResponseReturnValue:
    """Give a view another name."""
    view = get_own_view(view_id)
    of = _list(view.list_name)
    form = RenameForm(name=view.name, revision=view.revision)

    def save(data: RenameView) -> SavedView:
        return rename_view(view_id, data, form.expected_revision)

    if form.submit(save):
        return done("Saved.", url_for(".index", list=of.name))
    filters = in_words(of, view.query)
    return form_page("saved_views/form.html", form, document=view, of=of, filters=filters)


@blueprint.route("/<view_id>/delete", methods=["GET", "POST"])
@page(audience="signed_in")
def delete(view_id: str) -> ResponseReturnValue:
    """Ask once, then forget the view."""
    view = get_own_view(view_id)
    of = _list(view.list_name)
    form = InputForm(revision=view.revision)
    back = url_for(".index", list=of.name)
    if form.submit(lambda _: delete_view(view_id, form.expected_revision)):
        return done(gettext("The view %(name)s is deleted.", name=view.name), back)
    return confirm_page(
        form,
        gettext("Delete the view “%(name)s”?", name=view.name),
        gettext("It goes for all staff.") if view.is_shared else gettext("Nobody else sees it."),
        gettext("The %(rows)s that it shows stay as they are.", rows=of.noun),
        document=view,
        button=gettext("Delete view"),
        trail=[*_trail(of), (gettext("Views"), back)],
        danger=True,
    )


@blueprint.post("/<view_id>/default")
@page(audience="signed_in")
def choose(view_id: str) -> ResponseReturnValue:
    """Open the list with this view from now on."""
    of, form = _list(get_view(view_id).list_name), InputForm()
    if view := form.submit(lambda _: choose_default(view_id)):
        said = gettext("The list opens with %(name)s now.", name=view.name)
        return done(said, url_for(".index", list=of.name))
    return _index(of, form)


@blueprint.post("/<view_id>/no-default")
@page(audience="signed_in")
def unchoose(view_id: str) -> ResponseReturnValue:
    """Open the list with all its rows again."""
    of, form = _list(get_view(view_id).list_name), InputForm()
    if form.submit(lambda _: forget_default(view_id)):
        return done("The list opens with all its rows now.", url_for(".index", list=of.name))
    return _index(of, form)


def _index(of: StaffList, form: InputForm) -> ResponseReturnValue:
    """The page of views with what is wrong."""
    views = [shown(of, row) for row in list_views(of.name)]
    return form_page("saved_views/index.html", form, of=of, views=views)


def _list(name: str) -> StaffList:
    """The list, which the reader must be allowed to see."""
    of = LISTS.get(name)
    if of is None or not current_user.is_staff:
        abort(404)
    current_actor().require(of.scope)
    return of


def _asked(of: StaffList) -> str:
    """What the address says of the list. Raises Invalid for what the list does not understand."""
    values, sort = asked(request.args, of.filters)
    of.select(values, sort)
    return query_of(values, sort)


def _trail(of: StaffList) -> list[tuple[str, str]]:
    return [(of.title, url_for(f"{of.name}.index"))]
