"""Write what the portal says into the catalogues of each language, keeping what is translated.

    python -m scripts.translations

A part is a feature: its templates, its package below portal/, and what its packages below billing/
say. What nobody says any more goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from portal.languages.catalogues import CATALOGUES, LANGUAGES
from scripts.phrases import phrases_in

PARTS: dict[str, tuple[str, ...]] = {
    "shared": (
        "templates/_shared",
        "templates/search",
        "templates/errors",
        "portal/search",
        "portal/languages",
        "portal/lists",
        "portal/forms",
        "portal/repeats",
        "portal/*.py",
        "billing/*.py",
        "billing/finding",
        "billing/idempotency",
        "billing/rate_limits",
    ),
    "auth": ("templates/auth", "portal/auth", "billing/entrance"),
    "profile": ("templates/profile", "portal/profile"),
    "account": ("templates/account", "portal/account", "billing/self_service"),
    "api_calls": ("templates/api_calls", "portal/api_calls", "billing/api_calls"),
    "api_docs": ("templates/api_docs", "portal/api_docs"),
    "bulk": ("templates/bulk", "portal/bulk", "billing/bulk"),
    "checks": ("templates/checks", "portal/checks"),
    "coupons": ("templates/coupons", "portal/coupons", "billing/coupons"),
    "credit_notes": ("templates/credit_notes", "portal/credit_notes", "billing/credit_notes"),
    "customers": ("templates/customers", "portal/customers", "billing/customers"),
    "dashboard": ("templates/dashboard", "portal/dashboard"),
    "dunning": ("templates/dunning", "portal/dunning", "billing/dunning"),
    "events": (
        "templates/events",
        "portal/events",
        "billing/events",
        "billing/imports/reasons.py",
    ),
    "invoices": ("templates/invoices", "portal/invoices", "billing/invoices"),
    "meters": ("templates/meters", "portal/meters"),
    "oauth": ("templates/oauth", "portal/oauth", "billing/oauth"),
    "oauth_clients": ("templates/oauth_clients", "portal/oauth_clients"),
    "outbox": (
        "templates/outbox",
        "portal/outbox",
        "portal/mail",
        "billing/letters",
        "billing/mail",
    ),
    "papers": ("templates/papers", "portal/papers", "billing/papers"),
    "payments": ("templates/payments", "portal/payments", "billing/payments"),
    "plans": ("templates/plans", "portal/plans", "billing/plans"),
    "personal_data": (
        "templates/personal_data",
        "portal/personal_data",
        "billing/personal_data",
    ),
    "revenue": ("templates/revenue", "portal/revenue"),
    "runs": ("templates/runs", "portal/runs", "billing/runs"),
    "saved_views": ("templates/saved_views", "portal/saved_views", "billing/saved_views"),
    "seller": ("templates/seller", "portal/seller", "billing/seller"),
    "statements": ("templates/statements", "portal/statements", "billing/reports"),
    "subscriptions": (
        "templates/subscriptions",
        "portal/subscriptions",
        "billing/subscriptions",
        "billing/changes",
    ),
    "tax_rates": ("templates/tax_rates", "portal/tax_rates", "billing/taxes"),
    "test_clocks": ("templates/test_clocks", "portal/test_clocks", "billing/test_clocks"),
    "usage": ("templates/usage", "portal/usage", "billing/usage"),
    "users": ("templates/users", "portal/users", "billing/users"),
    "webhooks": ("templates/webhooks", "portal/webhooks", "billing/webhooks"),
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
        (
            "TextField",
            "NumberField",
            "DecimalField",
            "PasswordField",
            "TextAreaField",
            "SelectField",
            "RadioField",
        ),
        (1,),
    ),
    **dict.fromkeys(("FormField", "RowsField"), (2,)),
    **dict.fromkeys(("done", "acted"), (1,)),
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
        place = [(path.as_posix(), 0)]
        if path.suffix == ".py":
            for template in phrases_in(path):
                found.add(template, locations=place)
        for words, context in _marked(path):
            found.add(words, locations=place, context=context)
    return found


def _marked(path: Path) -> Iterator[tuple[Any, str | None]]:
    """What a page or a module of the portal marks; billing has phrases alone."""
    if path.parts[0] == "billing":
        return
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    for message in extract_from_file(method, path, keywords=KEYWORDS, options=_OPTIONS):
        _, words, _, context = message
        yield words, context


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
