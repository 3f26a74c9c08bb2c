"""How views end: a saved form leads on, a refused one is shown again."""

from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue

from portal.events.timeline import latest_of, timeline_of
from portal.forms import InputForm
from portal.languages.saying import own_words


def done(message: str, url: str) -> ResponseReturnValue:
    """Say that it is done, on the page at `url`. 303: a reload repeats nothing."""
    flash(own_words(message), "success")
    return redirect(url, 303)


def acted(message: str, url: str, form: InputForm) -> ResponseReturnValue:
    """What came of an act that has no page of its own: that it is done, or why it was refused."""
    problems = form.problems()
    for problem in problems:
        flash(problem, "error")
    return redirect(url, 303) if problems else done(message, url)


def form_page(
    template: str, form: InputForm, *, document: Any = None, **context: Any
) -> ResponseReturnValue:
    """The form with its findings; after a stale edit of `document` with what others changed."""
    meanwhile: list[dict[str, Any]] = []
    if form.is_stale and document is not None:
        behind = document.revision - (form.expected_revision or document.revision)
        meanwhile = latest_of(document.id, behind)
        form.revision.data = document.revision
    page = render_template(template, form=form, meanwhile=meanwhile, **context)
    return page, form.http_status


def timeline(**about: str) -> dict[str, Any]:
    """The newest of what happened to an object (`object_id`) or around a `customer_id`."""
    return timeline_of(about)


def confirm_page(
    form: InputForm,
    title: str,
    *lines: str,
    button: str,
    trail: list[tuple[str, str]],
    document: Any = None,
    danger: bool = False,
    **context: Any,
) -> ResponseReturnValue:
    """Ask once before an act: `lines` say what it will do, `trail` leads back."""
    context = {"title": title, "lines": lines, "button": button, "trail": trail, **context}
    back = trail[-1][1]
    return form_page(
        "_shared/confirm.html", form, document=document, danger=danger, back=back, **context
    )
