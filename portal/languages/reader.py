"""Which language a page is in: what its reader chose, else what their company reads, else what
their browser asks for, as far as it is spoken here.

The choice is kept with the user, and in a cookie for the pages that are read before signing in.
"""

from babel import Locale, UnknownLocaleError
from flask import Flask, Response, after_this_request, current_app, g, has_request_context, request
from flask_babel import Babel, refresh
from flask_login import current_user

from billing.customers.queries import language_of
from portal.languages.catalogues import LANGUAGES, Catalogues

COOKIE = "language"
_YEAR = 365 * 24 * 3600


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
        g.reader_locale = _of_cookie() or _of_browser()


def speak_as_chosen(language: str | None) -> None:
    """From now on in this request and, by the cookie, where nobody is signed in yet."""
    ask_again()
    after_this_request(lambda answer: _remember(answer, language))


def _remember(answer: Response, language: str | None) -> Response:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    if language and language in LANGUAGES:
        answer.set_cookie(
            COOKIE, language, max_age=_YEAR, samesite="Lax", secure=secure, httponly=True
        )
    elif COOKIE in request.cookies:
        answer.delete_cookie(COOKIE, samesite="Lax", secure=secure, httponly=True)
    return answer


def _found() -> str:
    if not current_user.is_authenticated:
        return _of_cookie() or _of_browser()
    user = current_user.user
    if user.is_staff:
        return _one_of_ours(user.language) or _of_browser()
    of_company = spoken(language_of(user.customer_id))
    chosen = _one_of_ours(user.language)
    return of_company if chosen is None or of_company.startswith(chosen) else chosen


def _of_cookie() -> str | None:
    return _one_of_ours(request.cookies.get(COOKIE))


def _of_browser() -> str:
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def _one_of_ours(language: str | None) -> str | None:
    return language if language in LANGUAGES else None


def spoken(tag: str | None) -> str:
    """A tag's locale with its country where its language is spoken here; else English."""
    try:
        locale = Locale.parse((tag or "en").replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return "en"
    return str(locale) if locale.language in LANGUAGES else "en"


def ask_again() -> None:
    """After a change of it in this request: the answer is in the language that was just chosen."""
    g.pop("reader_locale", None)
    refresh()
