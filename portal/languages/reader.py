"""Which language a page is in: what its reader chose, else what their company reads, else what
their browser asks for, as far as it is spoken here.
"""

from babel import Locale, UnknownLocaleError
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, refresh
from flask_login import current_user

from billing.customers.queries import language_of
from portal.languages.catalogues import LANGUAGES, Catalogues

COOKIE = "language"


def init_app(app: Flask) -> None:
    """Let pages speak their reader's language."""
    babel = Babel()
    babel.domain_instance = Catalogues()
    babel.init_app(app, default_locale="en", locale_selector=reader_locale)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.add_template_global(reader_locale)


def reader_locale() -> str:
    """A locale such as `de` or `de-AT`, for words, amounts and dates alike."""
    if not has_request_context():
        return "en"
    if "reader_locale" not in g:
        g.reader_locale = _found()
    return str(g.reader_locale)


def ask_only_the_browser() -> None:
    """Let the language be told without the database, which may be away."""
    if "reader_locale" not in g:
        g.reader_locale = _of_browser()


def _found() -> str:
    if not current_user.is_authenticated or current_user.is_staff:
        return _of_browser()
    return _chosen() or _spoken(language_of(current_user.user.customer_id))


def _of_browser() -> str:
    return _chosen() or request.accept_languages.best_match(list(LANGUAGES)) or "en"


def _chosen() -> str | None:
    chosen = request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else None


def _spoken(tag: str | None) -> str:
    """The locale with its country where its language is spoken here; else English."""
    try:
        locale = Locale.parse((tag or "en").replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return "en"
    return str(locale) if locale.language in LANGUAGES else "en"


def ask_again() -> None:
    """After a change of it in this request: the answer is in the language that was just chosen."""
    g.pop("reader_locale", None)
    refresh()
