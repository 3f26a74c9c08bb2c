"""Write what the portal says into the catalogues of each language, keeping what is translated.

    python -m scripts.translations

A part is a feature: its templates, and its package below portal/. What nobody says any more goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from portal.languages.catalogues import CATALOGUES, LANGUAGES

PARTS: dict[str, tuple[str, ...]] = {
    "shared": (
        "templates/_shared",
        "templates/search",
        "templates/errors",
        "portal/search",
        "portal/languages",
        "portal/lists",
        "portal/forms",
        "portal/*.py",
    ),
    "auth": ("templates/auth", "portal/auth"),
    "profile": ("templates/profile", "portal/profile"),
    "account": ("templates/account", "portal/account"),
    "api_calls": ("templates/api_calls", "portal/api_calls"),
    "api_docs": ("templates/api_docs", "portal/api_docs"),
    "bulk": ("templates/bulk", "portal/bulk"),
    "checks": ("templates/checks", "portal/checks"),
    "coupons": ("templates/coupons", "portal/coupons"),
    "credit_notes": ("templates/credit_notes", "portal/credit_notes"),
    "customers": ("templates/customers", "portal/customers"),
    "dashboard": ("templates/dashboard", "portal/dashboard"),
    "dunning": ("templates/dunning", "portal/dunning"),
    "events": ("templates/events", "portal/events"),
    "invoices": ("templates/invoices", "portal/invoices"),
    "meters": ("templates/meters", "portal/meters"),
    "oauth": ("templates/oauth", "portal/oauth"),
    "oauth_clients": ("templates/oauth_clients", "portal/oauth_clients"),
    "outbox": ("templates/outbox", "portal/outbox", "portal/mail"),
    "papers": ("templates/papers", "portal/papers"),
    "payments": ("templates/payments", "portal/payments"),
    "plans": ("templates/plans", "portal/plans"),
    "revenue": ("templates/revenue", "portal/revenue"),
    "runs": ("templates/runs", "portal/runs"),
    "saved_views": ("templates/saved_views", "portal/saved_views"),
    "seller": ("templates/seller", "portal/seller"),
    "statements": ("templates/statements", "portal/statements"),
    "subscriptions": ("templates/subscriptions", "portal/subscriptions"),
    "tax_rates": ("templates/tax_rates", "portal/tax_rates"),
    "test_clocks": ("templates/test_clocks", "portal/test_clocks"),
    "usage": ("templates/usage", "portal/usage"),
    "users": ("templates/users", "portal/users"),
    "webhooks": ("templates/webhooks", "portal/webhooks"),
}
"""What is translated. A feature that is not among them speaks English alone."""
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "lazy": None,
    "pgettext": ((1, "c"), 2),
    **dict.fromkeys(
        ("TextField", "NumberField", "PasswordField", "TextAreaField", "SelectField", "RadioField"),
        (1,),
    ),
    **dict.fromkeys(("FormField", "RowsField"), (2,)),
    "done": (1,),
}
_OPTIONS = {"trimmed": "true", "encoding": "utf-8"}


def main() -> None:
    for language in LANGUAGES:
        if language == "en":
            continue
        for part in PARTS:
            path = CATALOGUES / language / f"{part}.po"
            path.parent.mkdir(exist_ok=True)
            catalogue = updated(part, language)
            with path.open("wb") as file:
                write(catalogue, file)


def updated(part: str, language: str) -> Catalog:
    """The catalogue of a part as it should be."""
    path = CATALOGUES / language / f"{part}.po"
    catalogue = Catalog(locale=language)
    if path.exists() and path.stat().st_size:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.update(said_by(part), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def said_by(part: str) -> Catalog:
    """All that a part says, in English."""
    found = Catalog()
    for path in sorted(_files(part)):
        method = "jinja2.ext:babel_extract" if path.suffix in {".html", ".txt"} else "python"
        for message in extract_from_file(method, path, keywords=KEYWORDS, options=_OPTIONS):
            _, words, _, context = message
            found.add(words, locations=[(path.as_posix(), 0)], context=context)
    return found


def write(catalogue: Catalog, file: object) -> None:
    """Without dates and line numbers, which would change for nothing."""
    write_po(
        file,  # type: ignore[arg-type]
        catalogue,
        width=100,
        omit_header=True,
        include_lineno=False,
        sort_output=True,
        ignore_obsolete=True,
    )


def _files(part: str) -> Iterator[Path]:
    for place in PARTS[part]:
        if "*" in place or Path(place).is_file():
            yield from Path().glob(place)
        else:
            for pattern in ("*.html", "*.py"):
                yield from Path(place).rglob(pattern)


if __name__ == "__main__":
    main()
