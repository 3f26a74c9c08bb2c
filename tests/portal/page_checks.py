"""What every HTML page must be, checked on each one that a test gets."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree.ElementTree import Element

import html5lib

from portal.headers import CONTENT_SECURITY_POLICY
from portal.languages.catalogues import LANGUAGES

Page = Element
_UNKEYED = {"/sign-out", "/profile/theme"}  # repeated, they do nothing more
_UNLABELLED = {"hidden", "submit", "button"}


def parse(html: str) -> Page:
    """The document; html5lib must have nothing to complain about."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document: Page = parser.parse(html)
    assert parser.errors == [], [(place, code) for place, code, _ in parser.errors]
    return document


def text_of(element: Element) -> str:
    """All text within, as a reader sees it."""
    return " ".join(_text(element).split())


def _text(element: Element) -> str:
    inner = [element.text or "", *(_text(child) + (child.tail or "") for child in element)]
    around = "" if element.tag == "wbr" else " "  # where a line may break, no word ends
    return around + "".join(inner) + around


def check_page(html: str, headers: object) -> Page:
    """The parsed page. Fails when it lacks what every page must have."""
    document = parse(html)
    policy = headers["Content-Security-Policy"]  # type: ignore[index]
    assert policy == CONTENT_SECURITY_POLICY or _is_consent(document, policy)
    assert headers["Cache-Control"] == "no-store"  # type: ignore[index]
    assert "HX-Request" in headers["Vary"]  # type: ignore[index]
    _check_head(document)
    _check_ids(document)
    _check_labels(document)
    _check_forms(document)
    _check_nothing_inline(document)
    return document


def _is_consent(document: Page, policy: str) -> bool:
    """The one page whose form leads out of the portal names where to, and changes nothing else."""
    asks = any(
        (f.get("action") or "").startswith("/oauth/authorize?") for f in document.iter("form")
    )
    place = re.search("form-action 'self' (https?:(?://[a-z0-9.:-]+)?);", policy)
    ours = place and policy.replace(f" {place[1]};", ";") == CONTENT_SECURITY_POLICY
    return bool(asks and ours)


def check_fragment(html: str) -> Page:
    """A part of a page: what must hold of any part."""
    document = parse(f"<!doctype html><title>part</title><body>{html}")
    _check_ids(document, whole=False)
    _check_labels(document)
    _check_nothing_inline(document)
    return document


def _check_head(document: Page) -> None:
    titles = [text_of(title) for title in document.findall("./head/title")]
    assert len(titles) == 1
    assert len(titles[0]) > len("· Duebill")
    assert len(document.findall(".//h1")) == 1
    assert len(document.findall(".//main")) == 1
    assert document.get("lang", "").partition("-")[0] in LANGUAGES


def _check_ids(document: Page, *, whole: bool = True) -> None:
    ids = Counter(found for e in document.iter() if (found := e.get("id")) is not None)
    assert [one for one, count in ids.items() if count > 1] == []
    if not whole:
        return
    for name in ("for", "aria-describedby", "aria-labelledby", "hx-target"):
        for element in document.iter():
            wanted = (element.get(name) or "").removeprefix("#")
            assert wanted in {"", "this"} or wanted in ids, f"{name}={wanted}"


def _check_labels(document: Page) -> None:
    labelled = {label.get("for") for label in document.iter("label") if text_of(label)}
    for kind in ("input", "select", "textarea"):
        for control in document.iter(kind):
            if control.get("type") not in _UNLABELLED:
                assert control.get("id") in labelled or control.get("aria-label"), control.attrib
    for name in ("a", "button"):
        for element in document.iter(name):
            assert text_of(element) or element.get("aria-label"), element.attrib


def _check_forms(document: Page) -> None:
    for form in document.iter("form"):
        assert (form.get("action") or "").startswith("/"), form.attrib
        tokens = [e for e in form.iter("input") if e.get("name") == "csrf_token"]
        posts = form.get("method") == "post"
        assert len(tokens) == (1 if posts else 0), form.attrib
        keys = [e for e in form.iter("input") if e.get("name") == "idempotency_key"]
        assert len(keys) == (1 if posts and form.get("action") not in _UNKEYED else 0)
        assert all(hidden.get("value") for hidden in tokens + keys)


def _check_nothing_inline(document: Page) -> None:
    for element in document.iter():
        assert element.tag != "style"
        assert element.tag != "script" or element.get("src", "").startswith("/static/")
        for name, value in element.attrib.items():
            assert name != "style"
            assert not name.startswith(("on", "hx-on")), name
            assert not value.strip().lower().startswith("javascript:")
